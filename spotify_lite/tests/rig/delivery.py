"""A web node, two POPs and an object storage, with songs that were imported and packaged; and who plays them."""

import json
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mutagen import flac, id3, mp3

from spotify_lite.tests.rig import edge, player, s3, server, sound

SECONDS = 24.0  # of a song: longer than any test listens


@dataclass(frozen=True)
class Song:
    """A song that can be played."""

    track_id: int
    master: np.ndarray  # what it sounds like


@dataclass(frozen=True)
class Delivery:
    """What runs."""

    node: server.Server
    storage: s3.Storage
    pops: tuple[edge.Pop, edge.Pop]
    origin: str  # of the player's page
    songs: dict[str, Song]  # by the format that came in: flac, mp3
    browser: urllib.request.OpenerDirector  # with cookies

    def track(self, kind: str) -> dict[str, Any]:
        """Return the JSON of a song."""
        return self._ask(f"tracks/{self.songs[kind].track_id}")

    def press_play(self, kind: str) -> dict[str, Any]:
        """Return the decision where a song is played from, as a guest gets it."""
        return self._ask(f"tracks/{self.songs[kind].track_id}/play", body=b"{}")

    def _ask(self, path: str, *, body: bytes | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if body:
            headers["X-CSRFToken"] = self._ask("me")["csrf_token"]
        request = urllib.request.Request(f"{self.node.url}/api/v1/{path}", body, headers)
        with self.browser.open(request, timeout=20) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


@contextmanager
def running(folder: Path) -> Iterator[Delivery]:
    """Start everything, import a FLAC and an MP3, and package both."""
    keys = {"k1": secrets.token_hex(32)}
    with ExitStack() as stack:
        origin = stack.enter_context(player.served(folder / "player"))
        storage = stack.enter_context(s3.storage(folder / "s3"))
        open_to = {"PLAYER_ORIGINS": origin}
        pops = [
            stack.enter_context(edge.pop(folder / name, origins=[storage], keys=keys, name=name, extra=open_to))
            for name in ("one", "two")
        ]
        settings = {
            **storage.environment,
            **open_to,
            "EDGES": ",".join(pop.setting for pop in pops),
            "MEDIA_SIGNING_KEYS": ",".join(f"{kid}:{key}" for kid, key in keys.items()),
            "COLD": "edge",
            "PACKAGING": "eager",
        }
        variables = server.environment(folder / "var", port := server.free_port(), settings)
        (folder / "var").mkdir()
        server.make_tables(variables)
        masters = _record(folder / "music")
        server.manage(variables, "import_music", str(folder / "music"), "--copy")
        server.manage(variables, "package", "--verbosity=0")
        node = stack.enter_context(server.running(folder / "var", port=port, migrate=False, extra=settings))
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        found = Delivery(node, storage, (pops[0], pops[1]), origin, {}, browser)
        for track in found._ask("tracks")["results"]:
            found.songs[track["title"]] = Song(track["id"], masters[track["title"]])
        yield found


def _record(folder: Path) -> dict[str, np.ndarray]:
    folder.mkdir()
    masters = {"flac": sound.make(SECONDS, seed=1), "mp3": sound.make(SECONDS, seed=2)}
    flac_file = flac.FLAC(sound.write(masters["flac"], folder / "a.flac"))
    flac_file.update({"title": "flac", "artist": "Noise", "album": "Bands"})
    flac_file.save()
    mp3_file = mp3.MP3(sound.write(masters["mp3"], folder / "b.mp3", "-b:a", "320k"))
    mp3_file.add_tags() if mp3_file.tags is None else None
    for frame in (id3.TIT2(text="mp3"), id3.TPE1(text="Noise"), id3.TALB(text="Bands")):
        mp3_file.tags.add(frame)
    mp3_file.save()
    return masters
