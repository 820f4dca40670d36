"""Know what a master's ladder is: AAC in steps of bit rate, and a measurement, whole or not at all."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from catalog import albumgains, derived, imports, loudness, renditions
from catalog.loudness import Heard
from catalog.models import Master, Measurement, Rendition, Track
from catalog.renditions import Made

RECIPE = 1  # one more whenever the same master should become something else; a lower one never takes a higher's place
PREFERRED = 128  # kbit/s: what plays at first everywhere (`playback.links.PREFERRED`), so it is made of everything
WORTH = 1.1  # a step so far above a lossy master's rate would keep what is not there
LOSSLESS = {"flac", "alac", "pcm", "ape"}


def name_of(step: int) -> str:
    """Return the name of a step's rendition."""
    return f"aac{step}"


def steps_of(master: Master) -> list[int]:
    """Return the bit rates (kbit/s) of a master's ladder, upwards: of settings.LADDER, without what adds nothing.

    The lowest and the preferred one are made of everything; a step above the rate of a lossy master would only be
    larger.
    """
    steps = sorted(settings.LADDER)
    if master.codec in LOSSLESS or not master.bitrate:
        return steps
    return [step for step in steps if step in {steps[0], PREFERRED} or step <= WORTH * master.bitrate]


def steps_wanted() -> str:
    """Return the setting in one spelling: another one makes every ladder anew."""
    return ",".join(map(str, sorted(settings.LADDER)))


def stands(master: Master) -> bool:
    """Say whether the ladder of these bytes is there, by this recipe and these steps or by a later recipe."""
    measured = Measurement.objects.filter(master=master, fingerprint=master.fingerprint).first()
    return measured is not None and (
        measured.recipe > RECIPE or (measured.recipe == RECIPE and measured.steps == steps_wanted())
    )


def keep_to(heard: Mapping[int, int]) -> None:
    """Drop the ladders of songs that play another master now (song -> master), or other bytes.

    The others keep the gain that was measured, whatever a file's tags said when it was read again. In the caller's
    transaction, which refreshes the cards.
    """
    measured = Measurement.objects.filter(master__track_id__in=heard).select_related("master")
    outdated = []
    for one in measured.defer("waveform"):
        if one.master_id != heard[one.master.track_id] or one.fingerprint != one.master.fingerprint:
            outdated.append(one.master_id)
        elif one.loudness_lufs is not None:
            Track.objects.filter(id=one.master.track_id).update(gain_db=gain_of(one))
    if outdated:
        Rendition.objects.filter(master_id__in=outdated).exclude(name="source").delete()
        Measurement.objects.filter(master_id__in=outdated).delete()


def gain_of(one: Measurement) -> float | None:
    """Return the gain of what was measured, in dB; None for silence."""
    return loudness.gain_of(Heard(one.loudness_lufs, one.true_peak_dbtp, one.samples / one.sample_rate))


def is_heard(master: Master) -> bool:
    """Is it what its track plays? A ladder of other sound would be heard in the middle of a song."""
    return Rendition.objects.filter(track_id=master.track_id, name="source", master=master).exists()


def show(measured: Measurement, made: list[Made]) -> None:
    """Write the rows that make the ladder visible, all in one transaction, unless something newer stands there."""
    with transaction.atomic():
        imports.hold_catalog()
        master = Master.objects.filter(id=measured.master_id, fingerprint=measured.fingerprint).first()
        if master is None or stands(master) or not is_heard(master):
            return
        kept = {"source", *(one.name for one in made)}
        Rendition.objects.filter(track_id=master.track_id).exclude(name__in=kept).delete()
        renditions.show(master, made)
        measured.save()
        keep_to({master.track_id: master.id})
        derived.refresh_cards([master.track_id])
        albumgains.note_of_track(master.track_id)
        derived.bump_version()
