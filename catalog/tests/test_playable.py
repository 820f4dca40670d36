"""Every format that is taken in plays, seeks and ends in a real browser, from the real server."""

import json
import urllib.request

import pytest

from catalog.tests import audio
from catalog.tests.test_packaging import KINDS
from spotify_lite.tests.rig.browser import chromium
from spotify_lite.tests.rig.server import running

pytestmark = [pytest.mark.rig, pytest.mark.e2e]

SECONDS = 12.0
WIDE = ("-ar", "96000", "-ac", "6")
SONGS: dict[str, tuple[str, tuple[str, ...]]] = {  # title: format and encoder options
    **{kind: (kind, ()) for kind in KINDS},
    "24 bits, 96 kHz, 5.1": ("wav", ("-c:a", "pcm_s24le", *WIDE)),
    "24 bits in ALAC": ("alac", ("-sample_fmt", "s32p", "-ar", "88200")),
    "192 kHz": ("flac", ("-ar", "192000", "-sample_fmt", "s32")),
    "floating point": ("wav", ("-c:a", "pcm_f32le")),
    "8 bits of 8 kHz": ("wav", ("-c:a", "pcm_u8", "-ar", "8000")),
    "variable MP3": ("mp3", ("-q:a", "4", "-b:a", "0")),
}
FILL = """
import json
from pathlib import Path
from django.utils import timezone
from catalog import derived, media, work
from catalog.models import Master, Track
for title, path, container, codec in json.loads({songs!r}):
    stored = media.put_master(Path(path), Path(path).suffix[1:])
    track = Track.objects.create(title=title, sort_title=title, artist="A", duration_ms={ms}, created_at=timezone.now())
    derived.refresh_cards([track.id])
    master = Master.objects.create(track=track, fingerprint=stored.key, storage_name=stored.name, container=container,
                                   codec=codec, duration_ms={ms}, size=stored.size)
    work.enqueue("source", master.id)
"""
PLAY = """
async ([url, mime]) => {
  const audio = new Audio();
  audio.muted = true;
  const event = (name) => new Promise((resolve, reject) => {
    audio.addEventListener(name, resolve, {once: true});
    audio.addEventListener("error", () => reject(new Error(`${name}: ${audio.error.message}`)), {once: true});
    setTimeout(() => reject(new Error(`no ${name} within 10 s`)), 10000);
  });
  const playing = event("playing");
  audio.src = url;
  await audio.play();
  await playing;
  const seeked = event("seeked");
  audio.currentTime = 8.5;
  await seeked;
  const ended = event("ended");
  audio.currentTime = audio.duration - 0.3;
  await ended;
  return {can: audio.canPlayType(mime), duration: audio.duration};
}
"""


def test_every_format_plays_seeks_and_ends_in_chromium(tmp_path):
    songs = []
    for number, (title, (kind, options)) in enumerate(SONGS.items()):
        path = tmp_path / f"{number}.{audio.FORMATS[kind][0]}"
        audio.make(path, format=kind, seconds=SECONDS, options=options, title=title, cover=audio.picture())
        songs.append((title, str(path), *KINDS[kind][:2]))
    with running(tmp_path / "var") as server, chromium("--autoplay-policy=no-user-gesture-required") as browser:
        server.manage("shell", "--verbosity=0", "-c", FILL.format(songs=json.dumps(songs), ms=round(SECONDS * 1000)))
        server.manage("package")
        with urllib.request.urlopen(f"{server.url}/api/v1/tracks?limit=100") as answer:
            tracks = json.load(answer)["results"]
        assert {track["title"] for track in tracks if track["audio_url"]} == set(SONGS)
        page = browser.new_page()
        page.goto(server.url)
        for track in tracks:
            heard = page.evaluate(PLAY, [track["audio_url"], track["audio"]["mime"]])
            assert heard["can"] == "probably", track["title"]
            assert abs(heard["duration"] - SECONDS) < 0.1, track["title"]
