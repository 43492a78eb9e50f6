"""The calls of a pipeline that have no last reply yet; both faces' pipelines keep their books with this."""
from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from . import v1
from .entries import Pieces, SearchResult
from .errors import DirleaseError

# Requests that a pipeline carries, and the field of PipelineCall and PipelineReply for each.
_FIELDS = {
    v1.SearchRequest: "search",
    v1.GetEntryRequest: "get_entry",
    v1.CompareRequest: "compare",
    v1.AddRequest: "add",
    v1.ModifyRequest: "modify",
    v1.DeleteRequest: "delete_entry",
    v1.ModifyDnRequest: "modify_dn",
    v1.ExtendedRequest: "extended",
    v1.WhoAmIRequest: "who_am_i",
    v1.ChangePasswordRequest: "change_password",
}
_WRITES = (
    v1.AddRequest, v1.ModifyRequest, v1.DeleteRequest, v1.ModifyDnRequest, v1.ExtendedRequest, v1.ChangePasswordRequest,
)
# Beyond this, larger messages gain nothing.
MOST_CALLS_A_MESSAGE = 128


@dataclass
class _Pending:
    call: v1.PipelineCall
    future: Any
    result: SearchResult = field(default_factory=SearchResult)
    pieces: Pieces = field(default_factory=Pieces)
    abandoned: bool = False
    write: bool = False
    sent: bool = False


class Calls:
    """Futures are either face's: both have done, set_result and set_exception."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._pending: dict[int, _Pending] = {}

    def enter(self, request, future, timeout: float | None) -> v1.PipelineCall:
        call = v1.PipelineCall(id=next(self._ids), **{_FIELDS[type(request)]: request})
        if timeout is not None:
            call.timeout.FromNanoseconds(int(timeout * 1e9))
        self._pending[call.id] = _Pending(call, future, write=isinstance(request, _WRITES))
        return call

    def abandon(self, id: int) -> list[v1.PipelineCall]:
        """What is to be sent to abandon this call: nothing, if it was answered."""
        pending = self._pending.get(id)  # Once: another thread may take it out.
        if pending is None:
            return []
        pending.abandoned = True
        return [v1.PipelineCall(abandon=id)]

    def sent(self, calls: list[v1.PipelineCall]) -> None:
        for call in calls:
            if (pending := self._pending.get(call.id)) is not None:
                pending.sent = True

    def unanswered(self) -> list[v1.PipelineCall]:
        """In the order in which they were entered, for a stream that begins anew."""
        calls = []
        for id, pending in self._pending.items():
            calls += [pending.call, v1.PipelineCall(abandon=id)] if pending.abandoned else [pending.call]
        return calls

    def answer(self, response: v1.PipelineResponse) -> None:
        for reply in response.replies:
            pending = self._pending[reply.id]
            kind = reply.WhichOneof("reply")
            if kind == "search":
                self._gather(pending, reply.search)
            if not reply.HasField("status"):
                continue
            del self._pending[reply.id]
            if pending.future.done():
                continue  # asyncio: it was cancelled.
            if reply.status.code:
                pending.future.set_exception(DirleaseError.of_status(reply.status))
            else:
                pending.future.set_result(pending.result if kind in ("search", None) else getattr(reply, kind))

    @staticmethod
    def _gather(pending: _Pending, response: v1.SearchResponse) -> None:
        result = pending.result
        for entry in response.entries:
            if (whole := pending.pieces.whole(entry)) is not None:
                result.entries.append(whole)
        result.references.extend(response.references)
        if response.HasField("done"):
            result.done = response.done

    def fail(self, error: BaseException, of_sent_writes: BaseException | None = None) -> None:
        """Whatever has no last reply ends with this."""
        pending, self._pending = self._pending, {}
        for each in pending.values():
            if not each.future.done():
                each.future.set_exception(of_sent_writes if of_sent_writes and each.write and each.sent else error)
