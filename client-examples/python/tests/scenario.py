"""scenario.py NAME [sync|aio]: what tests/clients/run runs, and judges by the directory's own log."""
import asyncio
import os
import sys
import time

from dirlease.v1.session_service_pb2_grpc import SessionServiceStub
from dirlease_client import DirleaseError, Lease, aio, connect, simple, v1

BASE = os.environ["DIRLEASE_BASE"]
EVERYBODY = v1.SearchRequest(base_dn=BASE, filter="(objectClass=person)", auto_page_size=0)
COMPARE = v1.CompareRequest(dn=f"uid=user.1,ou=people,{BASE}", attribute_type="uid", text_value="user.1")


def terms():
    return simple(os.environ["DIRLEASE_BIND_DN"], os.environ["DIRLEASE_BIND_PASSWORD"])


class Mine(Exception):
    pass


def early_exit(channel):
    with Lease(channel, terms()) as lease:
        for number, _ in enumerate(lease.search(EVERYBODY), start=1):
            if number == 10:
                break
        assert lease.who_am_i() == f"dn:{os.environ['DIRLEASE_BIND_DN']}"


def exception(channel):
    try:
        with Lease(channel, terms()) as lease:
            lease.who_am_i()
            raise Mine
    except Mine:
        pass


def killed(channel):
    with Lease(channel, terms(), tether=0.1) as lease:
        for _ in lease.search(EVERYBODY):
            print("reading", flush=True)
            time.sleep(3600)


def reopen(channel):
    with Lease(channel, terms()) as lease:
        first = lease.id
        end_behind_its_back(channel, lease)
        assert lease.compare(COMPARE).matched
        print("another lease:", lease.id != first)
        end_behind_its_back(channel, lease)
        assert sum(1 for _ in lease.search(v1.SearchRequest(base_dn=BASE, filter="(uid=user.1)"))) == 1
        end_behind_its_back(channel, lease)
        with lease.pipeline() as pipeline:
            assert pipeline.submit(COMPARE).result().matched

        # Lost again as soon as it is reopened.
        open_session = lease._open_session
        lease._open_session = lambda deadline: (open_session(deadline), end_behind_its_back(channel, lease))
        end_behind_its_back(channel, lease)
        try:
            lease.compare(COMPARE)
            raise AssertionError("a second loss is an error")
        except DirleaseError as error:
            assert error.lease_lost and error.reason == "SESSION_CLOSED", error
        try:
            with lease.pipeline() as pipeline:
                pipeline.submit(COMPARE).result()
            raise AssertionError("a second loss is an error")
        except DirleaseError as error:
            assert error.lease_lost, error


def end_behind_its_back(channel, lease):
    SessionServiceStub(channel).Unbind(v1.UnbindRequest(), metadata=[("ldap-session", lease._token)])


def missing(error):
    assert error.code.name == "NOT_FOUND" and error.reason == "NO_SUCH_OBJECT", error
    assert error.ldap_code == 32 and error.ldap_name == "noSuchObject", error
    assert error.matched_dn == f"ou=people,{BASE}", error


def refused(error):
    assert error.ldap_code == 17 and error.ldap_name == "undefinedAttributeType", error
    assert "noSuchAttribute" in error.diagnostic_message, error


def malformed(error):
    assert error.code.name == "INVALID_ARGUMENT" and "filter" in error.violations, error


NOBODY = v1.GetEntryRequest(dn=f"uid=nobody,ou=people,{BASE}")
UNKNOWN_TYPE = v1.ModifyRequest(
    dn=COMPARE.dn,
    modifications=[
        v1.Modification(
            type=v1.Modification.TYPE_ADD, attribute=v1.Attribute(type="noSuchAttribute", text_values=["x"])
        )
    ],
)
MALFORMED = v1.SearchRequest(base_dn=BASE, filter="(uid=user.1")


def errors(channel):
    with Lease(channel, terms()) as lease:
        for call, check in (
            (lambda: lease.get_entry(NOBODY), missing),
            (lambda: lease.modify(UNKNOWN_TYPE), refused),
            (lambda: list(lease.search(MALFORMED)), malformed),
        ):
            try:
                call()
                raise AssertionError("an error was expected")
            except DirleaseError as error:
                print(error)
                check(error)


def lookups():
    requests = [v1.SearchRequest(base_dn=BASE, filter="(uid={0})", filter_args=[f"user.{n}"]) for n in range(999)]
    return requests[:500] + [NOBODY] + requests[500:]


def pipeline(channel):
    with Lease(channel, terms()) as lease, lease.pipeline() as pipeline:
        replies = [pipeline.submit(request) for request in lookups()]
        long_one = pipeline.submit(EVERYBODY)
        pipeline.abandon(long_one)
        for number, reply in enumerate(replies):
            if number == 500:
                missing(reply.exception())
            else:
                assert len(reply.result().entries) == 1
        assert abandoned(long_one.exception())


def abandoned(error):
    return error is None or (error.code.name, error.reason) == ("CANCELLED", "OPERATION_ABANDONED")


def keepalive(channel):
    with Lease(channel, terms(), ttl=1) as lease:
        time.sleep(lease.session.ttl.ToNanoseconds() / 1e9 * 1.5)
        lease.who_am_i()


async def aio_early_exit(channel):
    async with aio.Lease(channel, terms()) as lease:
        number = 0
        async with lease.search(EVERYBODY) as search:
            async for _ in search:
                number += 1
                if number == 10:
                    break
        assert await lease.who_am_i() == f"dn:{os.environ['DIRLEASE_BIND_DN']}"


async def aio_exception(channel):
    try:
        async with aio.Lease(channel, terms()) as lease:
            await lease.who_am_i()
            raise Mine
    except Mine:
        pass


async def aio_killed(channel):
    async with aio.Lease(channel, terms(), tether=0.1) as lease:
        async for _ in lease.search(EVERYBODY):
            print("reading", flush=True)
            await asyncio.sleep(3600)


async def aio_reopen(channel):
    async def end_behind_its_back():
        await SessionServiceStub(channel).Unbind(v1.UnbindRequest(), metadata=[("ldap-session", lease._token)])

    async with aio.Lease(channel, terms()) as lease:
        first = lease.id
        await end_behind_its_back()
        assert (await lease.compare(COMPARE)).matched
        print("another lease:", lease.id != first)
        await end_behind_its_back()
        assert len([entry async for entry in lease.search(v1.SearchRequest(base_dn=BASE, filter="(uid=user.1)"))]) == 1
        await end_behind_its_back()
        async with lease.pipeline() as pipeline:
            assert (await pipeline.submit(COMPARE)).matched

        open_session = lease._open_session

        async def open_and_lose(deadline):
            await open_session(deadline)
            await end_behind_its_back()

        lease._open_session = open_and_lose
        await end_behind_its_back()
        try:
            await lease.compare(COMPARE)
            raise AssertionError("a second loss is an error")
        except DirleaseError as error:
            assert error.lease_lost, error


async def aio_errors(channel):
    async with aio.Lease(channel, terms()) as lease:

        async def everything():
            return [entry async for entry in lease.search(MALFORMED)]

        for call, check in ((lease.get_entry(NOBODY), missing), (lease.modify(UNKNOWN_TYPE), refused), (everything(), malformed)):
            try:
                await call
                raise AssertionError("an error was expected")
            except DirleaseError as error:
                check(error)


async def aio_pipeline(channel):
    async with aio.Lease(channel, terms()) as lease, lease.pipeline() as pipeline:
        replies = [pipeline.submit(request) for request in lookups()]
        long_one = pipeline.submit(EVERYBODY)
        results = await asyncio.gather(*replies, return_exceptions=True)
        long_one.cancel()
        missing(results.pop(500))
        assert all(len(result.entries) == 1 for result in results)


async def aio_keepalive(channel):
    async with aio.Lease(channel, terms(), ttl=1) as lease:
        await asyncio.sleep(lease.session.ttl.ToNanoseconds() / 1e9 * 1.5)
        await lease.who_am_i()


async def run_aio(scenario):
    async with aio.connect(os.environ["DIRLEASE_ADDRESS"]) as channel:
        await scenario(channel)


def main(name, face="sync"):
    function = name.replace("-", "_")
    if face == "aio":
        asyncio.run(run_aio(globals()["aio_" + function]))
    else:
        with connect(os.environ["DIRLEASE_ADDRESS"]) as channel:
            globals()[function](channel)
    print("ok", name)


main(*sys.argv[1:])
