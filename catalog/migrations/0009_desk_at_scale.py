"""Indexes of what is little: the lists and searches of curators ask for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0008_browse"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="album",
            index=models.Index(
                condition=models.Q(("tracks_count", 0)), fields=["sort_title", "id"], name="album_silent"
            ),
        ),
        migrations.AddIndex(
            model_name="artist",
            index=models.Index(
                condition=models.Q(("tracks_count", 0)), fields=["sort_name", "id"], name="artist_silent"
            ),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("explicit", True)), fields=["sort_title", "id"], name="track_explicit"
            ),
        ),
    ]
