"""A lease for asyncio. The same as dirlease_client.Lease, which see."""
from __future__ import annotations

import asyncio
from typing import AsyncIterator

import grpc

from .. import v1
from ..entries import Pieces
from ..errors import DirleaseError
from ..terms import TETHER_PAUSE, UNBIND_TIMEOUT, Deadline, LeaseTerms
from .pipeline import Pipeline


class Lease(LeaseTerms):
    """`async with Lease(channel, simple(dn, password)) as lease:` opens it, keeps it alive while idle, ends it by Unbind.

    A call that finds the lease gone (expired, revoked, directory restarted) opens a new one and is made again, once; the
    gateway refused it, so this is right for writes too.
    """

    async def __aenter__(self) -> Lease:
        await self.open()
        return self

    async def __aexit__(self, kind, *_) -> None:
        try:
            await self.close()
        except DirleaseError:
            if kind is None:
                raise  # Else the error that left the block is the one to tell of.

    async def open(self) -> None:
        self._opening = asyncio.Lock()
        self._tasks: set[asyncio.Task] = set()
        await self._open_session(self._deadline())
        self._in_background(self._keep_alive())

    async def close(self) -> None:
        """Ends the lease, and with it what still runs on it. Once more is no error."""
        async with self._opening:
            token, self._token = self._token, ""
        for task in self._tasks:
            task.cancel()
        if token:
            await self._rpc(self._sessions.Unbind, v1.UnbindRequest(), token, UNBIND_TIMEOUT)

    def search(self, request: v1.SearchRequest, timeout: float | None = None) -> Search:
        """A stream of entries, see Search."""
        return Search(self, request, self._seconds(timeout))

    def pipeline(self) -> Pipeline:
        """Many calls on one stream: the cheapest way to look things up."""
        return Pipeline(self)

    async def get_entry(self, request: v1.GetEntryRequest, timeout: float | None = None) -> v1.GetEntryResponse:
        return await self._call(self._directory.GetEntry, request, timeout)

    async def compare(self, request: v1.CompareRequest, timeout: float | None = None) -> v1.CompareResponse:
        return await self._call(self._directory.Compare, request, timeout)

    async def add(self, request: v1.AddRequest, timeout: float | None = None) -> v1.AddResponse:
        return await self._call(self._directory.Add, request, timeout)

    async def modify(self, request: v1.ModifyRequest, timeout: float | None = None) -> v1.ModifyResponse:
        return await self._call(self._directory.Modify, request, timeout)

    async def delete(self, request: v1.DeleteRequest, timeout: float | None = None) -> v1.DeleteResponse:
        return await self._call(self._directory.Delete, request, timeout)

    async def modify_dn(self, request: v1.ModifyDnRequest, timeout: float | None = None) -> v1.ModifyDnResponse:
        return await self._call(self._directory.ModifyDn, request, timeout)

    async def change_password(
        self, request: v1.ChangePasswordRequest, timeout: float | None = None
    ) -> v1.ChangePasswordResponse:
        return await self._call(self._directory.ChangePassword, request, timeout)

    async def extended(self, request: v1.ExtendedRequest, timeout: float | None = None) -> v1.ExtendedResponse:
        return await self._call(self._directory.Extended, request, timeout)

    async def who_am_i(self, timeout: float | None = None) -> str:
        return (await self._call(self._directory.WhoAmI, v1.WhoAmIRequest(), timeout)).authorization_id

    async def get_session(self, timeout: float | None = None) -> v1.GetSessionResponse:
        """The lease as the gateway sees it, with the operations that run on it."""
        return await self._call(self._sessions.GetSession, v1.GetSessionRequest(), timeout)

    async def _open_session(self, deadline: Deadline) -> None:
        call = self._sessions.OpenSession(
            self._next_open_request(), timeout=deadline.left(), metadata=self._trace_headers()
        )
        try:
            response = await call
        except grpc.RpcError as error:
            raise DirleaseError.of_rpc(error) from None
        self._opened(response, await call.initial_metadata())
        if self._tether_grace is not None:
            try:
                stream = await self._hold(self._token, deadline)
            except DirleaseError:
                await self._unbind_untethered()
                raise
            self._in_background(self._stay_tethered(stream, self._token))

    async def _unbind_untethered(self) -> None:
        # Nobody else would end it when open() fails. After a reopening the next call finds it gone, and tries again.
        try:
            await self._rpc(self._sessions.Unbind, v1.UnbindRequest(), self._token, UNBIND_TIMEOUT)
        except DirleaseError:
            pass

    def _in_background(self, work) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reopen(self, lost: str, deadline: Deadline) -> None:
        async with self._opening:
            if self._token == lost:  # Else another task did it.
                await self._open_session(deadline)

    async def _rpc(self, method, request, token: str, timeout: float | None):
        try:
            return await method(request, timeout=timeout, metadata=self._metadata(token))
        except grpc.RpcError as error:
            raise DirleaseError.of_rpc(error) from None

    async def _call(self, method, request, timeout: float | None):
        token, deadline = self._token, self._deadline(timeout)
        try:
            return await self._rpc(method, request, token, deadline.left())
        except DirleaseError as error:
            if not error.lease_lost:
                raise
        await self._reopen(token, deadline)
        return await self._rpc(method, request, self._token, deadline.left())

    async def _keep_alive(self) -> None:
        while True:
            while (idle := self._until_keep_alive()) > 0:
                await asyncio.sleep(idle)
            try:
                await self._rpc(self._sessions.KeepAlive, v1.KeepAliveRequest(), self._token, UNBIND_TIMEOUT)
            except DirleaseError:
                pass  # The next call hears the same, and reopens.

    async def _hold(self, token: str, deadline: Deadline):
        """Returns when the tether stands. The stream has no deadline, its first message has."""
        stream = self._sessions.HoldSession(self._hold_request(), metadata=self._metadata(token))
        try:
            await asyncio.wait_for(stream.read(), deadline.left())
        except asyncio.TimeoutError:
            stream.cancel()
            raise DirleaseError(grpc.StatusCode.DEADLINE_EXCEEDED, "the gateway did not hold the lease in time") from None
        except grpc.RpcError as error:
            raise DirleaseError.of_rpc(error) from None
        return stream

    async def _stay_tethered(self, stream, token: str) -> None:
        while self._token == token:
            try:
                while await stream.read() is not grpc.aio.EOF:
                    pass
            except grpc.RpcError as error:
                if error.code() in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.ABORTED):
                    return  # The lease has ended.
            await asyncio.sleep(TETHER_PAUSE)
            stream = self._sessions.HoldSession(self._hold_request(), metadata=self._metadata(token))


class Search:
    """Entries of a search as they come: `async with lease.search(request) as search:`, then `async for entry in search`.

    Leaving the block cancels what still runs, and so abandons it at the directory. (An `async for` without the block leaves
    that to the garbage collector.) After the last entry, `done` is the directory's result; `references` are those met so far.
    """

    def __init__(self, lease: Lease, request: v1.SearchRequest, timeout: float | None):
        self._lease, self._request, self._timeout = lease, request, timeout
        self._stream = None
        self.done: v1.SearchDone | None = None
        self.references: list[v1.SearchReference] = []

    async def __aenter__(self) -> Search:
        return self

    async def __aexit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        if self._stream is not None:
            self._stream.cancel()

    async def __aiter__(self) -> AsyncIterator[v1.SearchEntry]:
        pieces = Pieces()
        try:
            async for response in self._responses():
                self.references.extend(response.references)
                if response.HasField("done"):
                    self.done = response.done
                for entry in response.entries:
                    if (whole := pieces.whole(entry)) is not None:
                        yield whole
        finally:
            self.close()

    async def _responses(self) -> AsyncIterator[v1.SearchResponse]:
        may_reopen, deadline = True, self._lease._deadline(self._timeout)
        while True:
            token = self._lease._token
            stream = self._stream = self._lease._directory.Search(
                self._request, timeout=deadline.left(), metadata=self._lease._metadata(token)
            )
            try:
                async for response in stream:
                    may_reopen = False
                    yield response
                return
            except grpc.RpcError as error:
                failure = DirleaseError.of_rpc(error)
            if not (failure.lease_lost and may_reopen):
                raise failure
            may_reopen = False
            await self._lease._reopen(token, deadline)
