"""Generates dirlease/v1 from the contract into what is installed; nothing generated lies in the source tree."""
from importlib.resources import files
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PROTO = Path(__file__).resolve().parents[2] / "proto"


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        from grpc_tools import protoc

        out = self.build_lib
        arguments = [f"-I{PROTO}", f"-I{files('grpc_tools') / '_proto'}"]
        arguments += [f"--python_out={out}", f"--pyi_out={out}", f"--grpc_python_out={out}"]
        arguments += [str(path) for path in sorted((PROTO / "dirlease/v1").glob("*.proto"))]
        if protoc.main(["protoc", *arguments]) != 0:
            raise SystemExit("protoc failed")
        (Path(out) / "dirlease/v1/py.typed").touch()


setup(cmdclass={"build_py": BuildWithStubs})
