"""What a migration may do while the version before still runs, and the migrations that are not released yet."""

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now, Upper

from spotify_lite import coexistence

NAME = models.CharField(max_length=100)
SHELF = ModelState("catalog", "Shelf", [("id", models.BigAutoField(primary_key=True)), ("name", NAME)])
LABEL = models.CharField(max_length=9, null=True)
REASON = "The table has a thousand rows, and nobody writes into it by night."


def migration(*operations: Operation, **attributes: object) -> migrations.Migration:
    kind = type("Migration", (migrations.Migration,), {"operations": list(operations), **attributes})
    return kind("0099_shelves", "catalog")


def harms(*operations: Operation, **attributes: object) -> list[str]:
    before = ProjectState()
    before.add_model(SHELF.clone())
    return [found.harm for found in coexistence.unexcused(migration(*operations, **attributes), before)]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.CreateModel("Rack", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("Shelf", "label", LABEL),
        migrations.AddField("Shelf", "place", models.IntegerField(db_default=0)),
        migrations.AddField("Shelf", "made_at", models.DateTimeField(db_default=Now())),
        migrations.AlterField("Shelf", "name", models.CharField(max_length=200)),
        migrations.AlterField("Shelf", "name", models.CharField("what it is called", max_length=100, null=True)),
        migrations.AlterModelOptions("Shelf", {"ordering": ["id"]}),
        migrations.RemoveIndex("Shelf", "shelf_old"),
    ],
)
def test_what_only_grows_passes(operation: Operation) -> None:
    if isinstance(operation, migrations.RemoveIndex):
        added = AddIndexConcurrently("Shelf", models.Index(fields=["name"], name="shelf_old"))
        assert harms(added, operation) == []
    else:
        assert harms(operation) == []


@pytest.mark.parametrize(
    ("operation", "harm"),
    [
        (migrations.RemoveField("Shelf", "name"), "gone"),
        (migrations.DeleteModel("Shelf"), "gone"),
        (migrations.RenameField("Shelf", "name", "title"), "renamed"),
        (migrations.RenameModel("Shelf", "Rack"), "renamed"),
        (migrations.AlterModelTable("Shelf", "racks"), "renamed"),
        (migrations.AlterField("Shelf", "name", models.CharField(max_length=100, db_column="title")), "renamed"),
        (migrations.AddField("Shelf", "place", models.IntegerField(default=0)), "required"),
        (migrations.AlterField("Shelf", "name", models.TextField()), "changed"),
        (migrations.AlterField("Shelf", "name", models.CharField(max_length=50)), "changed"),
        (migrations.AlterField("Shelf", "name", models.CharField(max_length=100, unique=True)), "lock"),
        (migrations.AddIndex("Shelf", models.Index(fields=["name"], name="shelf_name")), "lock"),
        (migrations.AddField("Shelf", "key", models.UUIDField(null=True, unique=True)), "lock"),
        (
            migrations.AddConstraint("Shelf", models.CheckConstraint(condition=~models.Q(name=""), name="named")),
            "ruled",
        ),
        (migrations.AlterUniqueTogether("Shelf", {("name",)}), "ruled"),
        (migrations.RunPython(print, migrations.RunPython.noop), "data"),
        (migrations.RunSQL("SELECT 1", "SELECT 1"), "data"),
    ],
)
def test_what_hurts_the_version_before_is_found_unless_a_reason_is_given(operation: Operation, harm: str) -> None:
    assert harms(operation) == [harm]
    assert harms(operation, excused={harm: REASON}) == []
    assert harms(operation, excused={harm: "ok"}) == [harm]  # no reason


def test_a_column_that_is_computed_for_every_row_writes_every_row() -> None:
    computed = models.GeneratedField(expression=Upper("name"), output_field=models.TextField(), db_persist=True)
    assert harms(migrations.AddField("Shelf", "loud", computed)) == ["lock"]


def test_a_column_may_not_come_to_need_a_value_in_one_release() -> None:
    optional = migrations.AddField("Shelf", "label", LABEL)
    filled = migrations.AlterField("Shelf", "label", models.CharField(max_length=9))
    assert harms(optional, filled) == ["required"]
    ruled = migrations.AlterField("Shelf", "label", models.CharField(max_length=9, db_default=""))
    assert harms(optional, ruled) == ["ruled"]
    assert harms(migrations.AddField("Shelf", "place", models.IntegerField(db_default=0)),
                 migrations.AlterField("Shelf", "place", models.IntegerField())) == ["required"]  # fmt: skip


def test_a_table_of_its_own_may_be_built_as_one_likes() -> None:
    rack = migrations.CreateModel("Rack", [("id", models.BigAutoField(primary_key=True)), ("name", NAME)])
    index = migrations.AddIndex("Rack", models.Index(fields=["name"], name="rack_name"))
    rule = migrations.AddConstraint("Rack", models.UniqueConstraint(fields=["name"], name="rack_unique"))
    assert harms(rack, index, rule, migrations.AddField("Rack", "place", models.IntegerField(default=0))) == []


def test_what_is_done_to_the_database_alone_is_looked_at_and_what_is_only_said_is_not() -> None:
    said = migrations.AddIndex("Shelf", models.Index(fields=["name"], name="shelf_name"))
    done = migrations.RunSQL("CREATE INDEX CONCURRENTLY shelf_name ON catalog_shelf (name)", migrations.RunSQL.noop)
    parted = migrations.SeparateDatabaseAndState(database_operations=[done], state_operations=[said])
    assert harms(parted) == ["data"]


def test_ways_of_no_return_and_strange_operations_are_found() -> None:
    class Strange(Operation):
        def state_forwards(self, app_label: str, state: ProjectState) -> None:
            pass

    assert harms(migrations.RunPython(print)) == ["data", "one-way"]
    assert harms(Strange()) == ["unknown"]


def test_a_reason_for_what_is_not_there_is_no_reason() -> None:
    assert harms(migrations.AddField("Shelf", "label", LABEL), excused={"lock": REASON}) == [
        "lock is excused, and not there"
    ]


def test_every_migration_that_is_not_released_lets_the_version_before_live() -> None:
    call_command("lint_migrations")


def test_released_migrations_are_there() -> None:
    nodes = MigrationLoader(None).graph.nodes
    assert set(coexistence.RELEASED.items()) <= set(nodes)
