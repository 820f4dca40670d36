"""What went wrong in other music and media servers, each as a test of ours; its docstring names the case."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from mutagen import id3, mp3
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts import tokens
from accounts.models import ApiToken, User
from catalog import search
from catalog.models import Genre, Rendition, Track
from catalog.tests import audio
from conftest import MakeTrack
from spotify_lite.tests.node import Node

MARKUP = "<img src=x onerror=alert(1)>"
BREAKS_OUT = "\"'></title></script><script>alert(2)</script>"
on_node = [pytest.mark.rig, pytest.mark.xdist_group("node")]


class TestCovers:
    """Navidrome's CVE-2026-25579: `size=` was any number, and filled memory and disk."""

    pytestmark = on_node

    @pytest.mark.parametrize(
        "size", ["0", "1", "63", "65", "321", "641", "1280", "100000", "-320", "0320", "320.0", "3e2", "", "x", "٣٢٠"]
    )
    def test_no_other_size_is_made(self, node: Node, size: str) -> None:
        key = "ab" * 32
        for target in (f"/covers/ab/{key}/{quote(size)}.webp", f"/covers/ab/{key}/320.webp?size={quote(size)}"):
            answer = node.ask(target)
            assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
        assert not list((node.server.var / "media").rglob("*.webp"))


class TestPaths:
    """gonic's GHSA-4gxv-p5g5-j7w7: an id was used as the path of a file."""

    pytestmark = on_node

    @pytest.mark.parametrize(
        "path",
        [
            "../keys.json", "..%2fkeys.json", "%2e%2e/keys.json", "..%5ckeys.json", "....//keys.json", "/etc/passwd",
            "L2V0Yy9wYXNzd2Q=", "ab/../../keys.json", "ab/%00", "file:///etc/passwd", "ab/" + "ab" * 32 + ".mp3/../x",
            "ab/" + "AB" * 32 + ".mp3", "..;/keys.json", "%252e%252e%252fkeys.json", "\\..\\keys.json",
        ],
    )  # fmt: skip
    def test_no_address_is_the_path_of_a_file(self, node: Node, path: str) -> None:
        secret = (node.server.var / "keys.json").read_bytes()[20:60]
        for root in ("media", "covers", "static", "api/v1/tracks", "words", "drawn/track", "genres"):
            answer = node.ask(f"/{root}/{path}")
            assert answer.status in {400, 403, 404}
            assert secret not in answer.raw
            assert b"root:" not in answer.raw


def test_a_view_that_says_nothing_is_closed(settings: Any) -> None:
    """AzuraCast's GHSA-qff7-q5fm-8p76: one of a row of routes had been left without the check of its siblings."""
    settings.GUESTS = False

    class Forgotten(APIView):
        def get(self, request: Any) -> Response:
            return Response("secret")

    request = APIRequestFactory().get("/")
    request.session, request.user = {}, AnonymousUser()
    assert Forgotten.as_view()(request).status_code == 401


@pytest.mark.parametrize(
    "query",
    ["codec=aac%20-i%20http://127.0.0.1/", "format=mp3%3b-i", "bitrate=128%20-i", "bitrate=-1", "bitrate=1e9",
     "bitrate=128;rm", "bitrate=1234567", "bitrate=٣"],
)  # fmt: skip
def test_no_parameter_reaches_a_program(client: Client, make_track: MakeTrack, query: str) -> None:
    """Jellyfin's GHSA-866x-wj5j-2vf4 and CVE-2026-35033: parameters of an address became words of ffmpeg's command."""
    path = f"/api/v1/tracks/{make_track().id}/audio"
    answer = client.get(f"{path}?{query}")
    if query.startswith("bitrate"):
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["bitrate"])
    else:
        assert answer["Location"] == client.get(path)["Location"]


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """Yield a port and what was sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hear() -> None:
            while True:
                try:
                    stream, _ = server.accept()
                except OSError:
                    return
                with stream:
                    stream.settimeout(1)
                    heard.append(stream.recv(1000))

        threading.Thread(target=hear, daemon=True).start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)


def make_traps(folder: Path, port: int) -> list[str]:
    """Write files that would have a reader open another file or an address; return their names."""
    url = f"http://127.0.0.1:{port}/secret"
    playlists = {
        "m3u8": f'#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:5,\n{url}.ts\n',
        "m3u": f"#EXTM3U\n#EXTINF:3,\nfile:///etc/passwd\n{url}\n",
        "ffconcat": f"ffconcat version 1.0\nfile '{url}'\n",
        "concat": f"file '{url}'\nfile '/etc/passwd'\n",
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
        "pls": f"[playlist]\nFile1={url}\nNumberOfEntries=1\n",
        "xspf": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]><playlist>&e;</playlist>',
        "dash": f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>{url}</BaseURL></Period></MPD>',
        "url": url,
    }
    names = []
    folder.mkdir()
    for kind, content in playlists.items():
        for suffix in ("mp3", "m4a", "flac", "wav"):
            name = f"{kind}.{suffix}"
            (folder / name).write_text(content)
            names.append(name)
    return names


@pytest.mark.django_db
def test_no_file_makes_us_ask_another_address(tmp_path: Path, capsys: Any) -> None:
    """ffmpeg's playlists of 2017 and after: a 'song' that names a file or an address, and is read from there."""
    with listening() as (port, heard):
        names = make_traps(tmp_path / "music", port)
        song = audio.make(tmp_path / "music" / "linked.mp3", title="Linked", artist="Ida")
        tags = mp3.MP3(song)
        tags.tags.add(id3.APIC(encoding=0, mime="-->", type=3, data=f"http://127.0.0.1:{port}/cover.png".encode()))
        tags.tags.add(id3.WOAR(url=f"http://127.0.0.1:{port}/artist"))
        tags.save()
        call_command("import_music", str(tmp_path / "music"), "--copy")
        call_command("package", "--wait", verbosity=0)
        assert heard == []
    out = capsys.readouterr().out
    assert [name for name in names if name not in out] == []
    assert [track.title for track in Track.objects.all()] == ["Linked"]
    assert "root:" not in out


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["-i", "-f lavfi", "--", "http:/a", "file:/a", "concat:a|b", "pipe:0", "%d", "a'; rm b"]
)
def test_a_file_is_a_file_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    """The same holes by the other door: a name that a program takes for an option, a protocol or a pattern."""
    folder = tmp_path / "music"
    place = folder / f"{name}.m4a"
    place.parent.mkdir(parents=True)
    audio.make(tmp_path / "plain.m4a", format="alac", title="Plain", artist="Ida").rename(place)
    call_command("import_music", str(folder), "--in-place")
    call_command("package", "--wait", verbosity=0)
    assert Track.objects.get().title == "Plain"
    assert Rendition.objects.get().mime == 'audio/mp4; codecs="flac"'


@pytest.fixture
def hostile(make_track: MakeTrack) -> Track:
    track = make_track(
        f"{MARKUP} title", artist=f"{MARKUP} artist", album=f"{BREAKS_OUT} album", genres=(f"{MARKUP} genre",)
    )
    search.index_pending()
    return track


def test_markup_in_tags_stays_text(client: Client, curator: User, hostile: Track) -> None:
    """Jellyfin's CVE-2023-30627 and many before it: a title that runs as a script in the next one's page."""
    artist, genre = hostile.credits.get().artist_id, Genre.objects.get()
    pages = [
        "/", "/search?q=title", "/search?q=title&partial", f"/search?q={quote(MARKUP)}", "/genres",
        f"/tracks/{hostile.id}",
        f"/albums/{hostile.album_id}", f"/artists/{artist}", f"/artists/{artist}/songs", f"/genres/{quote(genre.slug)}",
        f"/drawn/track/{hostile.id}.svg", f"/drawn/album/{hostile.album_id}.svg", f"/drawn/artist/{artist}.svg",
        f"/drawn/genre/{quote(genre.slug)}.svg", "/songs", "/albums",
    ]  # fmt: skip
    desk = ["track", "album", "artist", "genre", "rendition", "master"]
    rows = {"track": hostile.id, "album": hostile.album_id, "artist": artist, "genre": genre.id}
    client.force_login(curator)
    pages += [f"/admin/catalog/{kind}/" for kind in desk]
    pages += [f"/admin/catalog/{kind}/{row}/{end}/" for kind, row in rows.items() for end in ("change", "history")]
    assert client.post(f"/admin/catalog/genre/{genre.id}/change/", {"name": f"{MARKUP} other"}).status_code == 302
    pages += ["/admin/", "/admin/catalog/change/", "/admin/catalog/artist/duplicates/"]
    for path in pages:
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert Scripts(answer.content.decode()).found == [], path
    for path in ("/api/v1/tracks", f"/api/v1/tracks/{hostile.id}", f"/api/v1/search?q={quote(MARKUP)}"):
        answer = client.get(path)
        assert answer["Content-Type"] == "application/json"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_markup_in_a_device_name_stays_text(client: Client, superuser: User, hostile: Track) -> None:
    """Jellyfin's CVE-2023-30626: the name of a device ran in the page of whoever administers."""
    _, token = tokens.create_token(superuser, device=MARKUP, at=timezone.now())
    phone = {"Authorization": f"Token {token}"}
    body = {"device": BREAKS_OUT}
    kind = "application/json"
    assert client.post(f"/api/v1/tracks/{hostile.id}/play", body, kind, headers=phone).status_code == 201
    browser = Client(headers={"User-Agent": f"Mozilla/5.0 ({MARKUP}) Firefox/{BREAKS_OUT}"})
    assert browser.post("/login", {"username": "superuser", "password": "superuser-secret-1"}).status_code == 302
    row = ApiToken.objects.get()
    for path in (
        "/settings", "/admin/accounts/apitoken/", f"/admin/accounts/apitoken/{row.pk}/change/", "/admin/playback/play/",
        "/admin/accounts/session/", f"/admin/accounts/user/{superuser.pk}/change/",
    ):  # fmt: skip
        answer = browser.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert Scripts(answer.content.decode()).found == [], path


class Scripts(HTMLParser):
    """Collects what would run: handlers, scripts that are not files of ours, addresses of a script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append(str(self.get_starttag_text()))
        if any(
            name.startswith("on") or (value or "").lower().lstrip().startswith("javascript:") for name, value in attrs
        ):
            self.found.append(str(self.get_starttag_text()))
