"""Curators and listeners at work, in a process of their own: edits at a steady rate, each told once it is committed.

    python -m spotify_lite.tests.rig.editor --count 60 --rate 1000

Prints a line of JSON for each edit: what was done, when it was committed, what to search for, and what must be found.
"""

import argparse
import json
import os
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")
django.setup()

from accounts.models import User  # noqa: E402
from catalog import derived, edits, history  # noqa: E402
from catalog.models import Track  # noqa: E402
from playback import listening, merging  # noqa: E402

IN_TURN = ("rename", "play", "rename", "publish", "play", "rename", "hide", "play", "rename", "publish")
HEARD_MS = 40_000  # enough of a song to count
SYLLABLES = "ba be bi bo bu da de di do du fa fe fi fo fu ga ge gi go gu ka ke ki ko ku ma me mi mo mu za ze zi zo zu"


@dataclass(frozen=True)
class Edit:
    """One edit, and how it shows."""

    what: str  # rename, publish, hide, play
    at: float  # Unix seconds, after the commit
    query: str
    track_id: int
    gone: bool = False  # it must not be found any more
    first: bool = False  # it must be the first


@dataclass
class Editor:
    """Whoever edits."""

    user: User
    dice: random.Random
    free: list[int]  # ids of tracks that nobody has touched
    hidden: list[tuple[int, str]] = field(default_factory=list)  # with their titles
    shown: list[tuple[int, str]] = field(default_factory=list)  # that are to be hidden
    pairs: list[tuple[int, str]] = field(default_factory=list)  # the second of two songs of one title

    def prepare(self, counts: dict[str, int]) -> None:
        """Make what the edits need: hidden songs, songs to hide, and pairs of one title that nobody has heard."""
        for what, songs in (("publish", self.hidden), ("hide", self.shown)):
            for _ in range(counts[what]):
                track_id, title = self.free.pop(), self.title()
                self.apply([track_id], title=title, published=what == "hide")
                songs.append((track_id, title))
        for _ in range(counts["play"]):
            pair, title = sorted([self.free.pop(), self.free.pop()]), self.title()
            Track.objects.filter(id__in=pair).update(plays=0)
            derived.move_buckets(pair)
            self.apply(pair, title=title)
            self.pairs.append((pair[1], title))

    def edit(self, what: str) -> Edit:
        """Make one edit."""
        if what == "rename":
            track_id, title = self.free.pop(), self.title()
            self.apply([track_id], title=title)
        elif what == "publish":
            track_id, title = self.hidden.pop()
            self.apply([track_id], published=True)
        elif what == "hide":
            track_id, title = self.shown.pop()
            self.apply([track_id], published=False)
        else:
            track_id, title = self.pairs.pop()
            self.play(track_id)
        return Edit(what, time.time(), title, track_id, gone=what == "hide", first=what == "play")

    def apply(self, ids: list[int], **values: Any) -> None:
        edits.apply(history.begin(self.user, "changed"), "track", ids, values)

    def play(self, track_id: int) -> None:
        """Hear enough of a song for it to count."""
        now, play_id = datetime.now(UTC), uuid.uuid4()
        now_ms = listening.ms_of(now)
        events = tuple(
            merging.Event(track_id, play_id, seq, now_ms - HEARD_MS + heard, heard, merging.PLAYING)
            for seq, heard in enumerate((0, HEARD_MS))
        )
        duration = {track_id: 180_000}
        begun = ((play_id, track_id),)
        started = now - timedelta(milliseconds=HEARD_MS)
        listening.store([listening.Listening(self.user.pk, "", started, begun, events, duration)])

    def title(self) -> str:
        """Return words that no other song has."""
        return " ".join("".join(self.dice.choices(SYLLABLES.split(), k=5)) for _ in range(2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--rate", type=float, default=1000, help="edits a minute")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    turns = [IN_TURN[number % len(IN_TURN)] for number in range(options.count)]
    dice = random.Random(options.seed)
    user, _ = User.objects.get_or_create(username=f"editor {options.seed}")
    editor = Editor(user, dice, _one_of_each_artist(4 * options.count, dice))
    editor.prepare({what: turns.count(what) for what in IN_TURN})
    print(json.dumps({"ready": time.time()}), flush=True)
    began = time.monotonic()
    for number, what in enumerate(turns):
        time.sleep(max(0.0, began + number * 60 / options.rate - time.monotonic()))
        print(json.dumps(asdict(editor.edit(what))), flush=True)
    print(json.dumps({"seconds": time.monotonic() - began}), flush=True)


def _one_of_each_artist(count: int, dice: random.Random) -> list[int]:
    """Return ids of listed songs of different artists, of the unpopular ones, in no order."""
    found: dict[str, int] = {}
    for track_id, artist in _unpopular():
        found.setdefault(artist, track_id)
        if len(found) == count:
            break
    return dice.sample(list(found.values()), len(found))


def _unpopular() -> Iterator[tuple[int, str]]:
    rows = Track.objects.filter(published=True, available=True).order_by("-bucket", "-id")
    yield from rows.values_list("id", "artist").iterator()


if __name__ == "__main__":
    main()
