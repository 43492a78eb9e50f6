"""Very many leases: what each costs while nothing happens, and what they cost others while they read nothing."""

import json
import re
import resource
import subprocess
import threading
import time

import processes
from rates import spread

TTL = 20  # seconds, as the crowd asks for
REST = 24  # longer than that, so that a lease that was not renewed would have ended
SPARE_DESCRIPTORS, MOST = 1_000, 50_000
READERS, READERS_PER_CONNECTION = 1_000, 100
ASIDE_PER_SECOND, ASIDE_SECONDS = 200, 5
STALL_ROUNDS = 7  # of ASIDE_SECONDS: beyond the stall deadline of 30 s


class Crowd:
    """bench_crowd, waiting for orders."""

    def __init__(self, gateway, *flags):
        self._process = subprocess.Popen(
            [processes.program("bench_crowd"), f"--address={gateway.address}", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._process.stdout.readline()

    def order(self, words):
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("compare: bench_crowd ended (its reason is above)")
        return json.loads(line)

    def stop(self):
        self._process.stdin.close()
        self._process.wait()


class YesDirectory:
    """bench_directory on a few addresses, since one has only so many ports for connections to it."""

    def __init__(self, addresses=4):
        self._process = subprocess.Popen(
            [processes.program("bench_directory"), *(f"127.0.0.{i + 1}" for i in range(addresses))],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.uris = self._process.stdout.readline().split()
        self.pid = self._process.pid

    def stop(self):
        self._process.kill()
        self._process.wait()


def counts(wanted):
    if wanted:
        return wanted
    most = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_DESCRIPTORS, MOST)
    return [n for n in (1_000, 5_000, 20_000) if n < most] + [most]


def idle(work, wanted, progress):
    directory = YesDirectory()
    try:
        return [_idle_point(work, directory, count, progress) for count in counts(wanted)]
    finally:
        directory.stop()


def _idle_point(work, directory, count, progress):
    targets = [f"t{i}={uri}" for i, uri in enumerate(directory.uris)]
    connections = -(-count // 1_000) + 1  # the gateway takes a thousand calls on each, and so many are held
    gateway = processes.Gateway(
        work, targets, [f"--max-leases={count}", f"--grpc-max-connections={connections + 8}"]
    )
    crowd = Crowd(gateway, f"--channels={connections}", "--targets=" + ",".join(t.split("=")[0] for t in targets))
    try:
        crowd.order("open 1")  # what the first one brings into memory is not a lease's
        before = processes.resident_kib(gateway.pid)
        progress(f"{count} leases")
        opened = crowd.order(f"open {count - 1}")
        point = {
            "leases": count,
            "opened_per_second": (count - 1) / opened["seconds"],
            "kib_each": (processes.resident_kib(gateway.pid) - before) / (count - 1),
        }
        point.update(_at_rest(crowd, gateway, directory, f"keepalive {REST}", "keepalive"))
        crowd.order("hold")
        crowd.order("rest 3")
        point["held_kib_each"] = (processes.resident_kib(gateway.pid) - before) / (count - 1)
        point.update(_at_rest(crowd, gateway, directory, f"rest {REST}", "hold"))
        point["holds"] = crowd.order("end")["endings"]
        point["unbound"] = crowd.order("unbind")["endings"]
        return point
    finally:
        crowd.stop()
        gateway.stop()


def _at_rest(crowd, gateway, directory, order, name):
    """CPU in percent of one core while it is carried out."""
    begin, gateway_us, directory_us = (
        time.monotonic(),
        processes.cpu_us(gateway.pid),
        processes.cpu_us(directory.pid),
    )
    result = crowd.order(order)
    elapsed = (time.monotonic() - begin) * 1e4  # microseconds of a percent
    return {
        f"{name}_percent": (processes.cpu_us(gateway.pid) - gateway_us) / elapsed,
        f"{name}_directory_percent": (processes.cpu_us(directory.pid) - directory_us) / elapsed,
        f"{name}_client_percent": result["client_us"] / elapsed,
        f"{name}_endings": result["endings"],
    }


class Resident:
    """The most that a process has in memory while the block runs, looked at every tenth of a second."""

    def __init__(self, pid):
        self._pid, self._over = pid, threading.Event()
        self.kib = processes.resident_kib(pid)
        self._thread = threading.Thread(target=self._look)

    def _look(self):
        while not self._over.wait(0.1):
            self.kib = max(self.kib, processes.resident_kib(self._pid))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def stalled(contenders, progress):
    """Point searches of one lease beside nobody, and beside readers of everything who read one message."""
    directory, gateway = contenders.directory, contenders.gateway

    def aside():
        return contenders.measure("calls", 1, f"open search {ASIDE_PER_SECOND} {ASIDE_SECONDS}")

    aside()
    alone = aside()
    crowd = Crowd(
        gateway,
        f"--channels={READERS // READERS_PER_CONNECTION}",
        f"--bind-dn={processes.ADMIN}",
        "--ttl=300",
        f"--password-file={directory.password_file}",
    )
    try:
        before = processes.resident_kib(gateway.pid)
        crowd.order(f"open {READERS}")
        opened = processes.resident_kib(gateway.pid)
        log = directory.folder / "slapd.log"
        mark = log.stat().st_size
        beside = []
        with Resident(gateway.pid) as resident:
            crowd.order("stall")
            # Their connections are served meanwhile, so pings are answered: it is the streams that are not read.
            resting = threading.Thread(target=crowd.order, args=(f"rest {STALL_ROUNDS * ASIDE_SECONDS}",))
            resting.start()
            for number in range(STALL_ROUNDS):
                progress(
                    f"{READERS} stalled readers, {(number + 1) * ASIDE_SECONDS} of {STALL_ROUNDS * ASIDE_SECONDS} s"
                )
                beside.append(aside())
            resting.join()
        endings = crowd.order("end")["endings"]
        unbound = crowd.order("unbind")["endings"]
    finally:
        crowd.stop()
    with open(log, "rb") as lines:
        lines.seek(mark)
        times = [float(t) for t in re.findall(rb"SEARCH RESULT .*?etime=([0-9.]+)", lines.read())]
    return {
        "readers": READERS,
        "alone_ms": alone["latency_ms"],
        "beside_ms": {p: spread([r["latency_ms"][p] for r in beside]) for p in ("p50", "p99", "p99.9", "most")},
        "beside_done": [r["operations"] - r["failures"] for r in beside],
        "failed": sum(r["failures"] for r in beside),
        "leases_mib": (opened - before) / 1024,
        "growth_mib": (resident.kib - opened) / 1024,
        "longest_request_s": max(times),
        "endings": endings,
        "unbound": unbound,
    }
