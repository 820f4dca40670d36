"""What was acknowledged before a backup is there after a restore, and nothing is lost on the way, whoever dies."""

import hashlib
import json
import shutil
import sqlite3
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from catalog.tests import audio
from spotify_lite.tests.rig import audience, chaos, listeners, server
from spotify_lite.tests.rig.installation import SOUND, Place, edit, told

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("backup")]


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
    server.make_tables(place.variables)
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
