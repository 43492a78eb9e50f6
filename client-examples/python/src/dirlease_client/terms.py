"""What both faces of a lease share: its terms, its token, when it was last used."""
from __future__ import annotations

import time
import uuid
from typing import Any, Callable, Iterable

import grpc
from dirlease.v1.directory_service_pb2_grpc import DirectoryServiceStub
from dirlease.v1.session_service_pb2_grpc import SessionServiceStub

from . import v1

TOKEN_HEADER = "ldap-session"
# Of the Unbind at the end: a gateway that is gone must not hold up the caller, and ends the lease by its ttl.
UNBIND_TIMEOUT = 5.0
# Between the loss of a tether's stream and the next try.
TETHER_PAUSE = 1.0


class Deadline:
    """When a call has to have ended, the opening of a new lease and its second try included. None seconds: never."""

    def __init__(self, seconds: float | None):
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> float | None:
        return None if self._end is None else max(self._end - time.monotonic(), 0)


class LeaseTerms:
    """
    channel    of connect(); one serves any number of leases
    bind       how to bind: simple(), profile() ...; None is anonymous
    target     one of the directories the gateway knows; "" is its default
    ttl        wanted idle time to live in seconds; None leaves it to the gateway
    label      for operators, seen in the gateway's lists and logs
    timeout    default deadline of each call, in seconds; None is none. Each call takes its own as `timeout=`
    tether     seconds that the lease outlives this process; None lets it end idle
    propagate  called with a dict for each call, puts trace headers there: pass opentelemetry.propagate.inject
    """

    def __init__(
        self,
        channel: grpc.Channel | grpc.aio.Channel,
        bind: v1.BindCredentials | None = None,
        *,
        target: str = "",
        ttl: float | None = None,
        label: str = "",
        timeout: float | None = 30.0,
        tether: float | None = None,
        propagate: Callable[[dict[str, str]], object] | None = None,
    ):
        self._open_request = v1.OpenSessionRequest(target=target, credentials=bind, label=label)
        if ttl is not None:
            self._open_request.ttl.FromNanoseconds(int(ttl * 1e9))
        self._sessions, self._directory = SessionServiceStub(channel), DirectoryServiceStub(channel)
        self._timeout, self._tether_grace, self._propagate = timeout, tether, propagate
        self._token = ""  # While the lease is not open.
        self._used = 0.0
        self.session = v1.Session()

    @property
    def id(self) -> str:
        """Public name of the lease, safe in logs; another one after it was reopened."""
        return self.session.session_id

    def _next_open_request(self) -> v1.OpenSessionRequest:
        # With a request id, an OpenSession that gRPC itself sends twice opens one lease.
        self._open_request.request_id = str(uuid.uuid4())
        return self._open_request

    def _opened(self, response: v1.OpenSessionResponse, headers: Iterable[tuple[str, Any]]) -> None:
        # A sticky proxy wraps the token in the response's header: that one finds the way back.
        self._token = dict(headers).get(TOKEN_HEADER) or response.token
        self._used = time.monotonic()
        self.session = response.session

    # As an argument of each call rather than by an interceptor: grpc.aio takes interceptors only when a channel is made,
    # and one channel serves many leases.
    def _metadata(self, token: str) -> list[tuple[str, str]]:
        if not token:
            raise RuntimeError("the lease is not open: use it inside its `with` block")
        self._used = time.monotonic()
        return [(TOKEN_HEADER, token), *self._trace_headers()]

    def _trace_headers(self) -> list[tuple[str, str]]:
        if self._propagate is None:
            return []
        headers: dict[str, str] = {}
        self._propagate(headers)
        return list(headers.items())

    def _seconds(self, timeout: float | None) -> float | None:
        return self._timeout if timeout is None else timeout

    def _deadline(self, timeout: float | None = None) -> Deadline:
        return Deadline(self._seconds(timeout))

    def _until_keep_alive(self) -> float:
        """Seconds; a call within them makes it unnecessary."""
        return self._used + self.session.ttl.ToNanoseconds() / 3e9 - time.monotonic()

    def _hold_request(self) -> v1.HoldSessionRequest:
        request = v1.HoldSessionRequest(tether=True)
        request.tether_grace.FromNanoseconds(int((self._tether_grace or 0) * 1e9))
        return request
