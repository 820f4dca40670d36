"""What was acknowledged before a backup is there after a restore, and nothing is lost on the way, whoever dies."""

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import audience, chaos, lack, listeners, postgres, s3, server

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("backup")]

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
    """An installation that this test has for itself."""

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


def embedded(var: Path) -> Place:
    var.mkdir()

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(var / "spotify_lite.sqlite3")) as connection:
            return connection.execute(sql).fetchall()

    return Place(server.environment(var, server.free_port(), {"PACKAGING": "off"}), rows)


def positions(place: Place) -> list[tuple[Any, ...]]:
    return sorted(place.rows("SELECT listener_id, track_id, at_ms, seq, position_ms FROM playback_resumepoint"))


def objects(vault: Path) -> list[Path]:
    return [path for path in (vault / "objects").glob("??/*") if path.is_file()]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, audience.Audience]:
    """Return an installation with accounts, songs and objects, which tests copy."""
    place = embedded(tmp_path_factory.mktemp("filled") / "var")
    place.manage("migrate", "--verbosity=0")
    people = audience.make(place.shell, accounts=4, tracks=40)
    place.shell(SOUND)
    return place, people


@pytest.fixture
def home(filled: tuple[Place, audience.Audience], tmp_path: Path) -> Place:
    shutil.copytree(filled[0].variables["VAR_DIR"], tmp_path / "var.copied")
    place = embedded(tmp_path / "var")
    (tmp_path / "var").rmdir()
    (tmp_path / "var.copied").rename(tmp_path / "var")
    return place


def test_backup_is_whole_while_listeners_write_and_an_import_runs(
    home: Place, filled: tuple[Place, audience.Audience], tmp_path: Path
) -> None:
    people, vault = filled[1], tmp_path / "vault"
    for number in range(12):
        audio.make(tmp_path / "music" / f"{number}.mp3", tone=300 + number, title=f"Song {number}", artist="A")
    var, port = Path(home.variables["VAR_DIR"]), int(home.variables["PORT"])
    with server.running(var, port=port, migrate=False, extra={"PACKAGING": "off"}) as web:
        with listeners.listening(web.port, people.accounts, people.tracks, rate=60, seed=7) as writing:
            writing.wait(writes=60)
            importing = home.start("import_music", str(tmp_path / "music"), "--copy")
            book, written = writing.book(), writing.ledger.written
            moment, kept, copied = home.back_up(str(vault))
            assert writing.ledger.written > written, "nobody wrote while the backup was made"
            assert importing.wait(60) == 0, importing.communicate()
        assert "stop the server" in home.say(("restore", str(vault), "--replace"))[0]  # it runs
    assert kept == copied >= 40
    assert not writing.ledger.wrong

    _, second, third = home.say(("package",), ("backup", str(vault)), ("backup", str(vault)))
    _, after, more = told(second)
    assert 0 < more == after - kept, "what was there is copied again"
    assert told(third)[1:] == (after, 0)

    other = embedded(tmp_path / "other")
    said = other.manage("restore", str(vault), "--moment", moment).stdout
    assert "Every object of the backup is in the storage, whole." in said
    assert other.rows("PRAGMA integrity_check") == [("ok",)]
    report = book.compare(other.rows, later=writing.ledger)
    assert report.faults == []
    assert report.positions > 20
    with server.running(tmp_path / "other", migrate=False) as web:
        for track in people.tracks[::8]:
            assert play(web, people.accounts[0].token, track)
    private = [path for path in (vault / "backups").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}
    assert {path.parent.stat().st_mode & 0o777 for path in private} == {0o700}


def play(web: server.Server, token: str, track: int) -> bool:
    """Press play with a token of before, and say whether the bytes are what their address says."""
    headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
    press = urllib.request.Request(f"{web.url}/api/v1/tracks/{track}/play", b"{}", headers)
    with urllib.request.urlopen(press, timeout=20) as answer:
        address = json.loads(answer.read())["sources"][0]["url"]
    with urllib.request.urlopen(address, timeout=20) as answer:
        return hashlib.sha256(answer.read()).hexdigest() in address


def test_backup_that_is_killed_leaves_the_older_one_and_the_next_goes_on(home: Place, tmp_path: Path) -> None:
    chance, vault = chaos.dice(), tmp_path / "vault"
    first, kept, _ = home.back_up(str(vault))
    killed_within = 0
    for number in range(1, chaos.ROUNDS + 1):
        home.shell(SOUND_ANEW.replace("__SEED__", str(number)))
        running = home.start("backup", str(vault))
        before = len(objects(vault))
        while len(objects(vault)) == before and running.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.02)
        running.kill()
        running.communicate()
        killed_within += running.returncode < 0
        halves = [path.name for path in (vault / "backups").glob("*Z") if not (path / "backup.json").exists()]
        if number == 1:
            other = embedded(tmp_path / "other")
            *refused, _ = other.say(*[("restore", str(vault), "--moment", moment) for moment in (*halves, first)])
            assert all("no whole backup" in words for words in refused)
            assert len(other.rows("SELECT * FROM catalog_rendition")) == kept
        there = len(objects(vault)) - before
        _, after, copied = home.back_up(str(vault))
        assert (after, copied) == (kept, kept - there), "what the killed run had copied is copied again"
        assert not [path for path in (vault / "backups").glob("*Z") if not (path / "backup.json").exists()]
    assert killed_within, "every kill came after the end"


SOUND_ANEW = """
from catalog.models import Rendition
Rendition.objects.update(size=9)
""" + SOUND.replace("row.id", "row.id + 1000 * __SEED__")


def test_what_cannot_be_restored_is_refused_in_words_and_changes_nothing(home: Place, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    moment, _, _ = home.back_up(str(vault))
    newer, damaged, shorter = (tmp_path / name for name in ("newer", "damaged", "shorter"))
    for copy in (newer, damaged, shorter):
        shutil.copytree(vault, copy)
    edit(newer / "backups" / moment, lambda told: told["migrations"].append("catalog.9999_later"))
    dump = damaged / "backups" / moment / "database.000"
    dump.write_bytes(dump.read_bytes()[:-1] + b"?")
    objects(shorter)[0].unlink()
    wrong = tmp_path / "wrong"
    shutil.copytree(vault, wrong)
    edit(wrong / "backups" / moment, lambda told: told["counts"].update(catalog_track=41))
    foreign = tmp_path / "foreign"
    shutil.copytree(vault, foreign)
    edit(foreign / "backups" / moment, lambda told: told.update(database="postgresql"))
    (Path(home.variables["VAR_DIR"]) / "media" / "media").rename(tmp_path / "emptied")  # all is to be copied
    before = home.rows("SELECT count(*) FROM catalog_rendition"), positions(home)
    said = home.say(
        ("restore", str(vault)),
        ("restore", str(newer), "--replace"),
        ("restore", str(shorter), "--replace"),
        ("restore", str(damaged), "--replace"),
        ("restore", str(wrong), "--replace"),
        ("restore", str(foreign), "--replace"),
        ("restore", str(tmp_path / "nowhere"), "--replace"),
        ("restore", "s3://bucket/prefix", "--replace"),
        ("restore", str(vault), "--replace", "--moment", "../../../etc"),
        ("backup", str(Path(home.variables["VAR_DIR"]) / "media" / "vault")),
    )
    assert all(words.startswith("REFUSED") for words in said)
    for words, expected in zip(
        said,
        [
            "There is an installation here",
            "made by a newer version: catalog.9999_later",
            "it lacks the object",
            "database.000 is not what was written",
            "catalog_track has 40 rows, not 41",
            "is of postgresql, and this node's database is sqlite",
            "holds no whole backup",
            "Without ORIGINS",
            "is no moment of a backup",
            "A backup needs a place of its own",
        ],
        strict=True,
    ):
        assert expected in words
    assert (home.rows("SELECT count(*) FROM catalog_rendition"), positions(home)) == before


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a backup says of itself."""
    told = json.loads((folder / "backup.json").read_text())
    change(told)
    (folder / "backup.json").write_text(json.dumps(told))


def test_object_that_is_lost_or_damaged_is_named_and_the_rest_is_backed_up(home: Place, tmp_path: Path) -> None:
    kept = sorted((Path(home.variables["VAR_DIR"]) / "media" / "media").glob("??/*"))
    kept[0].unlink()
    kept[1].write_bytes(b"?" * kept[1].stat().st_size)
    done = home.manage("backup", str(tmp_path / "vault"), check=False)
    assert done.returncode == 1
    assert "but 2 objects that rows name could not be read" in done.stderr
    assert f"media/{kept[0].parent.name}/{kept[0].name} is not in the storage" in done.stdout
    assert f"media/{kept[1].parent.name}/{kept[1].name} is damaged" in done.stdout
    assert len(objects(tmp_path / "vault")) == len(kept) - 2


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
