"""Say in the cards of songs which an earlier version took in that their file is played in place: no edge has it."""

from django.db import migrations

IN_PLACE = "id IN (SELECT track_id FROM catalog_rendition WHERE file_id IS NOT NULL)"
# That version knew one rendition a song. A card that names more was written by this one.
MARKS = {
    "sqlite": f"""UPDATE catalog_track SET card = json_set(card, '$.audio[0].in_place', json('true'))
        WHERE json_array_length(card, '$.audio') = 1 AND {IN_PLACE}""",
    "postgresql": f"""UPDATE catalog_track SET card = jsonb_set(card, '{{audio,0,in_place}}', 'true')
        WHERE jsonb_array_length(card -> 'audio') = 1 AND {IN_PLACE}""",
}


def mark_cards(apps, schema_editor):
    schema_editor.execute(MARKS[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_delivery")]

    operations = [migrations.RunPython(mark_cards, migrations.RunPython.noop)]
