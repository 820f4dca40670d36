"""Find the tracks that rows of a sheet are already: at their place on an album, or by artist and title without one.

A track whose title a curator has set is known by its place alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from catalog import names
from catalog.entries import Entry
from catalog.roster import Found
from spotify_lite.given import Given

Identity = tuple[int | None, int, int | None, str, str]  # album, disc, number, title and, without an album, artist
SELECT = """SELECT track.id, track.album_id, track.disc_number, track.track_number, track.title, track.artist,
    track.year, track.duration_ms, track.plays, track.curated FROM {given} JOIN catalog_track AS track """
AT_PLACES = Given(
    SELECT + "ON track.album_id = given.album AND track.disc_number = given.disc AND track.track_number = given.place",
    album="bigint",
    disc="integer",
    place="integer",
)
UNNUMBERED = Given(
    SELECT + "ON track.album_id = given.album AND track.disc_number = given.disc AND track.track_number IS NULL",
    album="bigint",
    disc="integer",
)
# The plus keeps both databases from walking all tracks without an album, once a row.
SINGLES = Given(SELECT + "ON track.sort_title = given.folded AND +track.album_id IS NULL", folded="text")


@dataclass(frozen=True, slots=True)
class There:
    """A track that is there, as far as a row may add to it."""

    id: int
    year: int | None
    duration_ms: int
    plays: int


def match(entries: Sequence[Entry], found: Found) -> dict[int, There]:
    """Mark the entries that are there, or came before in the batch, as not new; return those tracks by id.

    What is new in this transaction has no tracks, so nothing is looked up for it.
    """
    there: dict[int, There] = {}
    by_identity: dict[Identity, int] = {}
    by_place: dict[tuple[int, int, int], int] = {}  # where the title is a curator's
    for row_id, album, disc, place, title, artist, year, duration_ms, plays, curated in _candidates(entries, found):
        there[row_id] = There(row_id, year, duration_ms, plays)
        credit = "" if album else names.fold(artist)
        by_identity.setdefault((album, disc, place, names.fold(title), credit), row_id)
        if album and place and "title" in (orjson.loads(curated) if isinstance(curated, str) else curated):
            by_place[album, disc, place] = row_id
    known: dict[int, There] = {}
    for entry in entries:
        album_id = found.albums[entry.lead.key].id if entry.lead else None
        place = entry.row.track
        identity = (album_id, entry.disc, place, entry.title, "" if album_id else entry.artist)
        row_id = by_place.get((album_id, entry.disc, place)) if album_id and place else None
        row_id = by_identity.get(identity) if row_id is None else row_id
        if row_id is None:
            by_identity[identity] = 0
            continue
        entry.new, entry.track_id = False, row_id
        if row_id:
            known[row_id] = there[row_id]
    return known


def _candidates(entries: Sequence[Entry], found: Found) -> list[tuple[Any, ...]]:
    """Return the tracks at the places, and with the titles, of the entries."""
    wanted: dict[Given, set[tuple[Any, ...]]] = defaultdict(set)
    for entry in entries:
        if entry.lead:
            album = found.albums[entry.lead.key].id
            if album in found.new_albums:
                continue
            if entry.row.track:
                wanted[AT_PLACES].add((album, entry.disc, entry.row.track))
            else:
                wanted[UNNUMBERED].add((album, entry.disc))
        elif found.artists[entry.people.keys[0]].id not in found.new_artists:
            wanted[SINGLES].add((names.sort_key(entry.row.title),))
    return [row for given, rows in wanted.items() for row in given.run(sorted(rows))]
