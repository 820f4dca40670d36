"""What lists walk along: indexes of what listeners see, the newest by id, and the genres of albums."""

import django.db.models.deletion
from django.db import migrations, models

import catalog.models.newest

FILL = """
    INSERT INTO catalog_albumgenre (album_id, genre_id, bucket)
    SELECT DISTINCT album.id, had.genre_id, album.bucket
    FROM catalog_album album
    JOIN catalog_track track ON track.album_id = album.id AND track.published AND track.available
        AND (track.release_at IS NULL OR track.release_at <= CURRENT_TIMESTAMP)
    JOIN catalog_trackgenre had ON had.track_id = track.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0007_search_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlbumGenre",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bucket", models.PositiveSmallIntegerField(default=127)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="album",
            name="album_popular",
        ),
        migrations.RemoveIndex(
            model_name="album",
            name="album_recent",
        ),
        migrations.RemoveIndex(
            model_name="album",
            name="album_by_year",
        ),
        migrations.RemoveIndex(
            model_name="artist",
            name="artist_popular",
        ),
        migrations.RemoveIndex(
            model_name="track",
            name="track_popular",
        ),
        migrations.RemoveIndex(
            model_name="track",
            name="track_recent",
        ),
        migrations.RemoveIndex(
            model_name="track",
            name="track_by_year",
        ),
        migrations.AddIndex(
            model_name="album",
            index=models.Index(
                condition=models.Q(("tracks_count__gt", 0)), fields=["bucket", "id"], name="album_popular"
            ),
        ),
        migrations.AddIndex(
            model_name="album",
            index=models.Index(
                condition=models.Q(("tracks_count__gt", 0)), fields=["year", "bucket", "id"], name="album_by_year"
            ),
        ),
        migrations.AddIndex(
            model_name="artist",
            index=models.Index(
                condition=models.Q(("tracks_count__gt", 0)), fields=["bucket", "id"], name="artist_popular"
            ),
        ),
        migrations.AddIndex(
            model_name="credit",
            index=models.Index(fields=["artist", "track"], name="credit_recent"),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("available", True), ("published", True)),
                fields=["bucket", "id"],
                name="track_popular",
            ),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("available", True), ("published", True)),
                fields=["year", "bucket", "id"],
                name="track_by_year",
            ),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                condition=models.Q(("available", True), ("published", True)),
                fields=["year", "id"],
                name="track_recent_of_year",
            ),
        ),
        migrations.AddIndex(
            model_name="trackgenre",
            index=models.Index(fields=["genre", "track"], name="track_genre_recent"),
        ),
        migrations.AddIndex(
            model_name="track",
            index=models.Index(
                catalog.models.newest.Newest("id"),
                condition=models.Q(("available", True), ("published", True)),
                name="track_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="album",
            index=models.Index(
                catalog.models.newest.Newest("id"), condition=models.Q(("tracks_count__gt", 0)), name="album_newest"
            ),
        ),
        migrations.AddField(
            model_name="albumgenre",
            name="album",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="album_genres",
                to="catalog.album",
            ),
        ),
        migrations.AddField(
            model_name="albumgenre",
            name="genre",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="album_genres",
                to="catalog.genre",
            ),
        ),
        migrations.AddIndex(
            model_name="albumgenre",
            index=models.Index(fields=["genre", "bucket", "album"], name="album_genre_popular"),
        ),
        migrations.AddConstraint(
            model_name="albumgenre",
            constraint=models.UniqueConstraint(fields=("album", "genre"), name="album_genre_unique"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
