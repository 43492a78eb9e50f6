"""Many calls of one lease on one stream, for threads."""
from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Iterator

import grpc

from . import v1
from .calls import MOST_CALLS_A_MESSAGE, Calls
from .errors import DirleaseError

if TYPE_CHECKING:
    from .lease import Lease


class Reply(Future):
    """result() is the response, or raises the call's DirleaseError. cancel() does nothing: see Pipeline.abandon."""

    id: int


class Pipeline:
    """`with lease.pipeline() as pipeline:`, then submit() many requests and take each one's result().

    What is submitted while a message is under way goes out together in the next one. Submitting never waits: the gateway takes
    as many calls as the lease may run, the rest stays here. Leaving the block waits for the last reply; leaving it by an
    error cancels, and so abandons what runs. When the stream ends early, each call without an answer ends with its error, and
    so does each that is submitted then: take another pipeline, which opens a lost lease anew. Safe for threads.
    """

    def __init__(self, lease: Lease):
        self._lease, self._calls = lease, Calls()
        self._failure: BaseException | None = None
        self._closing = False
        self._lock = threading.Lock()
        self._begin()
        self._reader = threading.Thread(target=self._read, name="dirlease-pipeline", daemon=True)
        self._reader.start()

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is not None:
            self._stream.cancel()
        self.close()

    def submit(self, request, timeout: float | None = None) -> Reply:
        """The request of any operation; its result() is that operation's response, of a search a SearchResult."""
        future = Reply()
        future.set_running_or_notify_cancel()  # Only abandon() ends it early; else a cancel() could race with the answer.
        with self._lock:
            if self._failure is not None:
                raise self._failure
            call = self._calls.enter(request, future, self._lease._seconds(timeout))
            future.id = call.id
            self._queue.put(call)
        return future

    def abandon(self, reply: Reply) -> None:
        """Its result() then raises CANCELLED, unless the answer was faster."""
        with self._lock:
            for call in self._calls.abandon(reply.id):
                self._queue.put(call)

    def close(self) -> None:
        with self._lock:
            self._closing = True
            self._queue.put(None)
        self._reader.join()

    def _begin(self) -> None:
        """A stream, with all that waits: one that is refused because its lease is gone has begun nothing."""
        self._queue: queue.SimpleQueue = queue.SimpleQueue()
        self._token = self._lease._token
        for call in self._calls.unanswered():
            self._queue.put(call)
        if self._closing:
            self._queue.put(None)
        self._stream = self._lease._directory.Pipeline(
            _messages(self._queue), metadata=self._lease._metadata(self._token)
        )

    def _read(self) -> None:
        may_reopen = True
        while True:
            try:
                for response in self._stream:
                    self._calls.answer(response)
                failure = DirleaseError(grpc.StatusCode.CANCELLED, "the pipeline is closed")
            except grpc.RpcError as error:
                failure = DirleaseError.of_rpc(error)
            self._queue.put(None)  # Ends this stream's writer.
            if not (failure.lease_lost and may_reopen):
                break
            may_reopen = False
            try:
                self._lease._reopen(self._token, self._lease._deadline())
                with self._lock:
                    self._begin()
            except Exception as error:  # Also of a lease that was closed meanwhile: whoever waits has to hear of it.
                failure = error
                break
        with self._lock:
            self._failure = failure
        self._calls.fail(failure)


def _messages(calls: queue.SimpleQueue) -> Iterator[v1.PipelineRequest]:
    """gRPC asks for the next message when the one before is on its way: whatever is ready then goes into one."""
    while (call := calls.get()) is not None:
        batch = [call]
        while len(batch) < MOST_CALLS_A_MESSAGE and not calls.empty():
            if (call := calls.get()) is None:
                yield v1.PipelineRequest(calls=batch)
                return
            batch.append(call)
        yield v1.PipelineRequest(calls=batch)
