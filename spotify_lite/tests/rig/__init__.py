"""Real servers for tests, on free ports and with state of their own; and what to do where one is not installed."""

import os
import shutil
from pathlib import Path

import pytest

NODE_MODULES = Path(__file__).resolve().parents[3] / "node_modules"


def need(command: str, *, package: str) -> str:
    """Return the command's path. Where it is missing the test is skipped by the package's name; REQUIRE_RIG=1 fails."""
    found = shutil.which(command)
    if found is None:
        lack(f"the Debian package {package}")
    return str(found)


def need_module(file: str) -> Path:
    """Return the path of an npm package's file, which `make test` installs where npm can be reached."""
    if not (NODE_MODULES / file).is_file():
        lack(f"{file} of package-lock.json (npm)")
    return NODE_MODULES / file


def lack(what: str) -> None:
    """Skip the running test, or fail it with REQUIRE_RIG=1, since something is not installed."""
    sentence = f"needs {what}"
    if os.environ.get("REQUIRE_RIG") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)
