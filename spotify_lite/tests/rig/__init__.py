"""Real servers for tests, on free ports and with state of their own; and what to do where one is not installed."""

import os
import shutil

import pytest


def need(command: str, *, package: str) -> str:
    """Return the command's path. Where it is missing the test is skipped by the package's name; REQUIRE_RIG=1 fails."""
    found = shutil.which(command)
    if found is None:
        lack(package)
    return str(found)


def lack(package: str) -> None:
    """Skip the running test, or fail it with REQUIRE_RIG=1, since a Debian package is not installed."""
    sentence = f"needs the Debian package {package}"
    if os.environ.get("REQUIRE_RIG") == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)
