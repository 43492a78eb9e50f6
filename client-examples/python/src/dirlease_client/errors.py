"""What a call ended with: the gRPC status and, where the directory had its say, the LDAP result."""
from __future__ import annotations

from typing import Iterable

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from . import v1

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class DirleaseError(Exception):
    """Every failed call raises this.

    code       grpc.StatusCode
    message    the status's text
    reason     one word for programs, such as NO_SUCH_OBJECT or SESSION_EXPIRED; "" from a proxy or the transport
    result     the LDAP result, None if the directory did not answer
    violations field name -> what is wrong with it, of INVALID_ARGUMENT
    """

    def __init__(self, code: grpc.StatusCode, message: str, details: Iterable[any_pb2.Any] = ()):
        self.code, self.message, self.reason = code, message, ""
        self.result: v1.LdapResult | None = None
        self.violations: dict[str, str] = {}
        for detail in details:
            self._take(detail)
        super().__init__(str(self))

    def _take(self, detail: any_pb2.Any) -> None:
        info, bad_request, result = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), v1.LdapResult()
        if detail.Unpack(info):
            self.reason = info.reason
        elif detail.Unpack(result):
            self.result = result
        elif detail.Unpack(bad_request):
            self.violations = {each.field: each.description for each in bad_request.field_violations}

    @classmethod
    def of_rpc(cls, error: grpc.RpcError) -> DirleaseError:
        """Of either face's RpcError: both are calls and have these methods."""
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                return cls(error.code(), error.details(), status_pb2.Status.FromString(value).details)
        return cls(error.code(), error.details() or "")

    @classmethod
    def of_status(cls, status: v1.CallStatus) -> DirleaseError:
        """Of a pipelined call."""
        return cls(_CODES.get(status.code, grpc.StatusCode.UNKNOWN), status.message, status.details)

    @property
    def ldap_code(self) -> int | None:
        return self.result.code if self.result is not None else None

    @property
    def ldap_name(self) -> str:
        return self.result.name if self.result is not None else ""

    @property
    def matched_dn(self) -> str:
        return self.result.matched_dn if self.result is not None else ""

    @property
    def diagnostic_message(self) -> str:
        return self.result.diagnostic_message if self.result is not None else ""

    @property
    def referrals(self) -> list[str]:
        return list(self.result.referrals) if self.result is not None else []

    @property
    def lease_lost(self) -> bool:
        """The gateway refused the call for its lease's sake: nothing of it happened, a new lease helps."""
        return self.code is grpc.StatusCode.UNAUTHENTICATED and self.reason.startswith("SESSION_")

    @property
    def outcome_unknown(self) -> bool:
        """Of a write: it may have happened. Read before you repeat it."""
        if self.code in (grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED):
            return True
        if self.code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL) and not self.reason:
            return True  # The connection broke under the call.
        # SLOW_CONSUMER: a pipeline's stream was cut off with replies unread.
        return self.reason in ("OUTCOME_UNKNOWN", "SLOW_CONSUMER")

    def __str__(self) -> str:
        said = f"{self.code.name}: {self.message}"
        if self.reason:
            said += f" [{self.reason}]"
        if self.result is not None:
            said += f" (LDAP {self.ldap_code} {self.ldap_name}"
            said += f", {self.diagnostic_message}" if self.diagnostic_message else ""
            said += f", matched {self.matched_dn}" if self.matched_dn else ""
            said += ")"
        for field, description in self.violations.items():
            said += f"; {field}: {description}"
        return said
