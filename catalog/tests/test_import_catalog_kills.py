"""An import that is killed goes on where it ended: nothing is doubled, nothing is lost, all counts are right."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import psycopg
import pytest

from catalog import invented
from catalog.cells import COLUMNS
from spotify_lite.tests.rig import chaos, lack, postgres, server

pytestmark = [pytest.mark.rig, pytest.mark.slow]

ROWS = 9_000  # a few batches: kills come between the first and the last, or into them
LOOK = """
from django.db.models import Count, Sum
from django.utils import timezone
from catalog import search
from catalog.models import SearchChange, Track
from catalog.tests import recounts
doubles = Track.objects.values("album", "disc_number", "track_number", "title").annotate(n=Count("id")).filter(n__gt=1)
print("there:", Track.objects.count(), Track.objects.aggregate(all=Sum("plays"))["all"], doubles.count())
recounts.compare()
now = timezone.now()
one = Track.objects.order_by("bucket", "id")[0]
print("found:", one.id in search.search(f"{one.title} {one.artist}", kinds=["track"], limit=5, at=now).tracks)
"""


@contextmanager
def database(kind: str, var: Path) -> Iterator[dict[str, str]]:
    """Give the environment of an empty database."""
    var.mkdir()
    if kind == "sqlite":
        yield server.environment(var, server.free_port())
        return
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    with postgres.cluster() as url:
        yield server.environment(var, server.free_port(), {"DATABASE_URL": url})


def tracks(variables: dict[str, str]) -> int:
    """Count the tracks that are committed, without any code of ours."""
    if url := variables.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            return connection.execute("SELECT count(*) FROM catalog_track").fetchone()[0]
    connection = sqlite3.connect(Path(variables["VAR_DIR"]) / "spotify_lite.sqlite3")
    try:
        return connection.execute("SELECT count(*) FROM catalog_track").fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_import_that_is_killed_goes_on_and_doubles_and_loses_nothing(kind: str, tmp_path: Path) -> None:
    sheet, chance = tmp_path / "sheet.tsv", chaos.dice()
    rows = [row._replace(explicit=0) for row in islice(invented.rows(4), ROWS)]
    lines = ("\t".join("" if value is None else str(value) for value in row) for row in rows)
    order = ("artist", "title", "aliases", "album", "genre", *COLUMNS[5:])
    sheet.write_text("\n".join(("\t".join(order), *lines)))
    command = [sys.executable, "manage.py", "import_catalog", str(sheet)]
    killed_within = 0
    with database(kind, tmp_path / "var") as variables:
        server.make_tables(variables)
        for _ in range(chaos.ROUNDS):
            enough = tracks(variables) + chance.choice((0, 1, 1))  # at the start, or after its next batch
            run = subprocess.Popen(command, cwd=server.ROOT, env=variables, stderr=subprocess.DEVNULL)
            while tracks(variables) < enough and run.poll() is None:
                time.sleep(0.01)
            time.sleep(chance.random() * 0.2)
            run.send_signal(signal.SIGKILL)
            run.wait()
            killed_within += 0 < tracks(variables) < ROWS
        said = server.manage(variables, "import_catalog", str(sheet)).stdout
        assert f"{ROWS} rows in" in said
        looked = server.manage(variables, "shell", "-v0", "-c", LOOK).stdout
    assert f"there: {ROWS} {sum(row.plays for row in rows)} 0\nfound: True" in looked
    print(f"{chaos.ROUNDS} kills, {killed_within} of them between the first row and the last")
