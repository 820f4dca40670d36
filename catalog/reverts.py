"""Take back what curators did: one object to how it was before a change, or a whole act on all of its objects."""

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from catalog import curation, history, imports, states
from catalog.history import Act
from catalog.models import Album, Artist, Change, Genre, Merged, Work
from catalog.states import State

OWN = {"curated", "match_key", "mbid", "slug", "created_at"}  # fields that no curator sees, and nobody else fights over
UNIQUE = {"artist": "match_key", "album": "match_key", "genre": "slug"}


class Conflict(Exception):
    """It cannot be taken back now; `reasons` say why, in words, and nothing has been done."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Return:
    """Where objects go if something is taken back, and why they cannot."""

    now: dict[tuple[str, int], State | None] = field(default_factory=dict)  # None: the object is gone
    then: dict[tuple[str, int], State] = field(default_factory=dict)  # the fields that change
    reasons: list[str] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """Return what differs if anything of this does: a press of the button means what its page has shown."""
        told = [*sorted(self.now.items()), *sorted(self.then.items())]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def before(change: Change) -> Return:
    """Return what taking the object of a change to how it was before would do, later changes included."""
    kind, row_id = change.kind, change.subject_id
    now = states.take(kind, [row_id]).get(row_id)
    if change.before is None:
        return Return(reasons=[_("Before this it was not there. Hide it or delete it instead.")])
    then: State = {}
    for later in Change.objects.of(kind, row_id).filter(id__gte=change.id):
        then |= later.before or {}
    if now is not None:
        then = {name: value for name, value in then.items() if now.get(name) != value}
        if not then:
            return Return(reasons=[_("It is as it was before this already.")])
    elif not then.keys() >= {*states.KINDS[kind].identity}:
        return Return(reasons=[_("It is gone, and not by the hand of a curator.")])
    key = (kind, row_id)
    reasons = _obstacles({key: then}, {key: now})
    if now is None and Merged.objects.filter(kind=kind, old_id=row_id).exists():
        reasons = [_("It was merged into another. Undo the merge instead.")]
    return Return({key: now}, {key: then}, reasons)


def revert(change: Change, *, by: User, seal: str) -> Act:
    """Take the object to how it was before the change; raise Conflict if it cannot be, or the seal is another now."""
    act = history.begin(by, "reverted")
    with transaction.atomic():
        imports.hold_catalog()  # before looking, so that what is found stays so; here and below
        found = before(change)
        if not found.reasons and found.seal != seal:
            raise Conflict([_("Somebody has changed it meanwhile. Look again at what would change.")])
        _return(act, found)
    return act


def of_act(act_id: uuid.UUID) -> Return:
    """Return what undoing an act would do. What was changed since is a reason against it: an undo touches no more."""
    changes = list(Change.objects.filter(act=act_id).order_by("id"))
    if not changes:
        return Return(reasons=[_("Nothing was changed by it.")])
    if Change.objects.filter(undoes=act_id).exists():
        return Return(reasons=[_("It was undone already.")])
    if waiting(act_id):
        return Return(reasons=[_("It is still at work. Undo it once it has ended.")])
    return _of_changes(changes)


def undo(act_id: uuid.UUID, *, by: User) -> Act:
    """Undo an act on all of its objects, or raise Conflict. Where they are many, workers go on with batches."""
    act = history.begin(by, "undone", undoes=act_id)
    changes = Change.objects.filter(act=act_id).order_by("id")
    if changes.count() <= curation.BATCH or changes.filter(verb="merged").exists():
        with transaction.atomic():  # a merge is undone at once: half of it would be neither
            imports.hold_catalog()
            _return(act, of_act(act_id))
        return act
    found = of_act(act_id)  # before the transaction: looking at 10,000 takes seconds, and nobody else could write
    if found.reasons:
        raise Conflict(found.reasons)
    ids = list(changes.values_list("id", flat=True))
    with transaction.atomic():
        imports.hold_catalog()
        if Change.objects.filter(undoes=act_id).exists():  # the button was pressed twice
            raise Conflict([_("It was undone already.")])
        _return(act, _of_changes(changes.filter(id__in=ids[: curation.BATCH]), pass_over=True))
        curation.enqueue_batches("undo", act, "changes", ids[curation.BATCH :])
    return act


def go_on(row: Work) -> None:
    """Undo the batch of the row's payload; what was changed since the undo began stays."""
    act = Act.unpacked(row.payload["act"])
    with transaction.atomic():
        imports.hold_catalog()
        changes = Change.objects.filter(id__in=row.payload["changes"]).order_by("id")
        _return(act, _of_changes(changes, pass_over=True))


def waiting(act_id: uuid.UUID) -> int:
    """Return how many objects of an act workers have still to come to."""
    payloads = _work_on(act_id).values_list("payload", flat=True)
    return sum(len(payload.get("ids") or payload.get("changes")) for payload in payloads)


def failed(act_id: uuid.UUID) -> str:
    """Return why workers gave up a part of an act, in words; empty where they did not."""
    return _work_on(act_id).filter(state=Work.State.FAILED).values_list("reason", flat=True).first() or ""


def _work_on(act_id: uuid.UUID) -> QuerySet[Work]:
    return Work.objects.filter(kind__in=("edit", "undo"), payload__act__id=str(act_id))


def _of_changes(found: Iterable[Change], *, pass_over: bool = False) -> Return:
    """Return what undoing these changes would do; `pass_over` leaves out what was changed since."""
    changes = list(found)
    by_kind: dict[str, list[int]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change.subject_id)
    now: dict[tuple[str, int], State | None] = {}
    for kind, ids in by_kind.items():
        there = states.take(kind, ids)
        now |= {(kind, row_id): there.get(row_id) for row_id in ids}
    then: dict[tuple[str, int], State] = {}
    reasons = []
    for change in changes:
        key = (change.kind, change.subject_id)
        if change.before is None:
            reasons.append(_("“%(name)s” was made by it: delete or hide that instead.") % {"name": change.label})
        elif reason := _changed_since(change, now[key]):
            reasons += [] if pass_over else [reason]
        else:
            then[key] = _own_back(change, now[key])
    return Return(now, then, reasons or _obstacles(then, now))


def _changed_since(change: Change, now: State | None) -> str | None:
    """Say so if the object is no longer as the change left it."""
    name = {"name": change.label}
    if change.after is None:
        return _("“%(name)s” is there again.") % name if now is not None else None
    if now is None:
        return _("“%(name)s” has been removed since.") % name
    if any(now.get(field) != value for field, value in change.after.items() if field not in OWN):
        return _("“%(name)s” has been changed since.") % name
    return None


def _own_back(change: Change, now: State | None) -> State:
    """Return the fields before the change; of the names that it noted as curated, later ones stay."""
    then = dict(change.before or {})
    if now is not None and change.after and "curated" in then:
        noted = {*change.after["curated"]} - {*then["curated"]}
        then["curated"] = sorted({*now["curated"]} - noted)
    return then


def _obstacles(then: dict[tuple[str, int], State], now: dict[tuple[str, int], State | None]) -> list[str]:
    """Return what stands against these fields: references to what is gone, and names that others have taken."""
    made: dict[str, set[int]] = {}
    for kind, row_id in then:
        if now[kind, row_id] is None:
            made.setdefault(kind, set()).add(row_id)
    wanted: dict[str, set[int]] = {"artist": set(), "album": set(), "genre": set()}
    for (kind, _row), state in then.items():
        wanted["artist"] |= {credit[0] for credit in state.get("credits", ())}
        wanted["genre"] |= {genre[0] for genre in state.get("genres", ())}
        if kind == "track" and state.get("album"):
            wanted["album"].add(state["album"])
    reasons = []
    words: dict[str, str | Promise] = {
        "artist": _("An artist that it was credited to is gone: bring that back first."),
        "album": _("The album that it was on is gone: bring that back first."),
        "genre": _("A genre that it had is gone: bring that back first."),
    }
    for kind, model in (("artist", Artist), ("album", Album), ("genre", Genre)):
        missing = wanted[kind] - made.get(kind, set())
        there = sum(model._default_manager.filter(id__in=some).count() for some in states.batches(missing))
        if there < len(missing):
            reasons.append(str(words[kind]))
    taken = [_namesake(kind, then[kind, row_id]) for kind, ids in made.items() for row_id in ids]
    another = _("There is another “%(name)s” now: merge or rename that first.")
    return [*reasons, *(another % {"name": name} for name in taken if name)]


def _namesake(kind: str, state: State) -> str:
    """Return the name of another object that has the place of one to be made anew."""
    if kind not in UNIQUE:
        return ""
    column = UNIQUE[kind]
    same: Any = Q(**{column: state[column]})
    if "mbid" in state:
        same = Q(mbid=state["mbid"]) if state["mbid"] else same & Q(mbid=None)
    found = states.KINDS[kind].model._default_manager.filter(same).first()
    return str(found) if found else ""


def _return(act: Act, found: Return) -> None:
    """Do what was found to be possible, what is referred to first."""
    if found.reasons:
        raise Conflict(found.reasons)
    by_kind: dict[str, dict[int, State]] = {}
    for (kind, row_id), state in found.then.items():
        by_kind.setdefault(kind, {})[row_id] = state
    made = {kind: [row_id for row_id in rows if found.now[kind, row_id] is None] for kind, rows in by_kind.items()}
    edit = curation.Edit(act, by_kind, by_hand=False)
    for kind in ("artist", "genre", "album", "track"):
        states.put(kind, by_kind.get(kind, {}))
        Merged.objects.filter(kind=kind, old_id__in=made.get(kind, ())).delete()
    edit.end(made)
