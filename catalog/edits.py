"""Edit many objects in one act: the first batch at once, the others by workers, so that no listener has to wait."""

from collections.abc import Sequence

from django.db import transaction

from catalog import curation, states
from catalog.history import Act
from catalog.models import Work
from catalog.states import State

MOST = 50_000  # objects of one act
ADDED = "more_genres"  # a value that is added to what is there: [genre id, ...]


def apply(act: Act, kind: str, ids: Sequence[int], values: State) -> None:
    """Give all of these objects these fields; `reverts.waiting` tells how many are still to come."""
    with transaction.atomic():
        _edit(act, kind, ids[: curation.BATCH], values)
        curation.enqueue_batches("edit", act, "ids", ids[curation.BATCH :], kind=kind, values=values)


def go_on(row: Work) -> None:
    """Edit the batch of the row's payload; twice is the same as once."""
    told = row.payload
    with transaction.atomic():
        _edit(Act.unpacked(told["act"]), told["kind"], told["ids"], told["values"])


def outcome(state: State, values: State) -> State:
    """Return the fields that an object in this state gets."""
    wanted = {name: value for name, value in values.items() if name != ADDED}
    if ADDED in values:
        has = [genre for genre, _place in state["genres"]]
        both = dict.fromkeys([*has, *values[ADDED]])
        wanted["genres"] = [[genre, place] for place, genre in enumerate(both)]
    return wanted


def _edit(act: Act, kind: str, ids: Sequence[int], values: State) -> None:
    with curation.editing(act, {kind: ids}):
        now = states.take(kind, ids)
        wanted = {row_id: outcome(state, values) for row_id, state in now.items()}
        states.put(kind, {row_id: new for row_id, new in wanted.items() if _differs(now[row_id], new)})


def _differs(now: State, new: State) -> bool:
    return any(now[name] != value for name, value in new.items())
