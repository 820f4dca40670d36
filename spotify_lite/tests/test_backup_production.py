"""Backups of PostgreSQL and of buckets: whole under load, and what was there stays where a restore fails or dies."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from spotify_lite.tests.rig import audience, chaos, lack, listeners, postgres, s3, server
from spotify_lite.tests.rig.installation import SOUND, TOLD, Place, edit, told

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("backup production")]


@dataclass
class Production:
    """PostgreSQL and S3 with two installations, of which the second is empty."""

    home: Place
    other: Place
    storage: s3.Storage
    people: audience.Audience


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    if postgres.programs() is None or shutil.which("pg_dump") is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    folder = tmp_path_factory.mktemp("production")
    with ExitStack() as held:
        storage = held.enter_context(s3.storage(folder / "s3"))
        url = held.enter_context(postgres.cluster())
        places = []
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE ROLE service LOGIN")  # which owns its database, and is nobody special
            for name in ("home", "other"):
                connection.execute(f"CREATE DATABASE {name} OWNER service")
                mine = url.replace("postgres://postgres@", "postgres://service@").rpartition("/")[0] + f"/{name}"
                var = folder / name
                var.mkdir()
                extra = storage.environment | {"DATABASE_URL": mine, "PACKAGING": "off"}
                places.append(Place(server.environment(var, server.free_port(), extra), reader(mine)))
        places[1].variables["ORIGINS"] = f"local:{storage.endpoint}/elsewhere"
        for bucket in ("vault", "elsewhere", "elsewhere-masters"):
            storage.client().create_bucket(Bucket=bucket)
        places[0].manage("migrate", "--verbosity=0")
        people = audience.make(places[0].shell, accounts=4, tracks=20)
        places[0].shell(SOUND)
        yield Production(places[0], places[1], storage, people)


def reader(url: str) -> Callable[[str], list[tuple[Any, ...]]]:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as connection:
            return connection.execute(sql).fetchall()

    return rows


def test_postgresql_and_buckets_are_backed_up_under_load_and_restored(production: Production) -> None:
    home, other, people = production.home, production.other, production.people
    var, port = Path(home.variables["VAR_DIR"]), int(home.variables["PORT"])
    given = {name: home.variables[name] for name in home.variables if name not in ("VAR_DIR", "HOST", "PORT")}
    with server.running(var, port=port, migrate=False, extra=given) as web:
        with listeners.listening(web.port, people.accounts, people.tracks, rate=60, seed=8) as writing:
            writing.wait(writes=60)
            book, written = writing.book(), writing.ledger.written
            _, kept, copied = home.back_up("s3://vault/nightly")
            assert writing.ledger.written > written, "nobody wrote while the backup was made"
        again = ("backup", "s3://vault/nightly"), ("restore", "s3://vault/nightly", "--replace")
        done, refused = home.say(*again)
        assert told(done)[1:] == (20, 0)
        assert "others are connected" in refused
    assert kept == copied == 20
    assert len([name for name in production.storage.names("vault") if "/objects/" in name]) == 20
    first = min(name for name in production.storage.names("vault") if name.endswith("backup.json"))
    moment = first.split("/")[-2]
    said = other.manage("restore", "s3://vault/nightly", "--moment", moment).stdout
    assert "Every object of the backup is in the storage, whole." in said
    assert production.storage.names("elsewhere") == production.storage.names("music")
    assert book.compare(other.rows, later=writing.ledger).faults == []
    assert other.rows("SELECT count(*) FROM search_track") == home.rows("SELECT count(*) FROM search_track")


REWRITE = "UPDATE catalog_track SET title = 'Written after the backup'"


def test_restore_into_postgresql_that_fails_or_is_killed_leaves_what_was_there(
    production: Production, tmp_path: Path
) -> None:
    home, vault, chance = production.home, tmp_path / "vault", chaos.dice()
    moment, _, _ = home.back_up(str(vault))
    original = sorted(home.rows("SELECT id, title FROM catalog_track"))
    home.rows(f"{REWRITE} RETURNING id")
    written = sorted(home.rows("SELECT id, title FROM catalog_track"))
    wrong = tmp_path / "wrong"
    shutil.copytree(vault, wrong)
    edit(wrong / "backups" / moment, lambda told: told["counts"].update(catalog_track=41))
    cut = tmp_path / "cut"
    shutil.copytree(vault, cut)
    dump = cut / "backups" / moment / "database.000"
    half = dump.read_bytes()[: dump.stat().st_size // 2]
    dump.write_bytes(half)
    part = {"name": "database.000", "size": len(half), "sha256": hashlib.sha256(half).hexdigest()}
    edit(cut / "backups" / moment, lambda told: told.update(dump=[part]))
    said = home.say(("restore", str(wrong), "--replace"), ("restore", str(cut), "--replace"))
    assert "catalog_track does not hold 41 rows" in said[0]
    assert "is as it was" in said[1]
    kept_back = 0
    for _ in range(chaos.ROUNDS):
        running = home.start("restore", str(vault), "--replace")
        while not restoring(home) and running.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.2)
        running.kill()
        running.communicate()
        while restoring(home):
            time.sleep(0.01)
        after = sorted(home.rows("SELECT id, title FROM catalog_track"))
        assert after in (original, written), "neither the old rows nor the new ones are there, whole"
        kept_back += after == written
        home.rows(f"{REWRITE} RETURNING id")
    assert kept_back, "every kill came after the end"
    home.manage("restore", str(vault), "--replace")
    assert sorted(home.rows("SELECT id, title FROM catalog_track")) == original


def restoring(place: Place) -> bool:
    """Tell whether a restore writes into the database."""
    found = place.rows(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'psql' AND datname = current_database()"
    )
    return bool(found)


def test_without_the_programs_of_postgresql_the_package_is_named(production: Production, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    program = tmp_path / "old" / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    program.chmod(0o755)
    code = TOLD.replace("for words in __WORDS__:", 'for path in __WORDS__:\n    os.environ["PATH"] = path')
    code = code.replace("*words", f'"backup", {str(tmp_path / "vault")!r}').replace("import io", "import io, os")
    said = production.home.shell(code.replace("__WORDS__", repr([str(tmp_path), str(program.parent)])))
    assert "pg_dump is not installed: it is in the Debian package postgresql-client." in said
    assert "pg_dump is version 9 and the server" in said
    assert not list((tmp_path / "vault").rglob("backup.json"))
