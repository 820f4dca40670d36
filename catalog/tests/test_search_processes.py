"""Several processes may index at once, while searches go on: nothing is lost, counted twice or seen half."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PREPARE = """
call_command("migrate", verbosity=0, skip_checks=True)
seeding.seed(tracks=4000, number=1, progress=lambda rows: None)
print(SearchChange.objects.count())
"""
INDEX = "print(search.index_pending(limit=10**9))"
REBUILD = "print(search.rebuild())"
COMPARE = """
def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM search_{table}")
        return sorted(cursor.fetchall())
TABLES = ("track", "artist", "album", "track_key", "artist_key", "album_key", "term", "typo")
before = {table: rows(table) for table in TABLES}
search.rebuild()
assert before == {table: rows(table) for table in TABLES}
one = Track.objects.order_by("bucket", "id")[0]
found = search.search(f"{one.artist} {one.title}", kinds=["track"], limit=5, at=timezone.now())
assert one.id in found.tracks
print(len(before["track"]) - Track.objects.count())
"""
SETUP = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from catalog import search, seeding
from catalog.models import SearchChange, Track
"""


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [[INDEX, INDEX, INDEX], [INDEX, REBUILD, INDEX]], ids=["indexers", "a rebuild"])
def test_processes_that_index_at_once_take_turns(tmp_path, jobs):
    env = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "spotify_lite.settings"}
    env.pop("DATABASE_URL", None)

    def start(code):
        command = [sys.executable, "-c", SETUP + code]
        return subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=subprocess.PIPE, text=True)

    def result(process):
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return int(out)

    noted = result(start(PREPARE))
    handled = [result(process) for process in [start(job) for job in jobs]]
    if REBUILD not in jobs:
        assert sum(handled) == noted
    assert result(start(INDEX)) == 0
    assert result(start(COMPARE)) == 0
