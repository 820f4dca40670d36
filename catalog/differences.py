"""Say in words what changed: field by field, with the names of what the history knows by its id."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import instants, states
from catalog.models import Change, Role
from catalog.states import State

LABELS: dict[str, str | Promise] = {  # in the order in which they are told
    "title": gettext_lazy("Title"),
    "name": gettext_lazy("Name"),
    "aliases": gettext_lazy("Other names"),
    "artist": gettext_lazy("Artist as shown"),
    "credits": gettext_lazy("Credits"),
    "album": gettext_lazy("Album"),
    "disc_number": gettext_lazy("Disc"),
    "track_number": gettext_lazy("Number"),
    "year": gettext_lazy("Year"),
    "genres": gettext_lazy("Genres"),
    "compilation": gettext_lazy("Compilation"),
    "explicit": gettext_lazy("Explicit"),
    "published": gettext_lazy("Published"),
    "release_at": gettext_lazy("Release"),
    "cover": gettext_lazy("Cover"),
}
REFERRED = {"credits": "artist", "genres": "genre", "album": "album"}  # field: kind of the ids in it
NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """One field that changed."""

    label: str
    old: str
    new: str


class Words:
    """The words of some states: names are looked up once for all of them."""

    def __init__(self, told: Iterable[Mapping[str, Any] | None]) -> None:
        wanted: dict[str, set[int]] = {"artist": set(), "genre": set(), "album": set()}
        for state in told:
            for field, kind in REFERRED.items():
                value = (state or {}).get(field)
                wanted[kind] |= {value} if isinstance(value, int) else {row[0] for row in value or ()}
        self._names = {kind: _names(kind, ids) for kind, ids in wanted.items() if ids}

    def lines(self, old: State | None, new: State | None) -> list[Line]:
        """Return what differs between two states, or between the fields of them that are given."""
        old, new = old or {}, new or {}
        return [
            Line(str(label), self._of(name, old.get(name)), self._of(name, new.get(name)))
            for name, label in LABELS.items()
            if name in old.keys() | new.keys() and old.get(name) != new.get(name)
        ]

    def _of(self, name: str, value: Any) -> str:
        if value is None or value in ("", []):
            return NOTHING
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        say: dict[str, Callable[[Any], str]] = {
            "release_at": _moment,
            "cover": _picture,
            "album": self._album,
            "genres": self._genres,
            "credits": self._credits,
        }
        return say.get(name, str)(value)

    def _album(self, album: int) -> str:
        return self._name("album", album)

    def _genres(self, genres: list[list[int]]) -> str:
        return ", ".join(self._name("genre", row[0]) for row in genres)

    def _credits(self, people: list[list[Any]]) -> str:
        return ", ".join(self._credit(*row) for row in people)

    def _credit(self, artist: int, role: Any, *_position: int) -> str:
        name = self._name("artist", artist)
        return f"{name} ({Role(role).label})" if isinstance(role, str) and role != Role.MAIN else name

    def _name(self, kind: str, row_id: int) -> str:
        return self._names[kind].get(row_id, f"#{row_id}")


def of_changes(changes: Iterable[Change]) -> dict[int, list[Line]]:
    """Return the lines of each change, by its id."""
    rows = list(changes)
    words = Words(state for row in rows for state in (row.before, row.after))
    return {row.pk: words.lines(row.before, row.after) for row in rows}


def _moment(value: str) -> str:
    moment = parse_datetime(value)
    return instants.shown(moment) if moment else NOTHING


def _picture(key: str) -> str:
    return _("picture %(key)s") % {"key": key[:8]}


def _names(kind: str, ids: set[int]) -> dict[int, str]:
    """Return what the objects are called, or were called last."""
    found = {row.pk: str(row) for row in states.KINDS[kind].model.objects.filter(id__in=ids)}
    gone = Change.objects.filter(kind=kind, subject_id__in=ids - found.keys()).order_by("id")
    return dict(gone.values_list("subject_id", "label")) | found
