"""A lease: one bound identity at the directory, for threads. dirlease_client.aio has the same for asyncio."""
from __future__ import annotations

import threading
from typing import Iterator

import grpc

from . import v1
from .entries import Pieces
from .errors import DirleaseError
from .pipeline import Pipeline
from .terms import TETHER_PAUSE, UNBIND_TIMEOUT, Deadline, LeaseTerms


class Lease(LeaseTerms):
    """`with Lease(channel, simple(dn, password)) as lease:` opens it, keeps it alive while idle, ends it by Unbind.

    Safe for threads. A call that finds the lease gone (expired, revoked, directory restarted) opens a new one and is made
    again, once; the gateway refused it, so this is right for writes too.
    """

    def __enter__(self) -> Lease:
        self.open()
        return self

    def __exit__(self, kind, *_) -> None:
        try:
            self.close()
        except DirleaseError:
            if kind is None:
                raise  # Else the error that left the block is the one to tell of.

    def open(self) -> None:
        self._opening, self._ended = threading.Lock(), threading.Event()
        self._open_session(self._deadline())
        threading.Thread(target=self._keep_alive, name="dirlease-keep-alive", daemon=True).start()

    def close(self) -> None:
        """Ends the lease, and with it what still runs on it. Once more is no error."""
        self._ended.set()
        with self._opening:
            token, self._token = self._token, ""
        if token:
            self._rpc(self._sessions.Unbind, v1.UnbindRequest(), token, UNBIND_TIMEOUT)

    def search(self, request: v1.SearchRequest, timeout: float | None = None) -> Search:
        """A stream of entries, see Search."""
        return Search(self, request, self._seconds(timeout))

    def pipeline(self) -> Pipeline:
        """Many calls on one stream: the cheapest way to look things up."""
        return Pipeline(self)

    def get_entry(self, request: v1.GetEntryRequest, timeout: float | None = None) -> v1.GetEntryResponse:
        return self._call(self._directory.GetEntry, request, timeout)

    def compare(self, request: v1.CompareRequest, timeout: float | None = None) -> v1.CompareResponse:
        return self._call(self._directory.Compare, request, timeout)

    def add(self, request: v1.AddRequest, timeout: float | None = None) -> v1.AddResponse:
        return self._call(self._directory.Add, request, timeout)

    def modify(self, request: v1.ModifyRequest, timeout: float | None = None) -> v1.ModifyResponse:
        return self._call(self._directory.Modify, request, timeout)

    def delete(self, request: v1.DeleteRequest, timeout: float | None = None) -> v1.DeleteResponse:
        return self._call(self._directory.Delete, request, timeout)

    def modify_dn(self, request: v1.ModifyDnRequest, timeout: float | None = None) -> v1.ModifyDnResponse:
        return self._call(self._directory.ModifyDn, request, timeout)

    def change_password(
        self, request: v1.ChangePasswordRequest, timeout: float | None = None
    ) -> v1.ChangePasswordResponse:
        return self._call(self._directory.ChangePassword, request, timeout)

    def extended(self, request: v1.ExtendedRequest, timeout: float | None = None) -> v1.ExtendedResponse:
        return self._call(self._directory.Extended, request, timeout)

    def who_am_i(self, timeout: float | None = None) -> str:
        return self._call(self._directory.WhoAmI, v1.WhoAmIRequest(), timeout).authorization_id

    def get_session(self, timeout: float | None = None) -> v1.GetSessionResponse:
        """The lease as the gateway sees it, with the operations that run on it."""
        return self._call(self._sessions.GetSession, v1.GetSessionRequest(), timeout)

    def _open_session(self, deadline: Deadline) -> None:
        try:
            response, call = self._sessions.OpenSession.with_call(
                self._next_open_request(), timeout=deadline.left(), metadata=self._trace_headers()
            )
        except grpc.RpcError as error:
            raise DirleaseError.of_rpc(error) from None
        self._opened(response, call.initial_metadata())
        if self._tether_grace is not None:
            try:
                stream = self._hold(self._token, deadline)
            except DirleaseError:
                self._unbind_untethered()
                raise
            threading.Thread(
                target=self._stay_tethered, args=(stream, self._token), name="dirlease-tether", daemon=True
            ).start()

    def _unbind_untethered(self) -> None:
        # Nobody else would end it when open() fails. After a reopening the next call finds it gone, and tries again.
        try:
            self._rpc(self._sessions.Unbind, v1.UnbindRequest(), self._token, UNBIND_TIMEOUT)
        except DirleaseError:
            pass

    def _reopen(self, lost: str, deadline: Deadline) -> None:
        with self._opening:
            if self._token == lost:  # Else another thread did it.
                self._open_session(deadline)

    def _rpc(self, method, request, token: str, timeout: float | None):
        try:
            return method(request, timeout=timeout, metadata=self._metadata(token))
        except grpc.RpcError as error:
            raise DirleaseError.of_rpc(error) from None

    def _call(self, method, request, timeout: float | None):
        token, deadline = self._token, self._deadline(timeout)
        try:
            return self._rpc(method, request, token, deadline.left())
        except DirleaseError as error:
            if not error.lease_lost:
                raise
        self._reopen(token, deadline)
        return self._rpc(method, request, self._token, deadline.left())

    def _keep_alive(self) -> None:
        while not self._ended.wait(max(self._until_keep_alive(), 0)):
            if self._until_keep_alive() > 0:
                continue
            token = self._token
            if not token:
                return
            try:
                self._rpc(self._sessions.KeepAlive, v1.KeepAliveRequest(), token, UNBIND_TIMEOUT)
            except DirleaseError:
                pass  # The next call hears the same, and reopens.

    def _hold(self, token: str, deadline: Deadline):
        """Returns when the tether stands. The stream has no deadline, its first message has."""
        stream = self._sessions.HoldSession(self._hold_request(), metadata=self._metadata(token))
        late = threading.Timer(deadline.left() or 0, stream.cancel)
        if deadline.left() is not None:
            late.start()
        try:
            next(stream)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.CANCELLED:
                raise DirleaseError(grpc.StatusCode.DEADLINE_EXCEEDED, "the gateway did not hold the lease in time") from None
            raise DirleaseError.of_rpc(error) from None
        finally:
            late.cancel()
        return stream

    def _stay_tethered(self, stream, token: str) -> None:
        while self._token == token:
            try:
                for _ in stream:
                    pass
            except grpc.RpcError as error:
                if error.code() in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.ABORTED):
                    return  # The lease has ended.
            if self._ended.wait(TETHER_PAUSE):
                return
            stream = self._sessions.HoldSession(self._hold_request(), metadata=self._metadata(token))


class Search:
    """Entries of a search as they come: `for entry in lease.search(request)`.

    Leaving the loop early, by break or by an error, cancels the search, and so abandons it at the directory. (`with
    lease.search(request) as search:` does so even where the iterator is kept.) After the last entry, `done` is the
    directory's result; `references` are those met so far.
    """

    def __init__(self, lease: Lease, request: v1.SearchRequest, timeout: float | None):
        self._lease, self._request, self._timeout = lease, request, timeout
        self._stream = None
        self.done: v1.SearchDone | None = None
        self.references: list[v1.SearchReference] = []

    def __enter__(self) -> Search:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        if self._stream is not None:
            self._stream.cancel()

    def __iter__(self) -> Iterator[v1.SearchEntry]:
        pieces = Pieces()
        try:
            for response in self._responses():
                self.references.extend(response.references)
                if response.HasField("done"):
                    self.done = response.done
                for entry in response.entries:
                    if (whole := pieces.whole(entry)) is not None:
                        yield whole
        finally:
            self.close()

    def _responses(self) -> Iterator[v1.SearchResponse]:
        may_reopen, deadline = True, self._lease._deadline(self._timeout)
        while True:
            token = self._lease._token
            stream = self._stream = self._lease._directory.Search(
                self._request, timeout=deadline.left(), metadata=self._lease._metadata(token)
            )
            try:
                for response in stream:
                    may_reopen = False
                    yield response
                return
            except grpc.RpcError as error:
                failure = DirleaseError.of_rpc(error)
            if not (failure.lease_lost and may_reopen):
                raise failure
            may_reopen = False
            self._lease._reopen(token, deadline)
