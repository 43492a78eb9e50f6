import asyncio
import unittest
from types import SimpleNamespace

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from dirlease_client import DirleaseError, Pipeline, aio, v1
from dirlease_client.terms import LeaseTerms


class Refused(grpc.RpcError):
    """A stream that ends at once, because its lease is gone."""

    def __iter__(self):
        raise self

    def code(self):
        return grpc.StatusCode.UNAUTHENTICATED

    def details(self):
        return "the lease is gone"

    def trailing_metadata(self):
        details = any_pb2.Any()
        details.Pack(error_details_pb2.ErrorInfo(reason="SESSION_CLOSED"))
        return [("grpc-status-details-bin", status_pb2.Status(details=[details]).SerializeToString())]


class ThreadsTest(unittest.TestCase):
    def lease(self, reopen):
        lease = LeaseTerms(grpc.insecure_channel("127.0.0.1:1"))
        lease._token, lease._reopen = "token", lambda lost: reopen(lease)
        lease._directory = SimpleNamespace(Pipeline=lambda messages, metadata: Refused())
        return lease

    def test_a_lease_that_is_closed_while_it_is_reopened_ends_the_calls(self):
        lease = self.lease(lambda lease: setattr(lease, "_token", ""))
        pipeline = Pipeline(lease)
        with self.assertRaises((DirleaseError, RuntimeError)):
            pipeline.submit(v1.WhoAmIRequest()).result(10)
        pipeline.close()

    def test_a_second_refusal_is_the_error_of_the_calls(self):
        pipeline = Pipeline(self.lease(lambda lease: None))
        with self.assertRaises(DirleaseError) as caught:
            pipeline.submit(v1.WhoAmIRequest()).result(10)
        self.assertTrue(caught.exception.lease_lost)
        pipeline.close()


class AsyncioTest(unittest.IsolatedAsyncioTestCase):
    async def test_waiting_for_the_last_reply_can_be_cancelled(self):
        cancelled = asyncio.Event()

        class Silent:
            async def read(self):
                await cancelled.wait()
                raise asyncio.CancelledError

            async def write(self, message):
                pass

            async def done_writing(self):
                pass

            def cancel(self):
                cancelled.set()

        async def renewed(*_):
            pass

        lease = LeaseTerms(grpc.aio.insecure_channel("127.0.0.1:1"))
        lease._token, lease._call = "token", renewed
        lease._directory = SimpleNamespace(Pipeline=lambda metadata: Silent())
        with self.assertRaises(asyncio.TimeoutError):
            async with aio.Pipeline(lease) as pipeline:
                reply = pipeline.submit(v1.WhoAmIRequest())
                await asyncio.wait_for(pipeline.close(), 0.05)
        with self.assertRaises(DirleaseError):
            await reply


if __name__ == "__main__":
    unittest.main()
