"""The group `curators` with its permissions, and a history that cannot be rewritten."""

from django.db import migrations

GROUP = "curators"
MAY = {  # model: what a curator may do with it
    "artist": ("view", "add", "change", "delete"),  # the database keeps what anything refers to
    "album": ("view", "add", "change", "delete"),
    "genre": ("view", "add", "change", "delete"),
    "track": ("view", "add", "change"),  # an import would bring it back: hide it instead
    "upload": ("view", "add", "change"),
    "change": ("view",),
    "library": ("view",),
    "libraryfile": ("view",),
    "master": ("view",),
    "rendition": ("view",),
    "work": ("view", "retry"),
}
REFUSED = "The history of the catalog can only be added to."
# A later migration that alters catalog_change on SQLite makes the table anew, and must make these triggers anew too.
TRIGGERS = {
    "sqlite": [
        f"""CREATE TRIGGER catalog_change_no_{verb} BEFORE {verb} ON catalog_change
            BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"""
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        f"""CREATE FUNCTION catalog_change_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$""",
        """CREATE TRIGGER catalog_change_append_only BEFORE UPDATE OR DELETE ON catalog_change
            FOR EACH ROW EXECUTE FUNCTION catalog_change_refuse()""",
    ],
}
UNDONE = {
    "sqlite": ["DROP TRIGGER catalog_change_no_UPDATE", "DROP TRIGGER catalog_change_no_DELETE"],
    "postgresql": [
        "DROP TRIGGER catalog_change_append_only ON catalog_change",
        "DROP FUNCTION catalog_change_refuse()",
    ],
}


def make_triggers(apps, schema_editor):
    for statement in TRIGGERS[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    for statement in UNDONE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def make_group(apps, schema_editor):
    """Make the group. Django makes permissions after the last migration: these are made here, and found by it then."""
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    for model, verbs in MAY.items():
        kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="catalog", model=model)
        for verb in verbs:
            permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=kind,
                codename=f"{verb}_{model}",
                defaults={"name": "Can try failed work again" if verb == "retry" else f"Can {verb} {model}"},
            )
            group.permissions.add(permission)


def drop_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_desk'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.RunPython(make_triggers, drop_triggers),
        migrations.RunPython(make_group, drop_group),
    ]
