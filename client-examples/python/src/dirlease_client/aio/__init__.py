"""The asyncio face of dirlease_client: the same names, awaited."""
import grpc

from ..channel import OPTIONS, Tls
from .lease import Lease, Search
from .pipeline import Pipeline

__all__ = ["Lease", "Pipeline", "Search", "Tls", "connect"]


def connect(address: str, tls: Tls | None = None) -> grpc.aio.Channel:
    """A channel to host:port, in plaintext unless `tls` is given. Connects at the first call."""
    if tls is None:
        return grpc.aio.insecure_channel(address, OPTIONS)
    return grpc.aio.secure_channel(address, tls.credentials(), OPTIONS)
