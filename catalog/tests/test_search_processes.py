"""Several processes index, rebuild and search at once, some are killed: nothing is lost, counted twice or seen half."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from spotify_lite.tests.rig import chaos, lack, postgres

pytestmark = [pytest.mark.slow]

TRACKS = 1500
SETUP = """
import django; django.setup()
import select, sys, time
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from catalog import derived, search
from catalog.models import Album, Artist, SearchBuild, SearchChange, SearchMissed, Track
from catalog.search import entries, tables, upkeep
from catalog.tests.indexes import contents, there
entries.BATCH = 100  # many places to be killed at
"""
PREPARE = f"""
call_command("migrate", verbosity=0, skip_checks=True)
call_command("seed_catalog", "--tracks", "{TRACKS}", "--seed", "1", stdout=sys.stderr)
with connection.cursor() as cursor:
    tables.drop(cursor, tables.LIVE)
    tables.create(cursor, tables.LIVE)
for model in (Track, Artist, Album):
    derived.note_search_changes(model._meta.model_name, model.objects.values_list("id", flat=True))
print(SearchChange.objects.count())
"""
INDEX = "print(search.index_pending(limit=10**9))"
REBUILD = "print(search.rebuild())"
REBUILD_SLOWLY = """
def told(units):
    print(units, flush=True)
    time.sleep(0.005)
search.rebuild(progress=told)
"""
COMPARE = """
while search.index_pending():
    pass
upkeep.keep()
assert there() == [tables.LIVE], there()
assert not SearchBuild.objects.exists() and not SearchMissed.objects.exists()
before = contents()
search.rebuild()
assert contents() == before
one = Track.objects.order_by("bucket", "id")[0]
assert one.id in search.search(f"{one.artist} {one.title}", kinds=["track"], limit=5, at=timezone.now()).tracks
print(len(before["track"]) - Track.objects.count())
"""
SEARCH = """
words = [track.title.split()[0] for track in Track.objects.order_by("bucket", "id")[:20]]
def count(word):
    found = search.search(word, kinds=["track"], limit=5, at=timezone.now(), fresh=True)
    return None if found.partial else len(found.tracks)
def whole(word):
    while (number := count(word)) is None:  # a machine that is busy has not the time for all of it at once
        pass
    return number
wanted = {word: whole(word) for word in words}
print("ready", flush=True)
asked = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    for word in words:
        assert count(word) in (wanted[word], None), word
        asked += 1
print(asked)
"""
RENAME = """
for track in Track.objects.order_by("-id")[:30]:
    Track.objects.filter(id=track.id).update(title=f"Zyzzyva {track.id} NUMBER")
    derived.refresh_cards([track.id])
    search.index_pending()
print(30)
"""


class Node:
    """Starts processes on one database."""

    def __init__(self, var: Path, variables: dict[str, str]) -> None:
        self.environment = os.environ | {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "spotify_lite.settings"}
        self.environment.pop("DATABASE_URL", None)
        self.environment |= variables

    def start(self, code: str) -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [sys.executable, "-c", SETUP + code]
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=self.environment, text=True, **pipes)

    def run(self, code: str) -> int:
        return result(self.start(code))


def result(process: subprocess.Popen[str]) -> int:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return int(out.split()[-1])


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.rig)])
def node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Return a node with a catalog that is not indexed yet."""
    with ExitStack() as stack:
        variables = {}
        if request.param == "postgres":
            if postgres.programs() is None:
                lack(f"the Debian package {postgres.PACKAGE}")
            variables = {"DATABASE_URL": stack.enter_context(postgres.cluster())}
        node = Node(tmp_path_factory.mktemp("var"), variables)
        node.noted = node.run(PREPARE)  # type: ignore[attr-defined]
        yield node


def test_indexers_that_run_at_once_take_turns(node: Any) -> None:
    processes = [node.start(INDEX) for _ in range(3)]
    assert sum(map(result, processes)) == node.noted
    assert node.run(COMPARE) == 0


def test_an_indexer_and_two_rebuilds_at_once(node: Node) -> None:
    """One of the rebuilds is told that the other is at work, or begins when it has ended."""
    noting = 'derived.note_search_changes("track", Track.objects.values_list("id", flat=True))\n'
    build = f"try:\n {REBUILD}\nexcept search.Busy:\n print(0)"
    _, *built = map(result, [node.start(code) for code in (noting + INDEX, build, build)])
    assert max(built) >= TRACKS
    assert node.run(COMPARE) == 0


def test_a_rebuild_that_is_killed_goes_on_and_lacks_nothing(node: Node) -> None:
    chance, killed = chaos.dice(), 0
    for number in range(chaos.ROUNDS):
        build = node.start(REBUILD_SLOWLY)
        assert build.stdout
        for _ in range(chance.randint(2, 20)):
            build.stdout.readline()
        time.sleep(chance.random() * 0.1)
        killed += build.poll() is None
        build.kill()
        build.wait()
        node.run(RENAME.replace("NUMBER", str(number)))
    print(f"{killed} of {chaos.ROUNDS} rebuilds were killed at work")
    assert killed
    found = 'print(len(search.search("zyzzyva", kinds=["track"], limit=50, at=timezone.now(), fresh=True).tracks))'
    assert node.run(f"assert search.rebuild() >= {TRACKS}\n{COMPARE}\n{found}") == 30


def test_searches_see_the_one_index_or_the_other_whole(node: Node) -> None:
    node.run(REBUILD)
    searches = node.start(SEARCH)
    assert searches.stdout
    assert searches.stdout.readline() == "ready\n"
    node.run(f"{REBUILD}\n{REBUILD}\n{REBUILD}")
    asked = searches.communicate("enough\n", timeout=60)[0].split()[-1]
    assert searches.returncode == 0
    assert int(asked) > 50
