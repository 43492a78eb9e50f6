"""The gateway under load: starts one with a private directory, or uses a running one; its leases and its metrics."""
import json
import os
import pathlib
import re
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program(name):
    """DIRLEASED and DIRLEASE name the programs; else those of a release build are taken."""
    path = pathlib.Path(os.environ.get(name.upper(), ROOT / "build/release/bin" / name))
    if not path.exists():
        raise SystemExit(f"run: {path} is missing: build it (tests/run), or say where it is by {name.upper()}=PATH")
    return path


class Gateway:
    def __init__(self, work, address, metrics, base, bind_dn, password):
        self.work, self.address, self.metrics_address = work, address, metrics
        self.base, self.bind_dn, self.password = base, bind_dn, password
        self._process = self._slapd = None
        self._leases = work / "leases"

    @classmethod
    def start(cls, work, people):
        """A private slapd with sample people, and a gateway before it; both on loopback, until stop()."""
        slapd = work / "slapd"
        start = ROOT / "deploy/sample/slapd-start"
        subprocess.run([start, "--people", str(people), slapd, "0"], check=True, stdout=subprocess.DEVNULL)
        gateway = cls(work, None, None, "dc=example,dc=com", "cn=admin,dc=example,dc=com",
                      (slapd / "admin.password").read_text())
        gateway._slapd = slapd
        log = work / "dirleased.log"
        with open(log, "wb") as output:
            gateway._process = subprocess.Popen(
                [program("dirleased"), f"--target={(slapd / 'uri').read_text().strip()}", "--insecure",
                 "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", f"--address-file={work / 'address'}"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        until(lambda: (work / "address").exists() or gateway._process.poll() is not None)
        if gateway._process.poll() is not None:
            raise SystemExit("run: dirleased does not start:\n" + log.read_text())
        gateway.address = (work / "address").read_text().strip()
        gateway.metrics_address = re.search(r'"event":"listening".*?"metrics":"([^"]+)"', log.read_text())[1]
        return gateway

    def stop(self):
        if self._process:
            self._process.terminate()
            self._process.wait()
        if self._slapd:
            subprocess.run([ROOT / "deploy/sample/slapd-stop", self._slapd], check=True)

    def credentials(self):
        return {"simple": {"dn": self.bind_dn, "password": self.password}} if self.bind_dn else {"anonymous": {}}

    def open_leases(self, count):
        """Tokens of new leases; unbind_leases ends them."""
        bind = []
        if self.bind_dn:
            password = self.work / "password"
            password.touch(mode=0o600)
            password.write_text(self.password)
            bind = ["-D", self.bind_dn, "-y", password]
        self._lease("open", "--label", "load", "--count", str(count), *bind)
        return [row["session"] for row in json.loads(self._leases.read_text())]

    def unbind_leases(self):
        self._lease("unbind")

    def _lease(self, command, *options):
        done = subprocess.run(
            [program("dirlease"), "--address", self.address, "lease", command, "--ghz-data", self._leases, *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(f"run: dirlease lease {command}: {done.stderr}")

    def metrics(self):
        """Each sample by its name with labels, as GET /metrics has it. Nothing when no metrics address is known."""
        if not self.metrics_address:
            return {}
        with urllib.request.urlopen(f"http://{self.metrics_address}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}


def until(condition, seconds=30):
    """Whether the condition came true within that time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
