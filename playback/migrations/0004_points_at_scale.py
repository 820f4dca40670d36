"""Resume points for a billion listeners: an index that a position does not touch, and partitions on PostgreSQL.

The day of a point is in the index instead of its moment, so that the next position of the same song changes no
index. On PostgreSQL the rows move to a table that is partitioned by hash of the listener, within this transaction:
its name, columns and constraint are as before, and a day is computed by the database, so that code which knows
neither days nor partitions goes on. Who writes meanwhile waits, a few seconds for a million rows, or is told to come
back.
"""

from django.db import migrations, models
from django.db.models.functions import Cast

PARTITIONS = 64
FILLFACTOR = 90  # room in a page for the next version of a row; indexes are left alone then
DAY_MS = 86_400_000
FIELDS = "listener_id, track_id, at_ms, play_id, seq, position_ms, state"
COLUMNS = """
    listener_id bigint NOT NULL, track_id bigint NOT NULL, at_ms bigint NOT NULL, play_id uuid NOT NULL,
    seq integer NOT NULL, position_ms integer NOT NULL, state smallint NOT NULL
"""
DAY = f"day integer NOT NULL GENERATED ALWAYS AS ((at_ms / {DAY_MS})::integer) STORED"
MOVE = [
    "SET LOCAL statement_timeout = 0",
    "LOCK TABLE playback_resumepoint IN ACCESS EXCLUSIVE MODE",
]
SWAP = [
    f"INSERT INTO playback_resumepoint_new ({FIELDS}) SELECT {FIELDS} FROM playback_resumepoint",
    "DROP TABLE playback_resumepoint",
    "ALTER TABLE playback_resumepoint_new RENAME TO playback_resumepoint",
    "ALTER INDEX playback_resumepoint_new_pkey RENAME TO playback_resumepoint_pkey",
]
KEY = "PRIMARY KEY (listener_id, track_id)"
PARTED = [
    *MOVE,
    f"CREATE TABLE playback_resumepoint_new ({COLUMNS}, {DAY}, {KEY}) PARTITION BY HASH (listener_id)",
    *(
        f"CREATE TABLE playback_resumepoint_{place:02} PARTITION OF playback_resumepoint_new"
        f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {place}) WITH (fillfactor = {FILLFACTOR})"
        for place in range(PARTITIONS)
    ),
    *SWAP,
    "CREATE INDEX resume_day ON playback_resumepoint (listener_id, day DESC)",
    "ANALYZE playback_resumepoint",
]
WHOLE = [
    *MOVE,
    f"CREATE TABLE playback_resumepoint_new ({COLUMNS}, {KEY})",
    *SWAP,
    "CREATE INDEX resume_continue ON playback_resumepoint (listener_id, at_ms DESC)",
    "ANALYZE playback_resumepoint",
]


def part(apps, schema_editor):
    _run(PARTED, schema_editor)


def join(apps, schema_editor):
    _run(WHOLE, schema_editor)


def _run(statements, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement)


class Elsewhere:
    """An operation that `part` and `join` have done on PostgreSQL."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddFieldElsewhere(Elsewhere, migrations.AddField):
    pass


class AddIndexElsewhere(Elsewhere, migrations.AddIndex):
    pass


class RemoveIndexElsewhere(Elsewhere, migrations.RemoveIndex):
    pass


class Migration(migrations.Migration):
    dependencies = [("playback", "0003_residents")]
    excused = {
        "data": "A million points move in some seconds, in one transaction. Whoever writes one meanwhile waits or is told"
        " to come back, and players keep what was not taken. Names, columns and the key stay as they were.",
        "lock": "On PostgreSQL this is part of the same transaction; on SQLite no second version runs.",
    }

    operations = [
        migrations.RunPython(part, join, elidable=False),
        RemoveIndexElsewhere("resumepoint", "resume_continue"),
        AddFieldElsewhere(
            "resumepoint",
            "day",
            models.GeneratedField(
                expression=Cast(models.F("at_ms") / DAY_MS, models.IntegerField()),
                output_field=models.IntegerField(),
                db_persist=True,
            ),
        ),
        AddIndexElsewhere("resumepoint", models.Index(fields=["listener", "-day"], name="resume_day")),
    ]
