import unittest

import grpc
from dirlease_client import DirleaseError, v1
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2


def packed(*messages):
    details = []
    for message in messages:
        details.append(any_pb2.Any())
        details[-1].Pack(message)
    return details


class FakeRpcError(grpc.RpcError):
    def __init__(self, code, text, trailers):
        self._parts = code, text, trailers

    def code(self):
        return self._parts[0]

    def details(self):
        return self._parts[1]

    def trailing_metadata(self):
        return self._parts[2]


RESULT = v1.LdapResult(
    code=32, name="noSuchObject", matched_dn="dc=example", diagnostic_message="gone", referrals=["ldap://b/"]
)


class DirleaseErrorTest(unittest.TestCase):
    def test_says_when_a_write_may_have_happened(self):
        for code, reason, unknown in [
            (grpc.StatusCode.UNKNOWN, "OUTCOME_UNKNOWN", True),
            (grpc.StatusCode.RESOURCE_EXHAUSTED, "SLOW_CONSUMER", True),
            (grpc.StatusCode.CANCELLED, "", True),
            (grpc.StatusCode.DEADLINE_EXCEEDED, "OPERATION_TIMED_OUT", True),
            (grpc.StatusCode.UNAVAILABLE, "", True),
            (grpc.StatusCode.UNKNOWN, "", True),
            (grpc.StatusCode.INTERNAL, "", True),
            (grpc.StatusCode.UNAVAILABLE, "DRAINING", False),
            (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_OPERATIONS", False),
            (grpc.StatusCode.UNAUTHENTICATED, "SESSION_EXPIRED", False),
            (grpc.StatusCode.NOT_FOUND, "", False),
        ]:
            error = DirleaseError(code, "", packed(error_details_pb2.ErrorInfo(reason=reason)))
            self.assertEqual(error.outcome_unknown, unknown, error)

    def test_the_ldap_result_and_the_reason_come_from_the_details(self):
        details = packed(error_details_pb2.ErrorInfo(reason="NO_SUCH_OBJECT"), RESULT)
        status = status_pb2.Status(code=5, message="none", details=details)
        trailers = [("other", "x"), ("grpc-status-details-bin", status.SerializeToString())]
        error = DirleaseError.of_rpc(FakeRpcError(grpc.StatusCode.NOT_FOUND, "none", trailers))
        self.assertEqual((error.code, error.reason), (grpc.StatusCode.NOT_FOUND, "NO_SUCH_OBJECT"))
        self.assertEqual((error.ldap_code, error.ldap_name), (32, "noSuchObject"))
        self.assertEqual((error.matched_dn, error.diagnostic_message), ("dc=example", "gone"))
        self.assertEqual(error.referrals, ["ldap://b/"])
        self.assertFalse(error.lease_lost)

    def test_a_status_without_details_keeps_its_code(self):
        error = DirleaseError.of_rpc(FakeRpcError(grpc.StatusCode.UNAVAILABLE, "no route", None))
        self.assertEqual(str(error), "UNAVAILABLE: no route")
        self.assertIsNone(error.ldap_code)

    def test_violations_name_the_field(self):
        bad = error_details_pb2.BadRequest()
        bad.field_violations.add(field="filter", description="octet 1")
        error = DirleaseError.of_status(v1.CallStatus(code=3, message="bad", details=packed(bad)))
        self.assertEqual(error.violations, {"filter": "octet 1"})
        self.assertEqual(error.code, grpc.StatusCode.INVALID_ARGUMENT)

    def test_only_unauthenticated_with_a_session_reason_is_a_lost_lease(self):
        for code, reason, lost in (
            (16, "SESSION_EXPIRED", True),
            (16, "INVALID_CREDENTIALS", False),
            (10, "SESSION_CLOSED", False),
            (14, "LDAP_SERVER_DOWN", False),
        ):
            details = packed(error_details_pb2.ErrorInfo(reason=reason))
            error = DirleaseError.of_status(v1.CallStatus(code=code, details=details))
            self.assertEqual(error.lease_lost, lost, reason)

    def test_an_unknown_code_is_unknown(self):
        self.assertEqual(DirleaseError.of_status(v1.CallStatus(code=99)).code, grpc.StatusCode.UNKNOWN)
