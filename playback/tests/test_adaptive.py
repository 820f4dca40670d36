"""GET tracks/{id}/hls.m3u8, hls/{rendition}.m3u8 and dash.mpd: manifests with signed addresses of the audio."""

import gzip
import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from mpegdash.parser import MPEGDASHParser
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Track
from conftest import MakeTrack
from playback import signing
from playback.models import Play
from spotify_lite.places import Edge
from spotify_lite.tests import ladders

EDGES = (Edge("far", "us", "https://far.example"), Edge("near", "eu", "https://near.example"))
DASH = "{urn:mpeg:dash:schema:mpd:2011}"
KINDS = ["hls.m3u8", "hls/aac128.m3u8", "dash.mpd"]


@pytest.fixture
def track(make_track: MakeTrack) -> Track:
    made = make_track()
    ladders.give(made, 64, 128, 256)
    return made


def uris(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


def judge(url: str, settings: Any, *, now: float | None = None) -> signing.Verdict:
    parts = urlsplit(url)
    query = re.sub(r"^edge=[a-z-]*&", "", parts.query)
    return signing.verify(parts.path, query, settings.MEDIA_SIGNING_KEYS, now or time.time())


def altered(address: str) -> str:
    return address[:-1] + ("0" if address[-1] != "0" else "1")


def test_the_playlist_leads_to_one_a_bitrate_and_each_of_these_to_signed_audio(
    api: APIClient, track: Track, settings: Any
) -> None:
    answer = api.get(f"/api/v1/tracks/{track.id}/hls.m3u8")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/vnd.apple.mpegurl")
    assert answer["Cache-Control"] == "no-store"
    named = uris(answer.content.decode())
    path = f"http://testserver/api/v1/tracks/{track.id}/hls"
    assert named == [f"{path}/aac128.m3u8", f"{path}/aac64.m3u8", f"{path}/aac256.m3u8"]
    for name, url in zip(("aac128", "aac64", "aac256"), named, strict=True):
        rendition = track.renditions.get(name=name)
        playlist = api.get(url).content.decode()
        [media] = set(uris(playlist))
        assert media.startswith(f"http://testserver/media/{rendition.key[:2]}/{rendition.key}.mp4?exp=")
        assert judge(media, settings) is signing.Verdict.VALID
        last = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", playlist)[-1]
        assert int(last[0]) + int(last[1]) == rendition.size
    assert not User.objects.exists(), "asking makes no guest"
    assert not Play.objects.exists(), "and no play"


def test_addresses_outlive_the_track_and_are_equal_for_a_quarter_of_an_hour(api: APIClient, track: Track) -> None:
    [media] = set(uris(api.get(f"/api/v1/tracks/{track.id}/hls/aac64.m3u8").content.decode()))
    exp = int(re.findall(r"exp=(\d+)", media)[0])
    assert exp % 900 == 0
    assert 180 + 900 - 5 < exp - time.time() <= 180 + 900 + 900


def test_the_presentation_names_every_bitrate(api: APIClient, track: Track, settings: Any) -> None:
    answer = api.get(f"/api/v1/tracks/{track.id}/dash.mpd")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/dash+xml")
    [period] = MPEGDASHParser.parse(answer.content.decode()).periods
    shown = period.adaptation_sets[0].representations
    assert [one.id for one in shown] == ["aac128", "aac64", "aac256"]
    for one in shown:
        [base] = one.base_urls
        assert track.renditions.get(name=one.id).key in base.base_url_value
        assert judge(base.base_url_value, settings) is signing.Verdict.VALID


def test_other_pops_are_redundant_variants_and_the_web_node_is_the_last(
    api: APIClient, track: Track, settings: Any
) -> None:
    settings.EDGES = EDGES
    playlist = api.get(f"/api/v1/tracks/{track.id}/hls.m3u8", headers={"X-Region": "eu"}).content.decode()
    queries = [urlsplit(url).query for url in uris(playlist)]
    assert queries == [""] * 3 + ["edge=far"] * 3 + ["edge="] * 3
    rates = re.findall(r"#EXT-X-STREAM-INF:(.*)", playlist)
    assert rates[:3] == rates[3:6] == rates[6:], "redundant variants differ in their addresses alone"
    path = f"/api/v1/tracks/{track.id}/hls/aac64.m3u8"
    hosts = {"": "near.example", "?edge=far": "far.example", "?edge=": "testserver", "?edge=gone": "near.example"}
    for query, host in hosts.items():
        media = uris(api.get(path + query, headers={"X-Region": "eu"}).content.decode())
        assert {urlsplit(url).netloc for url in media} == {host}, query


def test_a_media_element_is_told_the_best_place_alone(api: APIClient, track: Track, settings: Any) -> None:
    """Chromium's own HLS took the bitrate that it settled on from the last place of three: the web node."""
    settings.EDGES = EDGES
    path = f"/api/v1/tracks/{track.id}/hls.m3u8"
    told = {dest: uris(api.get(path, headers={"Sec-Fetch-Dest": dest}).content.decode()) for dest in ("audio", "empty")}
    assert told["audio"] == told["empty"][:3]
    assert len(told["empty"]) == 9


def test_the_presentation_names_every_place(api: APIClient, track: Track, settings: Any) -> None:
    settings.EDGES = EDGES
    answer = api.get(f"/api/v1/tracks/{track.id}/dash.mpd", headers={"X-Region": "us"})
    mpd = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    places = [
        [(base.get("serviceLocation"), urlsplit(base.text or "").netloc) for base in one.iter(f"{DASH}BaseURL")]
        for one in mpd.iter(f"{DASH}Representation")
    ]
    assert places == [[("far", "far.example"), ("near", "near.example"), ("web", "testserver")]] * 3


def test_json_names_the_manifests_once_there_is_a_ladder(api: APIClient, make_track: MakeTrack) -> None:
    track = make_track()
    for answer in (api.get(f"/api/v1/tracks/{track.id}"), api.post(f"/api/v1/tracks/{track.id}/play")):
        assert (answer.json()["hls_url"], answer.json()["dash_url"]) == (None, None)
    ladders.give(track, 64)
    for answer in (api.get(f"/api/v1/tracks/{track.id}"), api.post(f"/api/v1/tracks/{track.id}/play")):
        assert answer.json()["hls_url"] == "http://testserver" + reverse("hls", args=[track.id])
        assert answer.json()["dash_url"] == "http://testserver" + reverse("dash", args=[track.id])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_there_looks_alike(api: APIClient, make_track: MakeTrack, kind: str) -> None:
    hidden, coming, bare = (
        make_track("Hidden", published=False),
        make_track("Coming", release_at=timezone.now() + timedelta(hours=1)),
        make_track("Bare"),
    )
    ladders.give(hidden, 128)
    ladders.give(coming, 128)
    bodies = {api.get(f"/api/v1/tracks/{row_id}/{kind}").content for row_id in (hidden.id, coming.id, bare.id, 999_999)}
    assert len(bodies) == 1
    answer = api.get(f"/api/v1/tracks/{hidden.id}/{kind}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("name", ["source", "aac96", "aac", "AAC128", "aac128%00", "..", "%2e%2e"])
def test_a_bitrate_that_is_not_there_is_404(api: APIClient, track: Track, name: str) -> None:
    """The source has a table too where it is a fragmented MP4; a player cannot change between it and AAC."""
    assert api.get(f"/api/v1/tracks/{track.id}/hls/{name}.m3u8").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_queries_are_few_whoever_asks(
    api: APIClient, phone: APIClient, track: Track, kind: str, django_assert_max_num_queries: Any
) -> None:
    for client in (api, phone):
        client.get(f"/api/v1/tracks/{track.id}/{kind}")
        with django_assert_max_num_queries(3):
            assert client.get(f"/api/v1/tracks/{track.id}/{kind}").status_code == 200


class TestWhereGuestsMayNotListen:
    @pytest.fixture(autouse=True)
    def closed(self, settings: Any) -> None:
        settings.GUESTS = False

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_login_is_needed(self, api: APIClient, phone: APIClient, track: Track, kind: str) -> None:
        refused = api.get(f"/api/v1/tracks/{track.id}/{kind}")
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Token")
        assert phone.get(f"/api/v1/tracks/{track.id}/{kind}").status_code == 200

    def test_a_player_without_headers_follows_the_addresses(
        self, api: APIClient, phone: APIClient, track: Track, settings: Any
    ) -> None:
        """A phone's own HLS is given the address alone: it reads the playlist, and those that it names."""
        told = phone.get(f"/api/v1/tracks/{track.id}").json()
        named = uris(api.get(told["hls_url"]).content.decode())
        assert len(named) == 3
        for url in named:
            [media] = set(uris(api.get(url).content.decode()))
            assert judge(media, settings) is signing.Verdict.VALID
        assert api.get(told["dash_url"]).status_code == 200

    def test_the_addresses_of_other_pops_are_signed_too(
        self, api: APIClient, phone: APIClient, track: Track, settings: Any
    ) -> None:
        settings.EDGES = EDGES
        for url in uris(api.get(phone.get(f"/api/v1/tracks/{track.id}").json()["hls_url"]).content.decode()):
            assert api.get(url).status_code == 200, url

    def test_a_signature_opens_its_own_address_alone(self, api: APIClient, phone: APIClient, track: Track) -> None:
        url = phone.get(f"/api/v1/tracks/{track.id}").json()["hls_url"]
        for other in (
            altered(url),
            url.replace("/hls.m3u8", "/dash.mpd"),
            url.replace("/hls.m3u8", "/hls/aac64.m3u8"),
            url.replace(f"/{track.id}/", "/999/"),
            url.replace("exp=", "exp=9"),
            url + "&edge=far",
        ):
            assert api.get(other).status_code == 403, other
        assert api.get(url.replace("/hls.m3u8", "")).status_code == 401, "the track's JSON takes no signature"

    def test_the_signature_of_audio_opens_no_manifest(self, api: APIClient, phone: APIClient, track: Track) -> None:
        audio = phone.get(f"/api/v1/tracks/{track.id}").json()["audio_url"]
        assert api.get(f"/api/v1/tracks/{track.id}/hls.m3u8?{urlsplit(audio).query}").status_code == 403

    def test_an_expired_address_is_410_and_a_login_still_opens_it(
        self, api: APIClient, phone: APIClient, track: Track, settings: Any
    ) -> None:
        path, kid = f"/api/v1/tracks/{track.id}/hls.m3u8", settings.MEDIA_SIGNING_KID
        url = signing.sign(path, int(time.time()) - 1, kid, settings.MEDIA_SIGNING_KEYS[kid])
        answer = api.get(url)
        assert (answer.status_code, answer["Cache-Control"]) == (410, "no-store")
        assert phone.get(url).status_code == 200
        assert api.get(altered(url)).status_code == 403, "the signature is looked at first"

    def test_a_hidden_track_is_404_with_its_signature_too(self, api: APIClient, phone: APIClient, track: Track) -> None:
        url = phone.get(f"/api/v1/tracks/{track.id}").json()["hls_url"]
        Track.objects.update(published=False)
        assert api.get(url).status_code == 404

    def test_the_browser_needs_its_cookie_alone(self, client: Client, listener: User, track: Track) -> None:
        client.force_login(listener)
        assert client.get(f"/api/v1/tracks/{track.id}/hls.m3u8").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_the_players_origins_may_read_and_no_other(api: APIClient, track: Track, settings: Any, kind: str) -> None:
    path = f"/api/v1/tracks/{track.id}/{kind}"
    assert "Access-Control-Allow-Origin" not in api.get(path, headers={"Origin": "https://player.example"})
    settings.PLAYER_ORIGINS = ["https://player.example"]
    answer = api.get(path, headers={"Origin": "https://player.example"})
    assert answer["Access-Control-Allow-Origin"] == "https://player.example"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Origin" in answer["Vary"]
    foreign = api.get(path, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in foreign
    assert "Origin" in foreign["Vary"]


def test_a_manifest_is_a_seventeenth_of_itself_on_the_wire(client: Client, track: Track) -> None:
    answer = client.get(f"/api/v1/tracks/{track.id}/hls/aac128.m3u8", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    playlist = gzip.decompress(answer.content)
    assert playlist.endswith(b"#EXT-X-ENDLIST\n")
    assert len(answer.content) * 10 < len(playlist)


@pytest.mark.parametrize("kind", KINDS)
def test_head_answers_as_get(api: APIClient, track: Track, kind: str) -> None:
    answer = api.head(f"/api/v1/tracks/{track.id}/{kind}")
    assert (answer.status_code, answer.content) == (200, b"")
