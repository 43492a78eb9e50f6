"""What takes part, as processes of their own on loopback: directory, gateway, balancer, clients; what each used."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SUFFIX = "dc=example,dc=com"
ADMIN = f"cn=admin,{SUFFIX}"
READY_SECONDS = 60
CLIENTS = ("bench_load", "bench_crowd", "bench_directory", "dirlease")


def program(name):
    return ROOT / "build/release/bin" / name


def cpu_us(pid):
    """Of all its threads that live, in microseconds, system calls included: finer than the ticks of /proc/PID/stat."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # a thread that ended meanwhile
    return total / 1000


def resident_kib(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1024


class Directory:
    """A private slapd with sample people."""

    def __init__(self, work, people):
        self.folder, self.people = work / f"slapd-{people}", people
        subprocess.run(
            [ROOT / "deploy/sample/slapd-start", "--people", str(people), self.folder, "0"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        self.uri = (self.folder / "uri").read_text().strip()
        self.pid = int((self.folder / "slapd.pid").read_text())
        self.password_file = self.folder / "admin.password"

    def add(self, ldif):
        subprocess.run(
            ["ldapadd", "-x", "-H", self.uri, "-D", ADMIN, "-y", self.password_file],
            input=ldif,
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def add_small_tree(self, entries=20):
        """ou=small with a few more people."""
        self.add(
            f"dn: ou=small,{SUFFIX}\nobjectClass: organizationalUnit\nou: small\n\n"
            + "".join(
                f"dn: cn={i},ou=small,{SUFFIX}\nobjectClass: inetOrgPerson\ncn: {i}\nsn: small\n\n"
                for i in range(entries)
            )
        )

    def stop(self):
        subprocess.run([ROOT / "deploy/sample/slapd-stop", self.folder], check=True)


class Service:
    """A process that serves on a port until it is stopped."""

    def __init__(self, work, name, command, environment=None):
        self.log = work / f"{name}.log"
        with open(self.log, "wb") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        self.pid = self._process.pid

    def await_ready(self, ready):
        until = time.monotonic() + READY_SECONDS
        while not ready():
            if self._process.poll() is not None or time.monotonic() > until:
                raise SystemExit(
                    f"compare: {self._process.args[0]} does not start:\n" + self.log.read_text()[-2000:]
                )
            time.sleep(0.05)

    def stop(self):
        self._process.terminate()
        self._process.wait()


class Gateway(Service):
    def __init__(self, work, targets, flags=(), binary=None, name=None):
        name = name or ("other-dirleased" if binary else "dirleased")
        address = work / f"{name}.address"
        address.unlink(missing_ok=True)
        super().__init__(
            work,
            name,
            [
                binary or program("dirleased"),
                "--insecure",
                "--listen=127.0.0.1:0",
                f"--address-file={address}",
                *(f"--target={t}" for t in targets),
                *flags,
            ],
        )
        self.await_ready(address.exists)
        self.address = address.read_text().strip()


class Balancer(Service):
    """lloadd, set up as its manual's example is, eight connections to the directory."""

    def __init__(self, work, binary, directory):
        port = free_port()
        config = work / "lloadd.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bindconf bindmethod=simple binddn={ADMIN} credentials={directory.password_file.read_text()}\n"
            f"backend-server uri={directory.uri} numconns=8 bindconns=2 retry=1000\n"
        )
        self.uri = f"ldap://127.0.0.1:{port}"
        super().__init__(work, "lloadd", [binary, "-d", "0", "-f", config, "-h", self.uri + "/"])
        self.await_ready(
            lambda: subprocess.run(
                ["ldapwhoami", "-x", "-H", self.uri, "-D", ADMIN, "-y", directory.password_file],
                capture_output=True,
            ).returncode
            == 0
        )


class Spinners:
    """Processes that burn what nobody else wants, one a core, so that no core goes to sleep: where waking one is dear,
    as in a virtual machine, that is a good part of what is measured otherwise."""

    def __enter__(self):
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-c", "while True: pass"],
                preexec_fn=lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
            )
            for _ in range(os.cpu_count())
        ]
        return self

    def __exit__(self, *_):
        for process in self._processes:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Load:
    """bench_load: one contender's client, connected and waiting for orders."""

    def __init__(self, to, address, directory, connections=1):
        self._process = subprocess.Popen(
            [
                program("bench_load"),
                f"--to={to}",
                f"--address={address}",
                f"--bind-dn={ADMIN}",
                f"--password-file={directory.password_file}",
                f"--connections={connections}",
                f"--people={directory.people}",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()
        self.pid = self._process.pid

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("compare: a load program ended (its reason is above)")
        return line

    def run(self, order):
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        return json.loads(self._answer())

    def stop(self):
        self._process.stdin.close()
        self._process.wait()


def lloadd(build):
    """The path of the balancer, built if need be, or why there is none."""
    done = subprocess.run(
        [ROOT / "tests/bench/build-lloadd", build / "lloadd"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode == 0:
        return pathlib.Path(done.stdout.strip()), None
    return None, (done.stderr.strip().splitlines() or ["no reason given"])[-1]


def missing(name):
    return shutil.which(name) is None


def conditions():
    """What a reader of the figures has to know."""
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    release = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "cpu": model[1] if model else "unknown",
        "system": release[1] if release else "unknown",
        "commit": commit.strip(),
    }
