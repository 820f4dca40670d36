"""Create the tables of the search index, which are the index's own: Django's models do not know them."""

from django.db import migrations

from catalog.search import tables


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        tables.create(cursor, tables.LIVE)


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for index in tables.indexes(cursor):
            tables.drop(cursor, index)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
