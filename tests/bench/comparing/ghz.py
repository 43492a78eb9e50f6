"""ghz, the load tool that a user would take: what he sees beside what our own client sees."""

import json
import os
import resource
import shutil
import subprocess

import processes

ROWS = 1_000  # different requests, which ghz takes in turn


def find():
    path = os.environ.get("GHZ") or shutil.which("ghz")
    return path, None if path else "ghz is missing (go install github.com/bojand/ghz/cmd/ghz@v0.121.0)"


class Ghz:
    """As Load: GetEntry only."""

    def __init__(self, work, binary, gateway, directory):
        self._binary, self._gateway, self._work = binary, gateway, work
        lease = subprocess.run(
            [
                processes.program("dirlease"),
                "--address",
                gateway.address,
                "lease",
                "open",
                "-D",
                processes.ADMIN,
                "-y",
                directory.password_file,
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        self._metadata = work / "ghz-metadata.json"
        self._metadata.touch(mode=0o600)
        self._metadata.write_text(json.dumps({"ldap-session": lease.stdout.strip()}))
        self._data = work / "ghz-data.json"
        numbers = (n - (n % 97 == 96) for n in (i * 7919 % directory.people for i in range(ROWS)))  # no odd names
        self._data.write_text(json.dumps([{"dn": f"uid=user.{n},ou=people,{processes.SUFFIX}"} for n in numbers]))

    def run(self, order):
        _, _, concurrency, seconds = order.split()
        report = self._work / "ghz.json"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [
                self._binary,
                "--insecure",
                "--call",
                "dirlease.v1.DirectoryService.GetEntry",
                "-c",
                concurrency,
                "--connections",
                "1",
                "-z",
                f"{seconds}s",
                "--duration-stop",
                "wait",
                "-M",
                self._metadata,
                "-D",
                self._data,
                "-O",
                "json",
                "-o",
                report,
                self._gateway.address,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = json.loads(report.read_text())
        latency = {entry["percentage"]: entry["latency"] / 1e6 for entry in said["latencyDistribution"]}
        return {
            "operations": said["count"],
            "entries": said["count"],
            "seconds": said["total"] / 1e9,
            "failures": said["count"] - said["statusCodeDistribution"].get("OK", 0),
            "client_us": 1e6 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
            "latency_ms": {"p50": latency[50], "p99": latency[99]},
            "first_entry_ms": None,
        }

    def stop(self):
        pass  # its lease ends with the gateway
