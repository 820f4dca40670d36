"""Answers are kept while they say what a search would, are read past where that is asked, and are better than none."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import derived, search
from catalog.models import Track
from catalog.search import answers, budget, present
from conftest import MakeTrack

KINDS = ("track", "artist", "album")

pytestmark = pytest.mark.django_db


@pytest.fixture
def track(make_track: MakeTrack) -> Track:
    track = make_track("Tideline", artist="Halcyon Pike")
    search.index_pending()
    return track


@pytest.fixture(autouse=True)
def believing(own_state: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a process believe what it has read, for longer than a slow machine takes over a test's next line."""
    monkeypatch.setattr(present, "KNOWN", 30.0)


def find(query: str, *, at: datetime | None = None, fresh: bool = False) -> search.Found:
    return search.search(query, kinds=KINDS, limit=10, at=at or timezone.now(), fresh=fresh)


@pytest.mark.parametrize("query", ["tid", "tideline"], ids=["in the process", "shared"])
def test_what_was_asked_before_costs_no_statement(track: Track, django_assert_num_queries: Any, query: str) -> None:
    first = find(query)
    with django_assert_num_queries(0):
        again = find(query.upper())
    assert again.tracks == first.tracks == [track.id]
    assert (again.partial, again.stage) == (False, 0)


def test_what_asks_for_something_else_is_kept_apart(make_track: MakeTrack) -> None:
    first, other = make_track("Tideline", artist="Halcyon Pike"), make_track("Tideline", artist="Other", year=1999)
    search.index_pending()
    find("tideline")
    assert find("tideline year:1999").tracks == [other.id]
    assert find('"tideline" other').tracks[0] == other.id
    assert len(search.search("tideline", kinds=["track"], limit=1, at=timezone.now()).tracks) == 1
    assert {*find("tideline").tracks} == {first.id, other.id}


def test_a_change_of_the_index_ends_what_is_kept(track: Track, make_track: MakeTrack) -> None:
    assert find("tideline").tracks == [track.id]
    other = make_track("Tideline", artist="Somebody Else")
    search.index_pending()
    assert find("tideline").tracks == [track.id]  # what the process believes for a moment
    present.forget()
    assert {*find("tideline").tracks} == {track.id, other.id}


def test_a_fresh_search_reads_past_what_is_kept_and_renews_it(
    track: Track, make_track: MakeTrack, django_assert_num_queries: Any
) -> None:
    find("tideline")
    other = make_track("Tideline", artist="Somebody Else")
    search.index_pending()
    assert {*find("tideline", fresh=True).tracks} == {track.id, other.id}
    with django_assert_num_queries(0):
        assert {*find("tideline").tracks} == {track.id, other.id}


def test_a_kept_answer_ends_when_a_song_is_released(track: Track, make_track: MakeTrack) -> None:
    at = timezone.now() + timedelta(minutes=1)
    coming = make_track("Tideline", artist="Somebody Else", release_at=at)
    search.index_pending()
    assert find("tideline").tracks == [track.id]
    assert {*find("tideline", at=at).tracks} == {track.id, coming.id}


def test_what_was_withdrawn_is_not_told_though_an_answer_was_kept(client: Client, track: Track) -> None:
    assert [song["id"] for song in client.get("/api/v1/search?q=tideline").json()["tracks"]] == [track.id]
    Track.objects.filter(id=track.id).update(published=False)
    assert client.get("/api/v1/search?q=tideline").json()["tracks"] == []


def test_an_answer_ends_with_its_time(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "IN_PROCESS", 0.0)
    find("tid")
    find("tideline")
    with CaptureQueriesContext(connection) as asked:
        find("tideline")
    assert len(asked) == 0
    with CaptureQueriesContext(connection) as asked:
        find("tid")
    assert len(asked) > 0


def test_part_of_an_answer_is_not_kept(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as spoiled:
        spoiled.setattr(budget, "EXTRAS", 0.0)
        found = find("tidelime")
        assert (found.tracks, found.partial, found.stage) == ([], True, 1)
    assert find("tidelime").corrected == {"tidelime": "tideline"}


def test_an_answer_of_before_is_better_than_none(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    find("tideline")
    derived.note_search_changes("track", [track.id])
    search.index_pending()
    present.forget()
    monkeypatch.setattr(budget, "WHOLE", 0.0)
    stale, none = find("tideline"), find("halcyon")
    assert (stale.tracks, stale.partial, stale.stage) == ([track.id], True, 4)
    assert (none.tracks, none.partial, none.stage) == ([], True, 5)


def test_part_of_an_answer_is_neither_stored_nor_confirmed(
    client: Client, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "WHOLE", 0.0)
    answer = client.get("/api/v1/search?q=tideline")
    told = answer.json()
    assert (answer.status_code, told["tracks"], told["partial"], told["stage"]) == (200, [], True, 5)
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer


def test_a_page_says_what_it_had_no_time_for(client: Client, track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WHOLE", 0.0)
    assert client.get("/search?q=tideline").status_code == 200
    assert client.get("/search?q=tideline").context["found"].partial


@pytest.mark.parametrize("address", ["/api/v1/search?q=tideline", "/search?q=tideline&partial"])
def test_a_client_that_says_no_cache_is_answered_anew(
    client: Client, track: Track, make_track: MakeTrack, address: str
) -> None:
    client.get(address)
    make_track("Tideline", artist="Somebody Else")
    search.index_pending()
    assert b"Somebody Else" not in client.get(address).content
    assert b"Somebody Else" in client.get(address, headers={"Cache-Control": "no-cache"}).content


@pytest.fixture
def silent(settings: Any) -> Iterator[socket.socket]:
    """Put the shared cache where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        options = {
            "CONNECTION_POOL_CLASS": "spotify_lite.cache.Pool",
            "REDIS_CLIENT_CLASS": "spotify_lite.cache.Client",
            "SOCKET_TIMEOUT": 0.05,
            "IGNORE_EXCEPTIONS": True,
        }
        place = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        away = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": place, "OPTIONS": options}
        settings.CACHES = settings.CACHES | {"default": away}
        yield listening
        del settings.CACHES


def test_searches_do_without_a_cache_that_is_silent_and_wait_for_it_once(track: Track, silent: socket.socket) -> None:
    for _ in range(5):
        assert find("tideline").tracks == [track.id]
    silent.accept()[0].close()
    with pytest.raises(BlockingIOError):
        silent.accept()
