"""The names that devices search by themselves: what is in them, how they keep up, and who may have them."""

import gzip
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog import curation, derived, pocket, search
from catalog.models import Album, Pocket, PocketPiece, Track
from catalog.pocket import gathering, keeping, packing
from conftest import MakeTrack

pytestmark = pytest.mark.django_db


def keep(**later: int) -> bool:
    """Pack what has changed, as the worker does some time later."""
    while search.index_pending():
        pass
    Pocket.objects.update(due_at=None)
    return pocket.keep(at=timezone.now() + timedelta(**later))


def changed(track: Track) -> None:
    """Tell of an edit as the desk does."""
    curation.refresh(curation.reach_of_tracks([track.id]))


def told(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/api/v1/names").json()
    return answer


def read(client: Client, piece: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/api/v1/names/{piece['digest']}", headers={"Accept-Encoding": "gzip, br"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(answer.content) == piece["bytes"]
    read: dict[str, Any] = orjson.loads(gzip.decompress(answer.content))
    return read


def titles(client: Client) -> list[str]:
    """Return the titles of the songs that were packed, without what has changed since."""
    pieces = [read(client, piece) for piece in told(client)["pieces"]]
    return [title for piece in pieces if "tracks" in piece for title in piece["tracks"]["title"]]


def changes(client: Client) -> dict[str, Any]:
    piece = told(client)["changes"]
    return read(client, piece)["changes"] if piece else {}


def test_names_are_told_in_pieces_that_never_change(client: Client, make_track: MakeTrack) -> None:
    make_track("Tideline", artist="Halcyon Pike", featured=("青木なつみ",), genres=("Ambient",), year=2024, plays=70)
    assert told(client) == keeping.NOTHING
    assert keep()
    first = told(client)
    assert (first["tracks"], first["of"], first["changes"]) == (1, 1, None)
    pieces: dict[str, Any] = {}
    for piece in first["pieces"]:
        pieces |= read(client, piece)
    track = Track.objects.get()
    assert pieces["tracks"]["id"] == [track.id]
    assert pieces["tracks"]["title"] == ["Tideline"]
    assert pieces["tracks"]["year"] == [2024]
    assert pieces["tracks"]["genres"] == ["Ambient"]
    assert pieces["tracks"]["guests"] == [[0], [[track.credits.get(role="featured").artist_id]]]
    assert sorted(pieces["artists"]["name"]) == ["Halcyon Pike", "青木なつみ"]
    assert pieces["buckets"]["tracks"] == [track.bucket]
    assert read(client, first["letters"])["letters"]["青"] == "qing"
    assert not keep()
    assert told(client) == first


def test_pieces_are_kept_by_caches_and_lists_are_looked_at_again(client: Client, make_track: MakeTrack) -> None:
    make_track()
    keep()
    listed = client.get("/api/v1/names")
    assert listed["Cache-Control"] == "public, max-age=60"
    assert client.get("/api/v1/names", headers={"If-None-Match": listed["ETag"]}).status_code == 304
    address = f"/api/v1/names/{listed.json()['pieces'][0]['digest']}"
    piece = client.get(address)
    assert piece["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Content-Encoding" not in piece
    assert piece.json()
    assert client.get(address, headers={"If-None-Match": piece["ETag"]}).status_code == 304
    assert client.get("/api/v1/names/0123").status_code == 404


def test_names_need_a_login_where_listening_does(
    client: Client, make_track: MakeTrack, listener: User, settings: Any
) -> None:
    make_track()
    keep()
    settings.GUESTS = False
    digest = PocketPiece.objects.values_list("digest", flat=True)[0]
    assert client.get("/api/v1/names").status_code == 401
    assert client.get(f"/api/v1/names/{digest}").status_code == 401
    client.force_login(listener)
    for address in ("/api/v1/names", f"/api/v1/names/{digest}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"].startswith("private")


def test_nothing_is_packed_before_its_moment_and_nothing_stays_that_was_hidden(
    client: Client, make_track: MakeTrack
) -> None:
    now = timezone.now()
    seen, coming = make_track("Seen"), make_track("Coming", artist="Secret", release_at=now + timedelta(hours=1))
    make_track("Hidden", artist="Nobody", published=False)
    keep()
    assert titles(client) == ["Seen"]
    whole = b"".join(gzip.decompress(bytes(piece.body)) for piece in PocketPiece.objects.all())
    for name in (b"Coming", b"Secret", b"Hidden", b"Nobody"):
        assert name not in whole
    Track.objects.filter(id=coming.id).update(release_at=now - timedelta(seconds=1))
    changed(coming)
    assert keep()
    assert changes(client)["tracks"]["rows"]["title"] == ["Coming"]
    Track.objects.filter(id=seen.id).update(published=False)
    changed(seen)
    assert keep()
    assert changes(client)["tracks"]["gone"] == [seen.id]
    assert told(client)["tracks"] == 1


def test_changes_are_one_piece_and_the_rest_stays_as_it_is(client: Client, make_track: MakeTrack) -> None:
    tracks = [make_track(f"Song {number}", plays=number) for number in range(5)]
    keep()
    before = told(client)
    Track.objects.filter(id=tracks[1].id).update(title="Another")
    derived.refresh_cards([tracks[1].id])
    Track.objects.filter(id=tracks[3].id).update(plays=10_000)
    derived.move_buckets([tracks[3].id])
    derived.bump_version()
    assert keep()
    after = told(client)
    assert after["pieces"] == before["pieces"]
    assert after["version"] != before["version"]
    found = changes(client)["tracks"]
    assert found["rows"]["title"] == ["Another"]
    assert found["moved"] == [tracks[3].id]
    assert found["to"] == [Track.objects.get(id=tracks[3].id).bucket]
    assert found["gone"] == []
    Track.objects.filter(id=tracks[1].id).update(title="Song 1")
    derived.refresh_cards([tracks[1].id])
    derived.bump_version()
    keep()
    assert changes(client)["tracks"]["rows"] is None


def test_many_changes_have_all_packed_anew_and_old_pieces_go_after_a_while(
    client: Client, make_track: MakeTrack, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = [make_track(f"Song {number}", artist=f"Band {number}") for number in range(4)]
    keep()
    before = told(client)
    monkeypatch.setattr(keeping, "SMALL", 0)
    Track.objects.update(title="Same")
    derived.refresh_cards([track.id for track in tracks])
    derived.bump_version()
    assert keep()
    after = told(client)
    assert after["changes"] is None
    assert titles(client) == ["Same"] * 4
    stayed = {piece["digest"] for piece in before["pieces"]} & {piece["digest"] for piece in after["pieces"]}
    assert len(stayed) == 3  # albums, artists and how popular all are
    gone = next(piece for piece in before["pieces"] if piece["digest"] not in stayed)
    assert client.get(f"/api/v1/names/{gone['digest']}").status_code == 200
    Track.objects.filter(id=tracks[0].id).update(title="Other")
    derived.refresh_cards([tracks[0].id])
    derived.bump_version()
    keep(hours=3)
    assert client.get(f"/api/v1/names/{gone['digest']}").status_code == 404


def test_only_the_most_played_are_packed_where_there_are_too_many(client: Client, make_track: MakeTrack) -> None:
    for plays in (3, 500, 20):
        make_track(f"Played {plays}", plays=plays, album=f"Album {plays}")
    found = gathering.gather(at=timezone.now(), most=2)
    assert sorted(track.title for track in found.tracks) == ["Played 20", "Played 500"]
    assert found.of == 3
    assert sorted(album.title for album in found.albums) == ["Album 20", "Album 500"]


@pytest.mark.parametrize("count", [3, 10])
def test_gathering_asks_as_often_for_many_as_for_few(
    make_track: MakeTrack, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        make_track(f"Song {number}", artist=f"Band {number}")
    with django_assert_num_queries(5):
        gathering.gather(at=timezone.now())


def test_one_packs_at_a_time_and_not_all_the_time(make_track: MakeTrack) -> None:
    make_track()
    while search.index_pending():
        pass
    now = timezone.now()
    Pocket.objects.create(id=1, due_at=now + timedelta(minutes=1))
    assert not pocket.keep(at=now)  # somebody does
    assert pocket.keep(at=now + timedelta(minutes=2))
    make_track("Another")
    while search.index_pending():
        pass
    assert not pocket.keep(at=timezone.now())  # a moment ago
    assert pocket.keep(at=timezone.now() + keeping.PAUSE + timedelta(seconds=10))


def test_album_of_an_artist_who_is_renamed_is_told_again(client: Client, make_track: MakeTrack) -> None:
    track = make_track("Song", artist="Before", album="Record")
    keep()
    assert Album.objects.get().title == "Record"
    base = packing.Base.read(bytes(Pocket.objects.get().base))
    names = gathering.gather(at=timezone.now())
    assert packing.differences(base, names) is None
    artist = track.credits.get().artist
    artist.name = "After"
    artist.save()
    changed(track)
    keep()
    assert changes(client)["artists"]["rows"]["name"] == ["After"]
