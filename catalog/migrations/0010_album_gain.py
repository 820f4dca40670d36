"""How loud albums are as wholes; of what was measured before, too, with the ceiling that peaks have now."""

from collections import defaultdict

from django.db import migrations, models
from django.db.models import Q

from catalog import bulk, loudness
from catalog.loudness import Heard

MEASURED = "master__measurement__"
BATCH = 500


def measure(apps, schema_editor):
    Rendition = apps.get_model("catalog", "Rendition")
    Album = apps.get_model("catalog", "Album")
    Track = apps.get_model("catalog", "Track")
    playable = Rendition.objects.filter(name="source")
    fields = (f"{MEASURED}loudness_lufs", f"{MEASURED}true_peak_dbtp", f"{MEASURED}samples", f"{MEASURED}sample_rate")
    of_tracks, of_albums = {}, defaultdict(list)
    measured = playable.filter(**{f"{MEASURED}samples__gt": 0})
    for track_id, album_id, lufs, peak, samples, rate in measured.values_list("track_id", "track__album_id", *fields):
        heard = Heard(lufs, peak, samples / rate)
        of_tracks[track_id] = loudness.gain_of(heard)
        of_albums[album_id].append((track_id, heard))
    of_albums.pop(None, None)  # songs without an album
    shown = Q(track__published=True, track__available=True)
    partly = set(
        playable.filter(shown, track__album_id__isnull=False, master__measurement__isnull=True).values_list(
            "track__album_id", flat=True
        )
    )
    hidden = set(measured.exclude(shown).values_list("track_id", flat=True))
    gains = {}
    for album_id in of_albums.keys() - partly:
        heard = [one for track_id, one in of_albums[album_id] if track_id not in hidden]
        gain = loudness.gain_of(loudness.joined(heard))
        if gain is not None:
            gains[album_id] = round(gain, 1)
    bulk.update(Album, ("gain_db", "id"), [(gain, album_id) for album_id, gain in gains.items()])
    ids = sorted(of_tracks)
    for start in range(0, len(ids), BATCH):
        tracks = list(Track.objects.filter(id__in=ids[start : start + BATCH]).only("album_id", "gain_db", "card"))
        for track in tracks:
            if of_tracks[track.id] is not None:
                track.gain_db = track.card["gain_db"] = of_tracks[track.id]
            track.card["album_gain_db"] = gains.get(track.album_id)
        bulk.save(tracks, ("gain_db", "card"))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_desk_at_scale")]

    excused = {
        "data": "100,000 measured songs take some ten seconds, in one transaction; who edits one meanwhile waits. The "
        "version before reads neither the new column nor the new part of a card, and a card that it writes anew "
        "gets that part with the album's next change.",
    }

    operations = [
        migrations.AddField(model_name="album", name="gain_db", field=models.FloatField(blank=True, null=True)),
        migrations.RunPython(measure, migrations.RunPython.noop),
    ]
