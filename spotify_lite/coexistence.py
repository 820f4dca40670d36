"""Say what of a migration would hurt the version before, which runs on while the nodes are replaced one by one.

Tables grow first and shrink a release later (expand, then contract). Where a migration does more, its class says why
that is safe: `excused = {"lock": "The table has a thousand rows."}`, a sentence for each kind of harm.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres import operations as postgres
from django.db import migrations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import ManyToManyField, Value
from django.db.models.functions import Now

# The last migrations of the release whose nodes may still run beside this code; what came before is not looked at.
RELEASED = {"accounts": "0002_people", "catalog": "0009_desk_at_scale", "playback": "0003_residents"}
REASON = 20  # letters; less is no sentence

HARMS = {
    "gone": "the version before still asks for it: stop using it now, and remove it a release later",
    "renamed": "the version before knows the old name only: add a new one beside it, and copy",
    "changed": "the version before reads and writes the old kind, and the table is written anew under a lock",
    "required": "the version before leaves it out when it inserts: give it a db_default, or let it be null",
    "ruled": "the version before may write what this forbids, or conflict with what this drops",
    "lock": "everybody who writes waits until it is done: build it beside the traffic",
    "data": "say how long it takes, who waits meanwhile, and what the version before makes of it",
    "one-way": "there is no way back",
    "unknown": "nobody knows what this does to the version before",
}
HARMLESS = (
    *(migrations.CreateModel, migrations.RemoveIndex, migrations.RenameIndex, migrations.AlterModelOptions),
    *(migrations.AlterModelManagers, migrations.AlterModelTableComment),
    *(postgres.AddIndexConcurrently, postgres.RemoveIndexConcurrently, postgres.CreateExtension),
)
GONE = (migrations.DeleteModel, migrations.RemoveField)
RENAMED = (migrations.RenameModel, migrations.RenameField, migrations.AlterModelTable)
RULED = (
    *(migrations.AddConstraint, migrations.RemoveConstraint),
    *(migrations.AlterUniqueTogether, migrations.AlterOrderWithRespectTo),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One harm that one operation does."""

    migration: str  # app.name
    harm: str  # of HARMS
    operation: str  # in Django's words

    def __str__(self) -> str:
        return f"{self.migration}: {self.operation} ({self.harm}): {HARMS.get(self.harm, self.harm)}"


def look(loader_graph: Any, released: Mapping[str, str] = RELEASED) -> list[Finding]:
    """Return what is wrong with the migrations that are not released yet, in the order in which they run."""
    found: list[Finding] = []
    old = {node for app, name in released.items() for node in loader_graph.forwards_plan((app, name))}
    plan = [node for leaf in loader_graph.leaf_nodes() for node in loader_graph.forwards_plan(leaf)]
    for app, name in dict.fromkeys(plan):
        if app in released and (app, name) not in old:
            migration = loader_graph.nodes[app, name]
            before = loader_graph.make_state(nodes=[(app, name)], at_end=False)
            found += unexcused(migration, before)
    return found


def unexcused(migration: migrations.Migration, before: ProjectState) -> list[Finding]:
    """Return the migration's harms for which it gives no reason, and the reasons that it needs not."""
    label = f"{migration.app_label}.{migration.name}"
    excused: Mapping[str, str] = getattr(migration, "excused", {})
    harms = list(harms_of(migration.operations, migration.app_label, before.clone()))
    found = [Finding(label, harm, told) for harm, told in harms if len(excused.get(harm, "")) < REASON]
    needless = sorted(set(excused) - {harm for harm, _ in harms})
    return found + [Finding(label, f"{harm} is excused, and not there", "excused") for harm in needless]


def harms_of(operations: Sequence[Operation], app: str, state: ProjectState) -> Iterator[tuple[str, str]]:
    """Yield (harm, what does it) of each operation; `state` is moved along. A new table's own are nobody's harm."""
    new: set[str] = set()
    for operation in operations:
        told = operation.describe()
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from harms_of(operation.database_operations, app, state.clone())
            operation.state_forwards(app, state)
            continue
        if isinstance(operation, migrations.CreateModel):
            new.add(operation.name_lower)
        table = getattr(operation, "model_name", None) or getattr(operation, "name", "")
        if isinstance(operation, migrations.RunPython | migrations.RunSQL):
            yield "data", told
        elif str(table).lower() not in new:
            yield from ((harm, told) for harm in _of_table(operation, app, state))
        if not operation.reversible:
            yield "one-way", told
        operation.state_forwards(app, state)


def _of_table(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    """Yield what the operation does to a table that was there before."""
    if isinstance(operation, migrations.AddField):
        yield from _of_new(operation.field)
    elif isinstance(operation, migrations.AlterField):
        was = state.models[app, operation.model_name_lower].fields[operation.name]
        yield from _of_change(was, operation.field)
    elif isinstance(operation, HARMLESS):
        return
    elif isinstance(operation, migrations.AddIndex):
        yield "lock"
    elif isinstance(operation, GONE):
        yield "gone"
    elif isinstance(operation, RENAMED):
        yield "renamed"
    elif isinstance(operation, RULED):
        yield "ruled"
    else:
        yield "unknown"


def _of_new(field: Any) -> Iterator[str]:
    if isinstance(field, ManyToManyField):
        return  # a table of its own
    if field.generated:
        yield from ["lock"] if field.db_persist else []  # each row is written anew
        return
    if not field.null and not field.has_db_default():
        yield "required"
    if field.has_db_default() and not isinstance(field.db_default, Now | Value | bool | int | float | str):
        yield "lock"  # what is computed for each row is written into each row
    if _indexed(field):
        yield "lock"


def _of_change(was: Any, now: Any) -> Iterator[str]:
    if was.db_column != now.db_column:
        yield "renamed"
    if was.get_internal_type() != now.get_internal_type() or (was.max_length or 0) > (now.max_length or 1 << 31):
        yield "changed"
    required = not now.null and not now.has_db_default()
    if required and (was.null or was.has_db_default()):
        yield "required"
    elif was.null and not now.null:
        yield "ruled"  # the version before may write a null, whatever the default
    if _indexed(now) and not _indexed(was):
        yield "lock"


def _indexed(field: Any) -> bool:
    return bool(field.unique or field.db_index)
