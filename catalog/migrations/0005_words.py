"""Names for people to read; no table changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_curators"),
    ]

    operations = [
        migrations.AlterField(
            model_name="libraryfile",
            name="library",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="files",
                to="catalog.library",
                verbose_name="library",
            ),
        ),
        migrations.AlterField(
            model_name="libraryfile",
            name="master",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="files",
                to="catalog.master",
                verbose_name="master",
            ),
        ),
        migrations.AlterField(
            model_name="libraryfile",
            name="size",
            field=models.PositiveBigIntegerField(verbose_name="size"),
        ),
        migrations.AlterField(
            model_name="master",
            name="bit_depth",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="bit depth"),
        ),
        migrations.AlterField(
            model_name="master",
            name="bitrate",
            field=models.PositiveIntegerField(null=True, verbose_name="kbit/s"),
        ),
        migrations.AlterField(
            model_name="master",
            name="channels",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="channels"),
        ),
        migrations.AlterField(
            model_name="master",
            name="codec",
            field=models.CharField(max_length=16, verbose_name="codec"),
        ),
        migrations.AlterField(
            model_name="master",
            name="container",
            field=models.CharField(max_length=16, verbose_name="container"),
        ),
        migrations.AlterField(
            model_name="master",
            name="duration_ms",
            field=models.PositiveIntegerField(default=0, verbose_name="milliseconds"),
        ),
        migrations.AlterField(
            model_name="master",
            name="fingerprint",
            field=models.CharField(max_length=64, verbose_name="fingerprint"),
        ),
        migrations.AlterField(
            model_name="master",
            name="sample_rate",
            field=models.PositiveIntegerField(null=True, verbose_name="sample rate"),
        ),
        migrations.AlterField(
            model_name="master",
            name="size",
            field=models.PositiveBigIntegerField(verbose_name="size"),
        ),
        migrations.AlterField(
            model_name="master",
            name="track",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="masters",
                to="catalog.track",
                verbose_name="song",
            ),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="bitrate",
            field=models.PositiveIntegerField(null=True, verbose_name="kbit/s"),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="created_at",
            field=models.DateTimeField(verbose_name="made"),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="key",
            field=models.CharField(max_length=64, verbose_name="key"),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="master",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="renditions",
                to="catalog.master",
                verbose_name="master",
            ),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="mime",
            field=models.CharField(max_length=64, verbose_name="type"),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="name",
            field=models.CharField(max_length=16, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="size",
            field=models.PositiveBigIntegerField(verbose_name="size"),
        ),
        migrations.AlterField(
            model_name="rendition",
            name="track",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="renditions",
                to="catalog.track",
                verbose_name="song",
            ),
        ),
        migrations.AlterField(
            model_name="upload",
            name="known_before",
            field=models.BooleanField(default=False, verbose_name="here before"),
        ),
    ]
