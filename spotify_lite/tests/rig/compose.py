"""What docker-compose.yml says, with the values of an env file, as Docker would read it."""

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from spotify_lite.tests.rig.server import ROOT

FILE = ROOT / "docker-compose.yml"
EXAMPLE = ROOT / "deploy" / "env.example"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>[A-Z0-9_]+)(?P<rule>:[-?])?(?P<words>[^}]*)\})")
GIVEN = re.compile(r"^([A-Z0-9_]+)=(.*)$", re.MULTILINE)
RECIPE = re.compile(r"python3 -c (\".+\")$")


def services(values: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the services with the values put in; raise KeyError where one that is needed is not there."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())["services"]
    return {name: _filled(service, values) for name, service in found.items()}


def needed() -> list[str]:
    """Return the names that the file for the environment lists, in its order."""
    return [name for name, _ in GIVEN.findall(EXAMPLE.read_text())]


def made() -> dict[str, str]:
    """Return the secrets of the example, each made by the command that stands above its line."""
    recipe, found = "", {}
    for line in EXAMPLE.read_text().splitlines():
        if written := RECIPE.search(line):
            recipe = shlex.split(written[1])[0]
        elif not line.strip():
            recipe = ""
        elif (given := GIVEN.match(line)) and recipe:
            done = subprocess.run([sys.executable, "-c", recipe], capture_output=True, text=True, check=True)
            found[given[1]] = done.stdout.strip()
            recipe = ""
    return found


def files() -> set[Path]:
    """Return what the file mounts from the sources, or names otherwise."""
    told = yaml.safe_load(FILE.read_text())["services"]
    found = set()
    for service in told.values():
        mounted = [one for one in service.get("volumes", []) if isinstance(one, str) and one.startswith("./")]
        found |= {ROOT / one.split(":")[0] for one in mounted}
        found |= {ROOT / one.partition(":")[2] for one in service["security_opt"] if one.startswith("seccomp:")}
        if "build" in service:
            found.add(ROOT / service["build"] / "Dockerfile")
    return found


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, values) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, values) for value in part]
    return VARIABLE.sub(lambda found: _value(found, values), part) if isinstance(part, str) else part


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    if not found["name"]:
        return "$"
    given = values.get(found["name"], "")
    if not given and found["rule"] == ":?":
        raise KeyError(found["name"])
    return given or (found["words"] if found["rule"] == ":-" else "")
