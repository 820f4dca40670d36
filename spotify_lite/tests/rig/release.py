"""The version before: the code as it was when the first migration that is not released yet was still to come."""

import subprocess
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader

from spotify_lite import coexistence
from spotify_lite.tests.rig import lack
from spotify_lite.tests.rig.server import ROOT

CODE = ("accounts", "catalog", "playback", "spotify_lite", "templates", "manage.py")


def before(folder: Path) -> Path:
    """Unpack it into the folder; skip the test where nothing is new, or where this is no checkout with a history."""
    graph = MigrationLoader(None).graph
    old = {node for one in coexistence.RELEASED.items() for node in graph.forwards_plan(one)}
    new = [node for node in graph.nodes if node[0] in coexistence.RELEASED and node not in old]
    if not new:
        pytest.skip("no migration is newer than the last release")
    files = [f"{app}/migrations/{name}.py" for app, name in new]
    added = _git("log", "--diff-filter=A", "--reverse", "--format=%H", "--", *files).split()
    commit = _git("rev-parse", "--verify", f"{added[0]}^" if added else "HEAD")  # none is committed yet
    folder.mkdir()
    with subprocess.Popen(["git", "archive", commit, *CODE], cwd=ROOT, stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "-x", "-C", folder], stdin=packed.stdout, check=True)
    return folder


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lack(f"the history of this checkout ({done.stderr.strip()})")
    return done.stdout.strip()
