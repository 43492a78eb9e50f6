import threading
import unittest
from types import SimpleNamespace

import grpc
from dirlease_client import DirleaseError, Lease, connect, v1
from dirlease_client.terms import Deadline
from test_errors import FakeRpcError
from test_pipelines import Refused


class TermsTest(unittest.TestCase):
    def setUp(self):
        self.channel = connect("127.0.0.1:1")  # Never dialled.
        self.addCleanup(self.channel.close)

    def opened(self, headers, **terms):
        lease = Lease(self.channel, **terms)
        lease._opened(v1.OpenSessionResponse(token="plain"), headers)
        return lease

    def test_the_header_that_a_proxy_wrapped_goes_before_the_body(self):
        self.assertEqual(self.opened([("ldap-session", "wrapped")])._token, "wrapped")
        self.assertEqual(self.opened([])._token, "plain")

    def test_trace_headers_go_along_with_the_token(self):
        lease = self.opened([], propagate=lambda headers: headers.update(traceparent="00-1-2-01"))
        self.assertEqual(lease._metadata(lease._token), [("ldap-session", "plain"), ("traceparent", "00-1-2-01")])

    def test_outside_of_its_block_a_lease_is_not_open(self):
        with self.assertRaisesRegex(RuntimeError, "not open"):
            Lease(self.channel).who_am_i()

    def test_each_opening_has_a_request_id_of_its_own(self):
        lease = Lease(self.channel, ttl=1.5, label="mine")
        first = lease._next_open_request().request_id
        again = lease._next_open_request()
        self.assertNotEqual(first, again.request_id)
        self.assertEqual((again.ttl.ToMilliseconds(), again.label), (1500, "mine"))


class DeadlineTest(unittest.TestCase):
    def test_one_deadline_covers_both_tries_and_the_opening_between_them(self):
        openings, timeouts = [], []

        def open_session(request, timeout, metadata):
            openings.append(timeout)
            return v1.OpenSessionResponse(token="token-1"), SimpleNamespace(initial_metadata=lambda: [])

        lease = Lease(connect("127.0.0.1:1"), timeout=100)
        lease._opening, lease._token = threading.Lock(), "token-0"
        lease._sessions = SimpleNamespace(OpenSession=SimpleNamespace(with_call=open_session))

        def who_am_i(request, timeout, metadata):
            timeouts.append(timeout)
            if len(timeouts) == 1:
                raise Refused()
            return v1.WhoAmIResponse()

        lease._directory = SimpleNamespace(WhoAmI=who_am_i)
        lease.who_am_i(timeout=5)
        self.assertTrue(5 >= timeouts[0] > openings[0] > timeouts[1] > 0, (timeouts, openings))

    def test_a_tether_that_is_not_answered_in_time_is_an_error(self):
        cancelled = threading.Event()

        class Stream:
            cancel = cancelled.set

            def __next__(self):
                cancelled.wait(10)
                raise FakeRpcError(grpc.StatusCode.CANCELLED, "cancelled", [])

        lease = Lease(connect("127.0.0.1:1"), tether=0.1)
        lease._sessions = SimpleNamespace(HoldSession=lambda request, metadata: Stream())
        with self.assertRaises(DirleaseError) as caught:
            lease._hold("token", Deadline(0.05))
        self.assertEqual(caught.exception.code, grpc.StatusCode.DEADLINE_EXCEEDED)
