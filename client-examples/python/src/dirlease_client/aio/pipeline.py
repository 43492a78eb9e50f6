"""Many calls of one lease on one stream, for asyncio."""
from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import grpc

from .. import v1
from ..calls import MOST_CALLS_A_MESSAGE, Calls
from ..errors import DirleaseError
from ..terms import UNBIND_TIMEOUT

if TYPE_CHECKING:
    from .lease import Lease


class Pipeline:
    """`async with lease.pipeline() as pipeline:`, then submit() many requests and await each.

    What is submitted between two turns of the event loop goes out together. Submitting never waits: the gateway takes as many
    calls as the lease may run, the rest stays here. Cancelling a future (asyncio.timeout does it too) abandons its call.
    Leaving the block waits for the last reply; leaving it by an error cancels, and so abandons what runs. When the stream ends
    early, each call without an answer ends with its error, and so does each that is submitted then: take another pipeline, which
    opens a lost lease anew.
    """

    def __init__(self, lease: Lease):
        self._lease, self._calls = lease, Calls()
        self._queue: deque[v1.PipelineCall] = deque()
        self._failure: BaseException | None = None
        self._wanted, self._closing = asyncio.Event(), False

    async def __aenter__(self) -> Pipeline:
        # A lease that is lost is reopened here and not when the stream says so: where a write meets the end of its stream,
        # grpc.aio may put INTERNAL in the place of the status that the gateway sent (grpc/grpc#36066).
        await self._lease._call(self._lease._sessions.KeepAlive, v1.KeepAliveRequest(), None)
        self._token = self._lease._token
        self._stream = self._lease._directory.Pipeline(metadata=self._lease._metadata(self._token))
        self._writer, self._reader = asyncio.create_task(self._write()), asyncio.create_task(self._read())
        return self

    async def __aexit__(self, kind, *_) -> None:
        if kind is not None:
            self._stream.cancel()
        await self.close()

    def submit(self, request, timeout: float | None = None) -> asyncio.Future:
        """The request of any operation; awaited, it is that operation's response, of a search a SearchResult."""
        if self._failure is not None:
            raise self._failure
        future = asyncio.get_running_loop().create_future()
        call = self._calls.enter(request, future, self._lease._seconds(timeout))
        future.add_done_callback(lambda done: self._abandon(call.id) if done.cancelled() else None)
        self._queue.append(call)
        self._wanted.set()
        return future

    async def close(self) -> None:
        self._closing = True
        self._wanted.set()
        try:
            await asyncio.shield(self._reader)
        except asyncio.CancelledError:  # Ours and not the reader's, which would swallow it.
            self._stream.cancel()
            raise

    def _abandon(self, id: int) -> None:
        self._queue.extend(self._calls.abandon(id))
        self._wanted.set()

    async def _write(self) -> None:
        try:
            while self._queue or not self._closing:
                await self._wanted.wait()
                self._wanted.clear()
                while self._queue:
                    size = min(len(self._queue), MOST_CALLS_A_MESSAGE)
                    batch = [self._queue.popleft() for _ in range(size)]
                    self._calls.sent(batch)
                    await self._stream.write(v1.PipelineRequest(calls=batch))
            await self._stream.done_writing()
        except (grpc.RpcError, grpc.aio.InternalError, asyncio.InvalidStateError):
            pass  # The stream has ended: the reader hears why.

    async def _read(self) -> None:
        of_sent_writes = None
        try:
            while (response := await self._stream.read()) is not grpc.aio.EOF:
                self._calls.answer(response)
            self._failure = DirleaseError(grpc.StatusCode.CANCELLED, "the pipeline is closed")
        except grpc.RpcError as error:
            of_sent_writes = DirleaseError.of_rpc(error)
            self._failure = await self._cause(of_sent_writes)
        except asyncio.CancelledError:  # What a stream that was cancelled here says.
            self._failure = DirleaseError(grpc.StatusCode.CANCELLED, "the pipeline was left by an error")
        self._writer.cancel()
        self._calls.fail(self._failure, of_sent_writes)

    async def _cause(self, error: DirleaseError) -> DirleaseError:
        """What the gateway meant, where grpc.aio says INTERNAL in its place: the lease tells whether it has ended.

        Replies may have been lost then, so writes that were sent keep INTERNAL: nobody knows what became of them.
        """
        if error.code is grpc.StatusCode.INTERNAL and not error.reason:
            try:
                await self._lease._rpc(self._lease._sessions.KeepAlive, v1.KeepAliveRequest(), self._token, UNBIND_TIMEOUT)
            except DirleaseError as told:
                if told.lease_lost:
                    return told
        return error
