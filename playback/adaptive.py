"""Find the renditions that a player may change between while a track plays, with their tables and their addresses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models import SegmentTable, tracks
from playback import links, manifests, passes

FIELDS = ("rendition__name", "rendition__key", "rendition__extension", "rendition__mime")
TABLE = ("index_start", "init_size", "timescale", "segments")


@dataclass(frozen=True)
class Step:
    """One bitrate of a ladder."""

    rendition: manifests.Rendition
    audio: dict[str, Any]  # as a card names it: what its addresses are made of


def ladder(track_id: int, *, at: datetime, name: str = "") -> list[Step]:
    """Return the steps of a track that may be seen, or the one of that name; one query.

    Players begin with the first. There are none for a track that is unknown, hidden, or has no ladder yet.
    """
    seen = tracks.listed(at=at, through="rendition__track__")
    rows = SegmentTable.objects.filter(seen, rendition__track_id=track_id, rendition__name__startswith=links.LADDER)
    if name:
        rows = rows.filter(rendition__name=name)
    steps = {row[0]: _step(*row) for row in rows.values_list(*FIELDS, *TABLE)}
    ordered = manifests.start_first([step.rendition for step in steps.values()], links.PREFERRED)
    return [steps[rendition.name] for rendition in ordered]


def exp_of(steps: list[Step], *, at: datetime) -> int:
    """Return the expiry (Unix seconds) of addresses that are to outlive the playing of the track."""
    rendition = steps[0].rendition
    return passes.exp_lasting(at.timestamp(), rendition.ticks / rendition.timescale)


def playlists(
    track_id: int, steps: list[Step], signed: links.Links, *, exp: int, fallbacks: bool
) -> list[manifests.Variant]:
    """Return every step at the first place, then with `fallbacks` all of them at the next: players leave a place whole.

    The first place has no name in its addresses: asked for again later, they lead to what is best then.
    """
    others = signed.addresses(steps[0].audio, exp)[1:] if fallbacks else []
    edges = [None, *(other.edge for other in others)]
    return [
        manifests.Variant(
            step.rendition,
            signed.base + passes.address(f"/api/v1/tracks/{track_id}/hls/{step.rendition.name}.m3u8", exp, edge=edge),
        )
        for edge in edges
        for step in steps
    ]


def file_at(edge: str | None, step: Step, signed: links.Links, *, exp: int) -> str:
    """Return the signed address of a step's file at the POP of that name, or where it is best served."""
    found = signed.addresses(step.audio, exp)
    return next((one.url for one in found if one.edge == edge), found[0].url)


def files(step: Step, signed: links.Links, *, exp: int) -> list[manifests.Place]:
    """Return every place of a step's file, the most preferred first."""
    return [manifests.Place(one.url, one.edge or one.place) for one in signed.addresses(step.audio, exp)]


def _step(name: str, key: str, extension: str, mime: str, *table: Any) -> Step:
    index_start, init_size, timescale, segments = table
    rendition = manifests.Rendition(name, mime, index_start, init_size, timescale, segments)
    return Step(rendition, {"name": name, "key": key, "ext": extension, "mime": mime})
