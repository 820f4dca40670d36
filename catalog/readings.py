"""Make sense of what the sandboxed reader says of a file, and name the album artist that its tags leave out."""

import dataclasses
from collections.abc import Sequence

from catalog import credits, sandbox, tags  # noqa: A004


def understand(answer: sandbox.Answer) -> tuple[tags.Reading | None, str]:
    """Return what the sandboxed reader made of a file, or None and why not, as the end of "FILE ..."."""
    if answer.value is None:
        return None, answer.reason
    try:
        return tags.Reading.of(answer.value), ""
    except (TypeError, KeyError):
        return None, "made the reader misbehave"


def alone(reading: tags.Reading) -> tags.Reading:
    """Return the reading of a file that came without its folder: where its tags name no album artist, it does."""
    if not reading.album or reading.album_artist:
        return reading
    shown, people = album_artist([reading])
    return dataclasses.replace(reading, album_artist=shown, album_credits=people)


def album_artist(readings: Sequence[tags.Reading]) -> tuple[str, list[credits.Credit]]:
    """Return the artist of an album whose tags name none, as shown and as credits: various on a compilation."""
    if any(one.compilation for one in readings):
        return credits.VARIOUS, [credits.Credit(credits.VARIOUS, "main")]
    return credits.album_artist([(one.artist, one.credits) for one in readings])
