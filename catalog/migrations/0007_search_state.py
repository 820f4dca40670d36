"""Keep the index's generation; an index of the layout before this is dropped, and built anew by the indexer."""

from django.db import migrations, models

from catalog.search import tables


def renew(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for index in tables.indexes(cursor):
            tables.drop(cursor, index)
        tables.create(cursor, tables.LIVE)


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
            ],
        ),
        migrations.RunPython(renew, renew),
    ]
