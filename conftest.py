"""Fixtures of every test: the people, and a catalog that is made row by row through the real writers."""

import hashlib
import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog import derived, names
from catalog.models import (
    Album,
    AlbumCredit,
    Artist,
    Credit,
    Genre,
    Master,
    Rendition,
    Track,
    TrackGenre,
    popularity,
)
from catalog.search import present, state
from spotify_lite.tests.rig import postgres

MakeTrack = Callable[..., Track]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite", help="what the tests run on")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Run the whole session again in a child on a temporary PostgreSQL: settings read the environment only once."""
    if config.getoption("--database") != "postgres" or "DATABASE_URL" in os.environ:
        return None
    if postgres.programs() is None:
        print(f"PostgreSQL tests need the Debian package {postgres.PACKAGE}")  # noqa: T201
        return int(os.environ.get("REQUIRE_RIG") == "1")
    with postgres.cluster() as url:
        command = [sys.executable, "-m", "pytest", *map(str, config.invocation_params.args)]
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what this process's database has no part in: it has run on SQLite already.

    Where several processes share the work, browsers come first and then files with something slow in them, or one
    process would end alone.
    """
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (item.get_closest_marker("e2e") is None, item.path not in slow))
    if config.getoption("--database") != "postgres":
        return
    alike = [
        item for item in items if not {"db", "django_db"} & {*_fixtures(item), *(m.name for m in item.iter_markers())}
    ]
    config.hook.pytest_deselected(items=alike)
    items[:] = [item for item in items if item not in set(alike)]


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.fixture(autouse=True)
def own_state(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test its own media folder and empty caches, and nothing that waits for a demo.

    What a process believes for a moment, and changes that are told together, would outlast what a test does next.
    """
    monkeypatch.setattr(present, "KNOWN", 0.0)
    monkeypatch.setattr(state, "BUMPED_AFTER", timedelta(0))
    settings.MEDIA_DIR = tmp_path / "media"
    settings.MEDIA_DIR.mkdir()
    settings.STORAGES = settings.STORAGES | {
        alias: settings.STORAGES[alias] | {"OPTIONS": {"location": settings.MEDIA_DIR / folder}}
        for alias, folder in settings.OBJECTS.items()
    }
    settings.STATIC_ROOT = tmp_path / "static"  # not collected: to look through it took most of a client's time
    settings.DEMO_PENDING = tmp_path / "demo.pending"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
    _forget()
    yield
    _forget()


def _forget() -> None:
    """Empty what this process knows of a test's rows."""
    for cache in caches.all(initialized_only=True):
        cache.clear()
    present.forget()
    state.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Let tests that commit empty all tables after them: on SQLite that deletes the history too, row by row.

    That its rows cannot be deleted has a test of its own. PostgreSQL truncates, and so keeps its trigger here.
    """
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            for statement in importlib.import_module("catalog.migrations.0004_curators").UNDONE["sqlite"]:
                cursor.execute(statement)


def person(name: str, **fields: Any) -> User:
    return User.objects.create_user(username=name, password=f"{name}-secret-1", **fields)


@pytest.fixture
def listener(db: None) -> User:
    return person("listener")


@pytest.fixture
def stranger(db: None) -> User:
    return person("stranger")


@pytest.fixture
def curator(db: None) -> User:
    """Return a member of the group that a migration makes; made again where a test before has emptied all tables."""
    migration = importlib.import_module("catalog.migrations.0004_curators")
    migration.make_group(apps, None)
    user = person("curator", is_staff=True)
    user.groups.add(Group.objects.get(name=migration.GROUP))
    return user


@pytest.fixture
def desk(curator: User) -> Client:
    """Return the browser of a curator who has signed in."""
    client = Client()
    client.force_login(curator)
    return client


@pytest.fixture
def superuser(db: None) -> User:
    return person("superuser", is_staff=True, is_superuser=True)


@pytest.fixture
def make_track(db: None) -> MakeTrack:
    """Return a maker of one listed, playable track: artists, album and genres are made or found by name."""

    def make(
        title: str = "Tideline",
        *,
        artist: str = "Halcyon Pike",
        featured: tuple[str, ...] = (),
        album: str | None = "Slow Harbour Lights",
        genres: tuple[str, ...] = ("Ambient",),
        playable: bool = True,
        at: datetime | None = None,
        duration_ms: int = 180_000,
        plays: int = 0,
        **fields: Any,
    ) -> Track:
        now = at or timezone.now()
        people = [_artist(name, now) for name in (artist, *featured)]
        record = _album(album, people[0], now, fields.get("year")) if album else None
        track = Track.objects.create(
            title=title,
            sort_title=names.sort_key(title),
            artist=artist,
            album=record,
            duration_ms=duration_ms,
            plays=plays,
            bucket=popularity.bucket_of(plays),
            created_at=now,
            **fields,
        )
        for place, who in enumerate(people):
            role = "main" if place == 0 else "featured"
            Credit.objects.create(track=track, artist=who, role=role, position=place, bucket=track.bucket)
        kinds = [Genre.objects.get_or_create(slug=names.slug(name), defaults={"name": name})[0] for name in genres]
        for place, genre in enumerate(kinds):
            TrackGenre.objects.create(track=track, genre=genre, position=place, bucket=track.bucket)
        if playable:
            _rendition(track, now)
        derived.refresh_cards([track.id])
        derived.refresh_albums([record.id] if record else [], at=now)
        derived.refresh_artists([who.id for who in people], at=now)
        derived.refresh_genres([genre.id for genre in kinds], at=now)
        derived.bump_version()
        track.refresh_from_db()
        return track

    return make


def _artist(name: str, now: datetime) -> Artist:
    defaults = {"name": name, "sort_name": names.sort_key(name), "created_at": now}
    return Artist.objects.get_or_create(match_key=names.fold(name), mbid=None, defaults=defaults)[0]


def _album(title: str, artist: Artist, now: datetime, year: int | None) -> Album:
    defaults = {
        "title": title,
        "sort_title": names.sort_key(title),
        "artist": artist.name,
        "year": year,
        "created_at": now,
    }
    key = names.album_key(artist.name, title)
    album, created = Album.objects.get_or_create(match_key=key, mbid=None, defaults=defaults)
    if created:
        AlbumCredit.objects.create(album=album, artist=artist)
    return album


def _rendition(track: Track, now: datetime) -> None:
    key = hashlib.sha256(f"track {track.id}".encode()).hexdigest()
    master = Master.objects.create(
        track=track, fingerprint=key, container="mp3", codec="mp3", bitrate=128, duration_ms=track.duration_ms, size=9
    )
    Rendition.objects.create(
        track=track,
        master=master,
        name="source",
        key=key,
        extension="mp3",
        mime="audio/mpeg",
        bitrate=128,
        size=9,
        created_at=now,
    )
