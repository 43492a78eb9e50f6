"""ldap-rest, a REST gateway to LDAP (npm), set up to serve the sample people by uid."""

import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.request

import processes

VERSION = "0.6.0"
HERE = pathlib.Path(__file__).resolve().parent
CLASSES = ["top", "person", "organizationalPerson", "inetOrgPerson"]


def find(build):
    """Its folder (LDAP_REST=DIR names a built checkout), or that of npm in the build folder; or why there is none."""
    if processes.missing("node"):
        return None, "node is missing"
    if os.environ.get("LDAP_REST"):
        return pathlib.Path(os.environ["LDAP_REST"]), None
    if processes.missing("npm"):
        return None, "npm is missing"
    folder = build / "ldap-rest"
    package = folder / "node_modules/ldap-rest"
    if not package.exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", f"ldap-rest@{VERSION}"],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            return None, f"npm has no ldap-rest@{VERSION} here (LDAP_REST=DIR names a built checkout of it)"
    return package, None


class Rest(processes.Service):
    def __init__(self, work, package, directory):
        schema = work / "people.json"
        schema.write_text(
            json.dumps(
                {
                    "entity": {
                        "name": "person",
                        "mainAttribute": "uid",
                        "objectClass": CLASSES,
                        "singularName": "person",
                        "pluralName": "people",
                        "base": "ou=people,{ldap_base}",
                        "defaultAttributes": {},
                    },
                    "strict": False,
                    "attributes": {},
                }
            )
        )
        port = processes.free_port()
        self.address = f"127.0.0.1:{port}/api/v1/ldap/people/"
        settings = {
            "LDAP_URL": directory.uri,
            "LDAP_DN": processes.ADMIN,
            "LDAP_PWD": directory.password_file.read_text(),
            "LDAP_BASE": processes.SUFFIX,
            "PORT": str(port),
            "LOG_LEVEL": "error",
            "PLUGINS": "core/ldap/flatGeneric",
            "LDAP_FLAT_SCHEMA": str(schema),
        }
        super().__init__(
            work,
            "ldap-rest",
            ["node", "--require", HERE / "loopback.cjs", package / "bin/index.mjs"],
            {**os.environ, "NODE_ENV": "production", **{f"DM_{name}": value for name, value in settings.items()}},
        )
        self.await_ready(self._answers)

    def _answers(self):
        try:
            with urllib.request.urlopen(f"http://{self.address}user.1", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False
