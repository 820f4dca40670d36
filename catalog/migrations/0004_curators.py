"""The group `curators` with its permissions, a history that cannot be rewritten, and names for people to read."""

import django.db.models.deletion
from django.db import migrations, models

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
        migrations.AlterModelOptions(
            name='album',
            options={'verbose_name': 'album', 'verbose_name_plural': 'albums'},
        ),
        migrations.AlterModelOptions(
            name='albumcredit',
            options={'verbose_name': 'credit', 'verbose_name_plural': 'credits'},
        ),
        migrations.AlterModelOptions(
            name='artist',
            options={'verbose_name': 'artist', 'verbose_name_plural': 'artists'},
        ),
        migrations.AlterModelOptions(
            name='credit',
            options={'verbose_name': 'credit', 'verbose_name_plural': 'credits'},
        ),
        migrations.AlterModelOptions(
            name='genre',
            options={'verbose_name': 'genre', 'verbose_name_plural': 'genres'},
        ),
        migrations.AlterModelOptions(
            name='library',
            options={'verbose_name': 'library', 'verbose_name_plural': 'libraries'},
        ),
        migrations.AlterModelOptions(
            name='libraryfile',
            options={'verbose_name': 'file', 'verbose_name_plural': 'files'},
        ),
        migrations.AlterModelOptions(
            name='master',
            options={'verbose_name': 'master', 'verbose_name_plural': 'masters'},
        ),
        migrations.AlterModelOptions(
            name='rendition',
            options={'verbose_name': 'rendition', 'verbose_name_plural': 'renditions'},
        ),
        migrations.AlterModelOptions(
            name='track',
            options={'verbose_name': 'song', 'verbose_name_plural': 'songs'},
        ),
        migrations.AlterModelOptions(
            name='trackgenre',
            options={'verbose_name': 'genre', 'verbose_name_plural': 'genres'},
        ),
        migrations.AlterModelOptions(
            name='work',
            options={'permissions': [('retry_work', 'Can try failed work again')], 'verbose_name': 'work', 'verbose_name_plural': 'work'},
        ),
        migrations.AlterField(
            model_name='album',
            name='artist',
            field=models.CharField(max_length=512, verbose_name='artist as shown'),
        ),
        migrations.AlterField(
            model_name='album',
            name='compilation',
            field=models.BooleanField(default=False, verbose_name='compilation'),
        ),
        migrations.AlterField(
            model_name='album',
            name='plays',
            field=models.PositiveBigIntegerField(default=0, verbose_name='plays'),
        ),
        migrations.AlterField(
            model_name='album',
            name='title',
            field=models.CharField(max_length=256, verbose_name='title'),
        ),
        migrations.AlterField(
            model_name='album',
            name='tracks_count',
            field=models.PositiveIntegerField(default=0, verbose_name='songs'),
        ),
        migrations.AlterField(
            model_name='album',
            name='year',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year'),
        ),
        migrations.AlterField(
            model_name='albumcredit',
            name='artist',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='album_credits', to='catalog.artist', verbose_name='artist'),
        ),
        migrations.AlterField(
            model_name='albumcredit',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='artist',
            name='albums_count',
            field=models.PositiveIntegerField(default=0, verbose_name='albums'),
        ),
        migrations.AlterField(
            model_name='artist',
            name='aliases',
            field=models.TextField(blank=True, verbose_name='other names'),
        ),
        migrations.AlterField(
            model_name='artist',
            name='name',
            field=models.CharField(max_length=256, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='artist',
            name='plays',
            field=models.PositiveBigIntegerField(default=0, verbose_name='plays'),
        ),
        migrations.AlterField(
            model_name='artist',
            name='tracks_count',
            field=models.PositiveIntegerField(default=0, verbose_name='songs'),
        ),
        migrations.AlterField(
            model_name='credit',
            name='artist',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='catalog.artist', verbose_name='artist'),
        ),
        migrations.AlterField(
            model_name='credit',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='credit',
            name='role',
            field=models.CharField(choices=[('main', 'main artist'), ('featured', 'featured'), ('remixer', 'remixer'), ('composer', 'composer'), ('conductor', 'conductor'), ('lyricist', 'lyricist')], default='main', max_length=16, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='genre',
            name='name',
            field=models.CharField(max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='genre',
            name='slug',
            field=models.CharField(max_length=100, unique=True, verbose_name='address'),
        ),
        migrations.AlterField(
            model_name='genre',
            name='tracks_count',
            field=models.PositiveIntegerField(default=0, verbose_name='songs'),
        ),
        migrations.AlterField(
            model_name='library',
            name='root',
            field=models.CharField(max_length=4096, unique=True, verbose_name='folder'),
        ),
        migrations.AlterField(
            model_name='libraryfile',
            name='missing',
            field=models.BooleanField(default=False, verbose_name='missing'),
        ),
        migrations.AlterField(
            model_name='libraryfile',
            name='path',
            field=models.CharField(max_length=4096, verbose_name='path'),
        ),
        migrations.AlterField(
            model_name='libraryfile',
            name='reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='track',
            name='album',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tracks', to='catalog.album', verbose_name='album'),
        ),
        migrations.AlterField(
            model_name='track',
            name='artist',
            field=models.CharField(max_length=512, verbose_name='artist as shown'),
        ),
        migrations.AlterField(
            model_name='track',
            name='available',
            field=models.BooleanField(default=True, verbose_name='file there'),
        ),
        migrations.AlterField(
            model_name='track',
            name='disc_number',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='disc'),
        ),
        migrations.AlterField(
            model_name='track',
            name='duration_ms',
            field=models.PositiveIntegerField(default=0, verbose_name='length'),
        ),
        migrations.AlterField(
            model_name='track',
            name='explicit',
            field=models.BooleanField(default=False, verbose_name='explicit'),
        ),
        migrations.AlterField(
            model_name='track',
            name='plays',
            field=models.PositiveBigIntegerField(default=0, verbose_name='plays'),
        ),
        migrations.AlterField(
            model_name='track',
            name='published',
            field=models.BooleanField(default=True, verbose_name='published'),
        ),
        migrations.AlterField(
            model_name='track',
            name='release_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='release'),
        ),
        migrations.AlterField(
            model_name='track',
            name='title',
            field=models.CharField(max_length=256, verbose_name='title'),
        ),
        migrations.AlterField(
            model_name='track',
            name='track_number',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='track',
            name='year',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year'),
        ),
        migrations.AlterField(
            model_name='trackgenre',
            name='genre',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='track_genres', to='catalog.genre', verbose_name='genre'),
        ),
        migrations.AlterField(
            model_name='trackgenre',
            name='position',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='place'),
        ),
        migrations.AlterField(
            model_name='work',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='attempts'),
        ),
        migrations.AlterField(
            model_name='work',
            name='kind',
            field=models.CharField(max_length=24, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='work',
            name='ready_at',
            field=models.DateTimeField(verbose_name='not before'),
        ),
        migrations.AlterField(
            model_name='work',
            name='reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='work',
            name='state',
            field=models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('failed', 'failed')], default='queued', max_length=8, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='work',
            name='subject_id',
            field=models.BigIntegerField(verbose_name='subject'),
        ),
        migrations.RunPython(make_triggers, drop_triggers),
        migrations.RunPython(make_group, drop_group),
    ]
