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
        lease._token, lease._reopen = "token", lambda lost, deadline: reopen(lease)
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


    async def test_internal_of_grpc_aio_is_told_as_the_loss_of_the_lease_that_it_hides(self):
        class Ended:
            async def read(self):
                raise grpc.aio.AioRpcError(grpc.StatusCode.INTERNAL, None, None, "Internal error from Core")

            async def write(self, message):
                pass

        async def renewed(*_):
            pass

        async def lost(*_):
            raise DirleaseError.of_rpc(Refused())

        lease = LeaseTerms(grpc.aio.insecure_channel("127.0.0.1:1"))
        lease._token, lease._call, lease._rpc = "token", renewed, lost
        lease._directory = SimpleNamespace(Pipeline=lambda metadata: Ended())
        async with aio.Pipeline(lease) as pipeline:
            read = pipeline.submit(v1.WhoAmIRequest())
            write = pipeline.submit(v1.DeleteRequest())
            pipeline._calls.sent([v1.PipelineCall(id=1), v1.PipelineCall(id=2)])
            with self.assertRaises(DirleaseError) as of_read:
                await read
            with self.assertRaises(DirleaseError) as of_write:
                await write
        self.assertTrue(of_read.exception.lease_lost)
        self.assertTrue(of_write.exception.outcome_unknown)


if __name__ == "__main__":
    unittest.main()
