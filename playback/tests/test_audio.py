"""GET tracks/{id}/audio: one address for a track's audio that never changes."""

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import User
from catalog import derived
from catalog.models import Rendition, Track
from conftest import MakeTrack
from spotify_lite.places import Edge


@pytest.fixture
def ladder(make_track: MakeTrack) -> Track:
    """Return a track with a source of 900 kbit/s and AAC of 64, 128 and 256."""
    track = make_track()
    source = track.renditions.get()
    Rendition.objects.update(bitrate=900)
    for bitrate in (64, 128, 256):
        Rendition.objects.create(
            track=track, master=source.master, name=f"aac{bitrate}", key=f"{bitrate:064}", extension="m4a",
            mime='audio/mp4; codecs="mp4a.40.2"', bitrate=bitrate, size=1, created_at=source.created_at,
        )  # fmt: skip
    derived.refresh_cards([track.id])
    return track


@pytest.mark.parametrize(
    ("query", "key"),
    [("", 128), ("?bitrate=128", 128), ("?bitrate=255", 128), ("?bitrate=256", 256), ("?bitrate=1", 64)],
)
def test_the_address_leads_to_the_audio_within_the_bitrate(api: APIClient, ladder: Track, query: str, key: int) -> None:
    answer = api.get(f"/api/v1/tracks/{ladder.id}/audio{query}")
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "no-store"
    assert answer["Location"].startswith(f"http://testserver/media/00/{key:064}.m4a?exp=")
    assert not User.objects.exists(), "asking makes no guest"


def test_any_bitrate_is_enough_for_the_source(api: APIClient, ladder: Track) -> None:
    answer = api.get(f"/api/v1/tracks/{ladder.id}/audio?bitrate=5000")
    assert ".mp3?exp=" in answer["Location"]


def test_who_prefers_bytes_is_not_redirected(api: APIClient, ladder: Track) -> None:
    answer = api.get(f"/api/v1/tracks/{ladder.id}/audio", HTTP_PREFER="respond-async, bytes")
    assert answer.status_code == 200
    assert answer["X-Media-Path"].startswith(f"/media/00/{128:064}.m4a?exp=")
    assert "Location" not in answer


@override_settings(EDGES=(Edge("one", "local", "https://edge.example"),), COLD="edge")
def test_the_address_is_at_the_edge_where_there_is_one(api: APIClient, ladder: Track) -> None:
    answer = api.get(f"/api/v1/tracks/{ladder.id}/audio")
    assert answer["Location"].startswith("https://edge.example/media/")


@pytest.mark.parametrize("bitrate", ["0", "-1", "x", "1.5", "", "9" * 30, "١"])
def test_a_bad_bitrate_is_400(api: APIClient, ladder: Track, bitrate: str) -> None:
    assert api.get(f"/api/v1/tracks/{ladder.id}/audio", {"bitrate": bitrate}).status_code == 400


def test_a_track_without_audio_is_409_and_an_unknown_one_404(api: APIClient, make_track: MakeTrack) -> None:
    assert api.get(f"/api/v1/tracks/{make_track('Silent', playable=False).id}/audio").status_code == 409
    assert api.get(f"/api/v1/tracks/{make_track('Hidden', published=False).id}/audio").status_code == 404
    assert api.get("/api/v1/tracks/999999/audio").status_code == 404


def test_head_answers_as_get(api: APIClient, ladder: Track) -> None:
    assert api.head(f"/api/v1/tracks/{ladder.id}/audio").status_code == 302


@override_settings(GUESTS=False)
def test_where_guests_may_not_listen_a_login_is_needed(api: APIClient, phone: APIClient, ladder: Track) -> None:
    assert api.get(f"/api/v1/tracks/{ladder.id}/audio").status_code == 401
    assert phone.get(f"/api/v1/tracks/{ladder.id}/audio").status_code == 302
