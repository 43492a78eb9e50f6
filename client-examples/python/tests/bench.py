"""bench.py gateway|direct: client CPU and rate of 10,000 point lookups and of a search of 10,000 entries, as JSON lines.

gateway: pipelines of both faces. direct: python-ldap and ldap3 (pip install python-ldap ldap3), one lookup after the other, and
64 outstanding where the library can. "search" reads each entry as it comes, "search to a list" keeps all of them, which costs
much of what it costs in Python's garbage collector: compare like with like. Everywhere an entry is read whole, as a dictionary.
"""
import asyncio
import gc
import json
import os
import sys
import time

PEOPLE = 10_000
OUTSTANDING = 64
BASE = f"ou=people,{os.environ['DIRLEASE_BASE']}"
DN, PASSWORD = os.environ["DIRLEASE_BIND_DN"], os.environ["DIRLEASE_BIND_PASSWORD"]
EVERYBODY = "(objectClass=person)"


class Measured:
    """Prints what its block took; `count` is set inside and has to be right."""

    def __init__(self, what, library, outstanding):
        self.line, self.count = {"what": what, "library": library, "outstanding": outstanding}, 0

    def __enter__(self):
        gc.collect()  # What was before is not to be looked through again and again.
        self.started, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, kind, *_):
        took, cpu = time.perf_counter() - self.started, time.process_time() - self.cpu
        if kind is not None:
            return
        assert self.count == PEOPLE, f"{self.count} found"
        self.line.update(per_second=round(PEOPLE / took), cpu_us=round(cpu * 1e6 / PEOPLE, 1))
        print(json.dumps(self.line), flush=True)


def gateway():
    from dirlease_client import Lease, attributes, connect, simple, v1

    with connect(os.environ["DIRLEASE_ADDRESS"]) as channel, Lease(channel, simple(DN, PASSWORD)) as lease:
        lease.who_am_i()
        with Measured("lookup", "dirlease_client", "pipeline") as measured, lease.pipeline() as pipeline:
            replies = [pipeline.submit(lookup(v1, number)) for number in range(PEOPLE)]
            measured.count = sum(len([attributes(entry) for entry in reply.result().entries]) for reply in replies)
        del replies
        with Measured("search", "dirlease_client", 1) as measured:
            for entry in lease.search(everybody(v1)):
                measured.count += bool(attributes(entry))
        with Measured("search to a list", "dirlease_client", 1) as measured:
            measured.count = len([(entry.dn, attributes(entry)) for entry in lease.search(everybody(v1))])
    asyncio.run(gateway_aio())


async def gateway_aio():
    from dirlease_client import aio, attributes, simple, v1

    async with aio.connect(os.environ["DIRLEASE_ADDRESS"]) as channel, aio.Lease(channel, simple(DN, PASSWORD)) as lease:
        await lease.who_am_i()
        with Measured("lookup", "dirlease_client.aio", "pipeline") as measured:
            async with lease.pipeline() as pipeline:
                replies = [pipeline.submit(lookup(v1, number)) for number in range(PEOPLE)]
                measured.count = sum([len([attributes(entry) for entry in (await reply).entries]) for reply in replies])
        del replies
        with Measured("search", "dirlease_client.aio", 1) as measured:
            async for entry in lease.search(everybody(v1)):
                measured.count += bool(attributes(entry))
        with Measured("search to a list", "dirlease_client.aio", 1) as measured:
            measured.count = len([(entry.dn, attributes(entry)) async for entry in lease.search(everybody(v1))])


def lookup(v1, number):
    return v1.SearchRequest(base_dn=BASE, filter="(uid={0})", filter_args=[f"user.{number}"])


def everybody(v1):
    return v1.SearchRequest(base_dn=BASE, filter=EVERYBODY)


def direct():
    import ldap
    import ldap3

    connection = ldap.initialize(os.environ["DIRLEASE_LDAP_URI"])
    connection.simple_bind_s(DN, PASSWORD)
    with Measured("lookup", "python-ldap", 1) as measured:
        for number in range(PEOPLE):
            measured.count += len(connection.search_s(BASE, ldap.SCOPE_SUBTREE, f"(uid=user.{number})"))
    with Measured("lookup", "python-ldap", OUTSTANDING) as measured:
        running = set()
        for number in range(PEOPLE):
            running.add(connection.search_ext(BASE, ldap.SCOPE_SUBTREE, f"(uid=user.{number})"))
            if len(running) == OUTSTANDING or number == PEOPLE - 1:
                while len(running) > (0 if number == PEOPLE - 1 else OUTSTANDING - 1):
                    _, entries, message_id = connection.result2(ldap.RES_ANY)[:3]
                    running.discard(message_id)
                    measured.count += len(entries)
    with Measured("search", "python-ldap", 1) as measured:
        message_id = connection.search_ext(BASE, ldap.SCOPE_SUBTREE, EVERYBODY)
        while (answer := connection.result(message_id, all=0))[0] != ldap.RES_SEARCH_RESULT:
            measured.count += sum(bool(attributes) for _, attributes in answer[1])
    with Measured("search to a list", "python-ldap", 1) as measured:
        measured.count = len(connection.search_s(BASE, ldap.SCOPE_SUBTREE, EVERYBODY))
    connection.unbind_s()

    with ldap3.Connection(os.environ["DIRLEASE_LDAP_URI"], DN, PASSWORD, auto_bind=True) as connection:
        with Measured("lookup", "ldap3", 1) as measured:
            for number in range(PEOPLE):
                connection.search(BASE, f"(uid=user.{number})", attributes="*")
                measured.count += len(connection.response)
        with Measured("search to a list", "ldap3", 1) as measured:
            connection.search(BASE, EVERYBODY, attributes="*")
            measured.count = len(connection.response)


{"gateway": gateway, "direct": direct}[sys.argv[1]]()
