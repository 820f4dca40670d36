"""The names that devices search by themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_album_gain")]

    operations = [
        migrations.CreateModel(
            name="Pocket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("layout", models.PositiveSmallIntegerField(default=0)),
                ("made_of", models.CharField(blank=True, max_length=48)),
                ("told", models.JSONField(default=dict)),
                ("base", models.BinaryField(default=bytes)),
                ("due_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PocketPiece",
            fields=[
                ("digest", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
