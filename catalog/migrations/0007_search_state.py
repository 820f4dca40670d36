"""Keep the index's generation, and how far one is that is being built; an index of the layout before this is dropped.

Where there is music already, the indexer builds the new one; an empty index of an empty catalog is as good as built.
Who goes back to the version before lets its `search_rebuild` run once: it finds the tables that it counts on.
"""

from django.db import migrations, models

from catalog.search import state, tables


def renew(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for index in tables.indexes(cursor):
            tables.drop(cursor, index)
            for kind in tables.KINDS:
                cursor.execute(f"DROP TABLE IF EXISTS {index}_{kind}_head")
        tables.create(cursor, tables.LIVE)
    listed = any(apps.get_model("catalog", name).objects.exists() for name in ("Track", "Artist", "Album"))
    apps.get_model("catalog", "SearchState").objects.update_or_create(
        id=1, defaults={"layout": state.NEVER_BUILT if listed else state.LAYOUT}
    )


def make_heads(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for kind in tables.KINDS:
                cursor.execute(f"CREATE TABLE IF NOT EXISTS {tables.LIVE}_{kind}_head (sid bigint NOT NULL)")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_cards_in_place")]

    operations = [
        migrations.CreateModel(
            name="SearchState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("generation", models.BigIntegerField(default=0)),
                ("layout", models.PositiveSmallIntegerField(default=0)),
                ("bumped_at", models.DateTimeField(null=True)),
                ("behind", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="SearchBuild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("index", models.CharField(max_length=32)),
                ("layout", models.PositiveSmallIntegerField()),
                ("step", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=8)),
                ("sid", models.BigIntegerField(default=-1)),
                ("started_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchMissed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("subject_id", models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="searchchange",
            name="lane",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddIndex(
            model_name="searchchange",
            index=models.Index(fields=["lane", "id"], name="search_change_next"),
        ),
        migrations.RunPython(renew, make_heads),
    ]
