import unittest

from dirlease_client import Lease, connect, v1


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
