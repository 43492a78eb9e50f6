import queue
import unittest
from concurrent.futures import Future

from dirlease_client import DirleaseError, text, v1, values
from dirlease_client.calls import MOST_CALLS_A_MESSAGE, Calls
from dirlease_client.entries import Pieces
from dirlease_client.pipeline import _messages


def entry(dn, continued=False, **attributes):
    listed = [v1.Attribute(type=name, values=octets) for name, octets in attributes.items()]
    return v1.SearchEntry(dn=dn, attributes=listed, continued=continued)


class PiecesTest(unittest.TestCase):
    def test_pieces_become_one_entry(self):
        pieces = Pieces()
        self.assertIsNone(pieces.whole(entry("cn=a", True, cn=[b"a"], member=[b"1", b"2"])))
        self.assertIsNone(pieces.whole(entry("cn=a", True, member=[b"3"])))
        whole = pieces.whole(entry("cn=a", False, member=[b"4"], sn=[b"x"]))
        self.assertEqual(values(whole, "MEMBER"), [b"1", b"2", b"3", b"4"])
        self.assertEqual([attribute.type for attribute in whole.attributes], ["cn", "member", "sn"])
        self.assertEqual(text(pieces.whole(entry("cn=b", cn=[b"b"])), "cn"), ["b"])

    def test_an_absent_attribute_has_no_values(self):
        self.assertEqual(values(entry("cn=a"), "mail"), [])


class CallsTest(unittest.TestCase):
    def setUp(self):
        self.calls, self.future = Calls(), Future()

    def answer(self, **reply):
        self.calls.answer(v1.PipelineResponse(replies=[v1.PipelineReply(**reply)]))

    def test_a_search_gathers_until_its_status(self):
        call = self.calls.enter(v1.SearchRequest(filter="(cn=a)"), self.future, 2.5)
        self.assertEqual((call.search.filter, call.timeout.ToMilliseconds()), ("(cn=a)", 2500))
        self.answer(id=call.id, search=v1.SearchResponse(entries=[entry("cn=a")]))
        self.assertFalse(self.future.done())
        done = v1.SearchDone(entry_count=2)
        self.answer(id=call.id, search=v1.SearchResponse(entries=[entry("cn=b")], done=done), status=v1.CallStatus())
        result = self.future.result(0)
        self.assertEqual([each.dn for each in result.entries], ["cn=a", "cn=b"])
        self.assertEqual(result.done.entry_count, 2)
        self.assertEqual(self.calls.unanswered(), [])

    def test_a_failure_ends_its_own_call_only(self):
        bad = self.calls.enter(v1.GetEntryRequest(dn="cn=a"), self.future, None)
        other = self.calls.enter(v1.DeleteRequest(dn="cn=b"), Future(), None)
        self.answer(id=bad.id, status=v1.CallStatus(code=5, message="none"))
        self.assertIsInstance(self.future.exception(0), DirleaseError)
        self.assertEqual(self.calls.unanswered(), [other])

    def test_a_stream_that_begins_anew_carries_what_is_unanswered_and_its_abandons(self):
        first = self.calls.enter(v1.WhoAmIRequest(), self.future, None)
        second = self.calls.enter(v1.WhoAmIRequest(), Future(), None)
        abandon = v1.PipelineCall(abandon=first.id)
        self.assertEqual(self.calls.abandon(first.id), [abandon])
        self.assertEqual(self.calls.unanswered(), [first, abandon, second])
        self.answer(id=first.id, status=v1.CallStatus(code=1))
        self.assertEqual(self.calls.abandon(first.id), [])

    def test_the_end_of_the_stream_ends_what_is_unanswered(self):
        self.calls.enter(v1.WhoAmIRequest(), self.future, None)
        self.calls.fail(KeyError("over"))
        self.assertIsInstance(self.future.exception(0), KeyError)


    def test_a_write_that_was_sent_may_end_otherwise(self):
        read, write, unsent = Future(), Future(), Future()
        sent = [self.calls.enter(v1.WhoAmIRequest(), read, None), self.calls.enter(v1.DeleteRequest(), write, None)]
        self.calls.enter(v1.DeleteRequest(), unsent, None)
        self.calls.sent([*sent, v1.PipelineCall(abandon=1)])
        self.calls.fail(KeyError("lost"), ValueError("nobody knows"))
        self.assertEqual([type(each.exception(0)) for each in (read, write, unsent)], [KeyError, ValueError, KeyError])


class MessagesTest(unittest.TestCase):
    def test_what_is_ready_goes_into_one_message(self):
        calls = queue.SimpleQueue()
        for number in range(MOST_CALLS_A_MESSAGE + 2):
            calls.put(v1.PipelineCall(id=number + 1))
        calls.put(None)
        self.assertEqual([len(message.calls) for message in _messages(calls)], [MOST_CALLS_A_MESSAGE, 2])
