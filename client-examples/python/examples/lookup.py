"""Looks up 10,000 people through a pipeline, on one lease and one stream."""
import asyncio
import os
import time

from dirlease_client import aio, simple, v1

PEOPLE = 10_000
BASE = os.environ["DIRLEASE_BASE"]


async def main() -> None:
    bind = simple(os.environ["DIRLEASE_BIND_DN"], os.environ["DIRLEASE_BIND_PASSWORD"])
    async with aio.connect(os.environ["DIRLEASE_ADDRESS"]) as channel, aio.Lease(channel, bind) as lease:
        started = time.perf_counter()
        async with lease.pipeline() as pipeline:
            replies = [
                pipeline.submit(
                    v1.SearchRequest(
                        base_dn=f"ou=people,{BASE}", filter="(uid={0})", filter_args=[f"user.{number}"], attributes=["cn"]
                    )
                )
                for number in range(PEOPLE)
            ]
            results = await asyncio.gather(*replies)
        took = time.perf_counter() - started
    found = sum(len(result.entries) for result in results)
    print(f"{found} of {PEOPLE} found, {PEOPLE / took:.0f} lookups/s")


asyncio.run(main())
