"""How the health of POPs is judged, and what is told of it in the JSON."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog import derived
from catalog.models import Library, LibraryFile, Rendition
from conftest import MakeTrack
from playback import edges
from playback.edges import Health, Seen
from spotify_lite.places import Edge

OK, FULL = Health(takes=True, cache="c1"), Health(takes=False, cache="c1")
EU, US = Edge("eu-1", "eu", "https://eu-1.example"), Edge("us-1", "us", "https://us-1.example")


def states(*answers: Health | None) -> list[bool]:
    seen, found = Seen(), []
    for answer in answers:
        seen = edges.after(seen, answer)
        found.append(seen.up)
    return found


def test_it_counts_as_up_until_the_first_answer_which_decides() -> None:
    assert Seen().up
    assert states(None) == [False]
    assert states(OK) == [True]


def test_two_failures_in_a_row_take_it_out() -> None:
    assert states(OK, None, OK, None, None) == [True, True, True, True, False]


def test_one_that_says_that_it_is_full_is_out_at_once() -> None:
    assert states(OK, FULL) == [True, False]


def test_three_good_answers_in_a_row_bring_it_back() -> None:
    assert states(None, OK, OK, None, OK, OK, OK) == [False, False, False, False, False, False, True]


@pytest.fixture
def placed(settings: Any) -> None:
    settings.EDGES, settings.REGION, settings.COLD = (EU, US), "eu", "edge"


@pytest.mark.usefixtures("placed")
def test_addresses_follow_the_listeners_region(api: APIClient, make_track: MakeTrack) -> None:
    track = make_track()
    here, there = (api.get(f"/api/v1/tracks/{track.id}", headers=given) for given in ({}, {"X-Region": "us"}))
    hosts = [
        [url.split("/")[2] for url in (told["audio_url"], *told["audio"]["fallback_urls"])]
        for told in (here.json(), there.json())
    ]
    assert hosts == [["eu-1.example", "us-1.example", "testserver"], ["us-1.example", "eu-1.example", "testserver"]]
    assert here["Vary"] == "X-Region"
    assert here["ETag"] != there["ETag"]
    odd = api.get(f"/api/v1/tracks/{track.id}", headers={"X-Region": "mars"})
    assert odd["ETag"] == here["ETag"]


@pytest.mark.usefixtures("placed")
def test_sources_of_a_play_name_their_places(api: APIClient, make_track: MakeTrack) -> None:
    told = api.post(f"/api/v1/tracks/{make_track().id}/play", headers={"X-Region": "us"}).json()
    assert [one["place"] for one in told["sources"]] == ["edge", "edge", "web"]
    assert told["sources"][0]["url"] == told["track"]["audio_url"]
    assert api.get("/api/v1/me", headers={"X-Region": "us"}).json()["region"] == "us"


@pytest.mark.usefixtures("placed")
def test_cold_objects_are_the_web_nodes_first(api: APIClient, make_track: MakeTrack, settings: Any) -> None:
    settings.COLD = "web"
    told = api.post(f"/api/v1/tracks/{make_track().id}/play").json()
    assert [one["place"] for one in told["sources"]] == ["web", "edge", "edge"]


@pytest.mark.usefixtures("placed")
def test_file_in_place_is_at_the_web_node_alone(api: APIClient, make_track: MakeTrack, make_file: Any) -> None:
    track = make_track()
    Rendition.objects.filter(track=track).update(file=make_file())
    derived.refresh_cards([track.id])
    told = api.post(f"/api/v1/tracks/{track.id}/play").json()
    assert [one["place"] for one in told["sources"]] == ["web"]
    assert told["track"]["audio"]["fallback_urls"] == []


@pytest.fixture
def make_file(db: None) -> Any:
    library = Library.objects.create(root="/music")
    return lambda: LibraryFile.objects.create(library=library, path="x.mp3", size=9, mtime_ns=1)
