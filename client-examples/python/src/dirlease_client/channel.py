"""Channels to a gateway. One channel serves any number of leases and threads: keep it."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import grpc

# A peer that vanished without a word is noticed within 40 s. The gateway allows a ping every 10 s.
OPTIONS = [
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),  # Also on a stream that is silent for long.
]


@dataclass(frozen=True)
class Tls:
    """PEM files. Without `ca` the system's authorities are trusted; `certificate` and `key` make it mutual TLS."""

    ca: str | Path | None = None
    certificate: str | Path | None = None
    key: str | Path | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        ca, key, certificate = (path and Path(path).read_bytes() for path in (self.ca, self.key, self.certificate))
        return grpc.ssl_channel_credentials(ca, key, certificate)


def connect(address: str, tls: Tls | None = None) -> grpc.Channel:
    """A channel to host:port, in plaintext unless `tls` is given. Connects at the first call."""
    if tls is None:
        return grpc.insecure_channel(address, OPTIONS)
    return grpc.secure_channel(address, tls.credentials(), OPTIONS)
