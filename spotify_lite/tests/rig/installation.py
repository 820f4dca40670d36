"""An installation that a test has for itself: its commands, its rows, and what a backup of it says."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import server

SOUND = """
import hashlib, io, random
from catalog import derived, stores
from catalog.models import Rendition
store = stores.store("renditions")
for row in Rendition.objects.filter(file=None, size=9):
    content = random.Random(row.id).randbytes(20_000)
    row.key, row.size = hashlib.sha256(content).hexdigest(), len(content)
    store.put(f"{row.key[:2]}/{row.key}.{row.extension}", io.BytesIO(content), size=row.size, sha256=row.key)
    row.save()
derived.refresh_cards(list(Rendition.objects.values_list("track_id", flat=True)))
"""  # something to back up for each of the audience's songs
TOLD = """
import io, json
from django.core.management import CommandError, call_command
said = []
for words in __WORDS__:
    out = io.StringIO()
    try:
        call_command(*words, stdout=out)
    except CommandError as reason:
        out.write(f"REFUSED: {reason}")
    said.append(out.getvalue())
print("SAID", json.dumps(said))
"""
COPIED = re.compile(r"Backup (\S+): \d+ rows, (\d+) objects, of which (\d+) were copied")


@dataclass
class Place:
    """What is installed, and how to ask it."""

    variables: dict[str, str]
    rows: Callable[[str], list[tuple[Any, ...]]]

    def manage(self, *words: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        return server.manage(self.variables, *words, check=check)

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code).stdout

    def say(self, *commands: tuple[str, ...]) -> list[str]:
        """Run commands in one process; return what each said, with the sentence that it was refused with."""
        said = self.shell(TOLD.replace("__WORDS__", repr(commands))).partition("SAID ")[2]
        return [str(one) for one in json.loads(said)]

    def back_up(self, target: str) -> tuple[str, int, int]:
        """Return what `told` does, of a backup in a process of its own."""
        return told(self.manage("backup", target).stdout)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=server.ROOT, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip


def told(said: str) -> tuple[str, int, int]:
    """Return a backup's moment, how many objects are in it, and how many of them were copied."""
    found = COPIED.match(said)
    assert found, said
    return found[1], int(found[2]), int(found[3])


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a backup says of itself."""
    told = json.loads((folder / "backup.json").read_text())
    change(told)
    (folder / "backup.json").write_text(json.dumps(told))
