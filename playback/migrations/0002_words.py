"""Names for people to read; no table changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0005_words"),
        ("playback", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="play",
            options={"verbose_name": "play", "verbose_name_plural": "plays"},
        ),
        migrations.AlterField(
            model_name="play",
            name="counted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="counted"),
        ),
        migrations.AlterField(
            model_name="play",
            name="device",
            field=models.CharField(blank=True, max_length=100, verbose_name="device"),
        ),
        migrations.AlterField(
            model_name="play",
            name="listener",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name="account"
            ),
        ),
        migrations.AlterField(
            model_name="play",
            name="started_at",
            field=models.DateTimeField(verbose_name="begun"),
        ),
        migrations.AlterField(
            model_name="play",
            name="track",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="catalog.track", verbose_name="song"
            ),
        ),
    ]
