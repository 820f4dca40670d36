"""Merge artists or albums that are one: everything of the others goes to the one that stays, and can come back.

The others' rows go, and leave behind where their addresses and their files lead now. The act's history holds the rest.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from catalog import curation, imports, names, states
from catalog.history import Act
from catalog.models import Album, AlbumCredit, Artist, Credit, Merged, Role, Track
from catalog.search.documents import split_aliases
from catalog.states import State

ROLES = {role: place for place, role in enumerate(Role.values)}


class NotThere(Exception):
    """One of the objects has gone meanwhile."""


@dataclass(frozen=True)
class Plan:
    """What a merge would do."""

    kind: str
    keep: Artist | Album
    others: list[Any]
    tracks: list[int]  # ids, that get another credit or album
    albums: list[int]  # ids, that get another credit
    fields: State  # that the one that stays gains
    doubles: list[Track]  # of one disc and number on the album to be


def plan(kind: str, *, keep: int, ids: Collection[int]) -> Plan:
    """Return what merging these into the one that stays would do; raise NotThere."""
    if keep not in ids or len(ids) < 2:
        raise NotThere
    rows = states.KINDS[kind].model._default_manager.in_bulk(list(ids))
    if len(rows) < len(set(ids)):
        raise NotThere
    others = [rows[row_id] for row_id in sorted(rows) if row_id != keep]
    return _plan_artists(rows[keep], others) if kind == "artist" else _plan_albums(rows[keep], others)


def merge(act: Act, kind: str, *, keep: int, ids: Collection[int]) -> Plan:
    """Merge these into the one that stays, in one transaction; raise NotThere."""
    with transaction.atomic():
        imports.hold_catalog()  # before looking: of two merges at once, the later one finds what the first has left
        found = plan(kind, keep=keep, ids=ids)
        gone = [row.pk for row in found.others]
        subjects = {kind: [keep, *gone], "track": found.tracks}
        if kind == "artist":
            subjects["album"] = found.albums
        with curation.editing(act, subjects, by_hand=False):
            if found.fields:
                states.put(kind, {keep: found.fields})
            if kind == "artist":
                renamed = {names.fold(row.name): str(found.keep) for row in found.others}
                for of, owned in (("track", found.tracks), ("album", found.albums)):
                    states.put(of, _credited_anew(states.take(of, owned), {*gone}, keep, renamed))
            else:
                states.put("track", {row_id: {"album": keep} for row_id in found.tracks})
            Merged.objects.bulk_create(
                Merged(kind=kind, old_id=row.pk, into_id=keep, match_key=row.match_key, mbid=row.mbid)
                for row in found.others
            )
            states.KINDS[kind].model._default_manager.filter(id__in=gone).delete()
    return found


def _plan_artists(keep: Artist, others: list[Artist]) -> Plan:
    gone = [row.pk for row in others]
    known = split_aliases(keep.aliases)
    heard = {names.fold(name) for name in (keep.name, *known)}
    gained = []
    for name in (name for row in others for name in (row.name, *split_aliases(row.aliases))):
        if names.fold(name) not in heard:
            heard.add(names.fold(name))
            gained.append(name)
    return Plan(
        kind="artist",
        keep=keep,
        others=others,
        tracks=sorted(set(Credit.objects.filter(artist_id__in=gone).values_list("track_id", flat=True))),
        albums=sorted(set(AlbumCredit.objects.filter(artist_id__in=gone).values_list("album_id", flat=True))),
        fields={"aliases": "; ".join([*known, *gained])} if gained else {},
        doubles=[],
    )


def _plan_albums(keep: Album, others: list[Album]) -> Plan:
    gained: State = {}
    if keep.cover_wanted is None and (cover := next((row.cover_wanted for row in others if row.cover_wanted), None)):
        gained["cover"] = cover
    if keep.year is None and (year := next((row.year for row in others if row.year), None)):
        gained["year"] = year
    every = [keep.pk, *(row.pk for row in others)]
    songs = Track.objects.filter(album_id__in=every).defer("card").order_by("disc_number", "track_number", "id")
    return Plan(
        kind="album",
        keep=keep,
        others=others,
        tracks=[song.pk for song in songs if song.album_id != keep.pk],
        albums=[],
        fields=gained,
        doubles=_doubles(songs),
    )


def _doubles(songs: Iterable[Track]) -> list[Track]:
    """Return the songs that share disc and number with another; the list is in that order."""
    places: dict[tuple[int, int], list[Track]] = {}
    for song in songs:
        if song.track_number is not None:
            places.setdefault((song.disc_number, song.track_number), []).append(song)
    return [song for same in places.values() if len(same) > 1 for song in same]


def _credited_anew(
    found: dict[int, State], gone: Collection[int], keep: int, renamed: dict[str, str]
) -> dict[int, State]:
    """Return the fields of tracks or albums whose credits go over: each artist once, by the first of their roles."""
    wanted: dict[int, State] = {}
    for row_id, state in found.items():
        credits: dict[int, list[Any]] = {}  # noqa: A001 - the built-in one is for the console
        for artist, *rest in state["credits"]:
            owner = keep if artist in gone else artist
            known = credits.get(owner)
            if known is None:
                credits[owner] = [owner, *rest]
            elif len(rest) == 2 and ROLES[rest[0]] < ROLES[known[1]]:
                known[1] = rest[0]
        wanted[row_id] = {"credits": list(credits.values())}
        if name := renamed.get(names.fold(state["artist"])):
            wanted[row_id]["artist"] = name
    return wanted
