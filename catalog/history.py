"""Write down what curators do: each act, object by object, with the fields before and after."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog import states
from catalog.models import Change
from catalog.states import State

VERBS = {  # what was done, in words
    "created": _("added"),
    "changed": _("changed"),
    "deleted": _("deleted"),
    "together": _("changed together"),
    "published": _("published"),
    "hidden": _("hidden"),
    "scheduled": _("scheduled"),
    "merged": _("merged"),
    "cover": _("changed the cover"),
    "reverted": _("reverted"),
    "undone": _("undone"),
}
NAMED = {"track": "title", "album": "title", "artist": "name", "genre": "name"}


@dataclass(frozen=True)
class Act:
    """One press of a button."""

    id: uuid.UUID
    verb: str  # a key of VERBS
    actor_id: int | None
    actor: str  # username
    at: datetime
    undoes: uuid.UUID | None = None  # the act that this one takes back

    def packed(self) -> dict[str, Any]:
        """Return the act as JSON, for the work that goes on with it."""
        undoes = str(self.undoes) if self.undoes else None
        return {
            "id": str(self.id),
            "verb": self.verb,
            "actor_id": self.actor_id,
            "actor": self.actor,
            "at": self.at.isoformat(),
            "undoes": undoes,
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> "Act":
        """Return the act of what `packed` made."""
        return cls(
            id=uuid.UUID(packed["id"]),
            verb=packed["verb"],
            actor_id=packed["actor_id"],
            actor=packed["actor"],
            at=datetime.fromisoformat(packed["at"]),
            undoes=uuid.UUID(packed["undoes"]) if packed["undoes"] else None,
        )


def begin(curator: User, verb: str, *, undoes: uuid.UUID | None = None) -> Act:
    """Return a new act of a curator, now."""
    return Act(uuid.uuid4(), verb, curator.pk, curator.get_username(), timezone.now(), undoes)


def record(act: Act, kind: str, before: Mapping[int, State], after: Mapping[int, State]) -> list[Change]:
    """Write a row for each object that the act changed, made or removed; return the rows."""
    rows = []
    for row_id in sorted(before.keys() | after.keys()):
        old, new = before.get(row_id), after.get(row_id)
        if old is not None and new is not None:
            differing = states.changed(old, new)
            if not differing:
                continue
            told = new
            old, new = ({name: state.get(name) for name in differing} for state in (old, new))
        else:
            told = new or old or {}
        rows.append(
            Change(
                act=act.id,
                verb=act.verb,
                kind=kind,
                subject_id=row_id,
                label=told[NAMED[kind]],
                actor_id=act.actor_id,
                actor=act.actor,
                at=act.at,
                before=old,
                after=new,
                undoes=act.undoes,
            )
        )
    return Change.objects.bulk_create(rows)
