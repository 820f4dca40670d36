"""What caches are told: how long, for whom, and that a copy stands until something in it changes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from catalog import derived, search
from catalog.api import caching
from catalog.models import Track
from conftest import MakeTrack

AT_THE_MARK = datetime.fromisoformat("2026-03-01T12:00:00+00:00")  # addresses change here, next in 900 s
READS = ["search?q=x", "tracks", "tracks/{track}", "artists", "albums", "albums/{album}", "genres"]


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    caching._next_release = None
    yield
    caching._next_release = None


@pytest.fixture
def song(make_track: MakeTrack) -> Track:
    track = make_track(at=AT_THE_MARK - timedelta(days=1))
    track.refresh_from_db()
    return track


def at(moment: datetime) -> Any:
    return mock.patch.object(timezone, "now", return_value=moment)


def kept(answer: Any) -> int:
    return int(answer["Cache-Control"].rpartition("max-age=")[2])


@pytest.mark.parametrize("path", READS)
def test_anonymous_answers_are_public_and_know_no_cookie(client: Client, song: Track, path: str):
    client.cookies["sessionid"] = "somebody"

    answer = client.get(f"/api/v1/{path.format(track=song.id, album=song.album_id)}")

    assert answer["Cache-Control"].startswith("public, max-age=")
    assert answer["Vary"] == "X-Region"
    assert not answer.cookies


def test_answers_are_kept_for_a_minute_at_most_and_not_beyond_their_addresses(client: Client, song: Track):
    for moment, seconds in ((0, 60), (839, 60), (841, 59), (899, 1), (899.5, 0), (900, 60)):
        with at(AT_THE_MARK + timedelta(seconds=moment)):
            assert kept(client.get("/api/v1/tracks")) == seconds, moment


def test_answers_are_not_kept_beyond_a_release(client: Client, song: Track, make_track: MakeTrack):
    coming = make_track(title="Tomorrow", release_at=AT_THE_MARK + timedelta(seconds=100))

    with at(AT_THE_MARK):
        before = client.get("/api/v1/tracks")
    with at(AT_THE_MARK + timedelta(seconds=75)):
        assert kept(client.get("/api/v1/tracks")) == 25
    with at(AT_THE_MARK + timedelta(seconds=100)):
        after = client.get("/api/v1/tracks", headers={"If-None-Match": before["ETag"]})

    assert kept(before) == 60
    assert after.status_code == 200  # the same version of the catalog, but a copy without the release does not stand
    assert coming.id in [track["id"] for track in after.json()["results"]]
    assert kept(after) == 60


@pytest.mark.parametrize("path", READS)
def test_a_copy_that_stands_is_confirmed_by_one_query(
    client: Client, song: Track, django_assert_num_queries: Any, path: str
):
    search.index_pending()
    address = f"/api/v1/{path.format(track=song.id, album=song.album_id)}"
    with at(AT_THE_MARK):
        first = client.get(address)
    with at(AT_THE_MARK + timedelta(seconds=899)), django_assert_num_queries(1):
        again = client.get(address, headers={"If-None-Match": f'"other", {first["ETag"]}'})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Vary"] == "X-Region"
    assert again["Cache-Control"].startswith("public, max-age=")


def test_a_copy_stands_until_the_catalog_its_addresses_or_the_key_change(client: Client, song: Track, settings: Any):
    with at(AT_THE_MARK):
        etag = client.get("/api/v1/tracks")["ETag"]

        assert client.get("/api/v1/tracks", headers={"If-None-Match": etag}).status_code == 304
        assert client.get("/api/v1/artists", headers={"If-None-Match": etag}).status_code == 200
        assert client.get("/api/v1/tracks?limit=1", headers={"If-None-Match": etag}).status_code == 200
        settings.MEDIA_SIGNING_KEYS = {"new": "n" * 32, **settings.MEDIA_SIGNING_KEYS}
        settings.MEDIA_SIGNING_KID = "new"
        etag_of_new_key = client.get("/api/v1/tracks", headers={"If-None-Match": etag})["ETag"]
        settings.REGION = "elsewhere"
        etag_elsewhere = client.get("/api/v1/tracks", headers={"If-None-Match": etag_of_new_key})["ETag"]
        derived.bump_version()
        changed = client.get("/api/v1/tracks", headers={"If-None-Match": etag_elsewhere})["ETag"]
    with at(AT_THE_MARK + timedelta(seconds=900)):
        moved_on = client.get("/api/v1/tracks", headers={"If-None-Match": changed})["ETag"]

    assert len({etag, etag_of_new_key, etag_elsewhere, changed, moved_on}) == 5


def test_a_track_that_is_gone_is_404_to_who_holds_a_copy(client: Client, song: Track):
    etag = client.get(f"/api/v1/tracks/{song.id}")["ETag"]
    Track.objects.filter(id=song.id).update(published=False)

    assert client.get(f"/api/v1/tracks/{song.id}", headers={"If-None-Match": etag}).status_code == 404


def test_the_next_release_is_asked_for_once_a_version(client: Client, song: Track, django_assert_num_queries: Any):
    with django_assert_num_queries(3):
        client.get("/api/v1/tracks")
    with django_assert_num_queries(2):
        client.get("/api/v1/tracks")
    derived.bump_version()
    with django_assert_num_queries(3):
        client.get("/api/v1/tracks")


def test_answers_to_a_token_are_private(client: Client, song: Track, listener: User):
    _, token = tokens.create_token(listener, device="phone", at=timezone.now())

    answer = client.get("/api/v1/tracks", headers={"Authorization": f"Token {token}"})

    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("private, max-age=")


def test_where_guests_may_not_listen_answers_are_private(client: Client, song: Track, listener: User, settings: Any):
    settings.GUESTS = False
    client.force_login(listener)

    answer = client.get("/api/v1/tracks")

    assert answer["Cache-Control"].startswith("private, max-age=")
    assert "Cookie" in answer["Vary"]


@pytest.mark.parametrize("path", ["tracks?limit=0", "tracks/99999", "nothing", "tracks/"])
def test_errors_are_not_kept(client: Client, song: Track, path: str):
    answer = client.get(f"/api/v1/{path}")

    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
