"""Make a master's ladder: encode its steps, and measure the sound in the same decode.

Apart from `catalog.ladder`, since what measures needs numpy, which only workers are to load.
"""

from pathlib import Path

from django.utils import timezone

from catalog import ffmpeg, ladder, measuring, media, work
from catalog.models import Master, Measurement, Work
from catalog.progress import Progress
from catalog.renditions import Made

MIME = 'audio/mp4; codecs="mp4a.40.2"'


def make_ladder(row: Work) -> None:
    """Make, store and show the ladder of the master that the row names; twice makes the same one.

    Raise work.Refused where the master cannot be read to its end, with the reason in words.
    """
    master = Master.objects.filter(id=row.subject_id).first()
    if master is None or ladder.stands(master) or not ladder.is_heard(master):
        return
    with media.open_master(master) as source, media.scratch() as folder:
        meter = measuring.Meter()
        progress = Progress(row, master.duration_ms)

        def take(piece: bytes) -> None:
            meter.take(piece)
            progress.tell(_ms(meter))

        paths = {step: folder / f"{ladder.name_of(step)}.mp4" for step in ladder.steps_of(master)}
        try:
            said = ffmpeg.run(master, source, folder, _told(paths), take=take)
        except measuring.Strange as error:
            raise work.Failed(f"What ffmpeg made is broken: {error}.") from error
        ffmpeg.compare_durations(_ms(meter), master.duration_ms)
        made = [_store(step, path) for step, path in paths.items()]
    loudness, true_peak = measuring.read_loudness(said)
    measured = Measurement(
        master=master,
        fingerprint=master.fingerprint,
        recipe=ladder.RECIPE,
        steps=ladder.steps_wanted(),
        samples=meter.samples,
        sample_rate=meter.sample_rate,
        loudness_lufs=loudness,
        true_peak_dbtp=true_peak,
        waveform=meter.waveform,
        created_at=timezone.now(),
    )
    ladder.show(measured, made)


def _told(paths: dict[int, Path]) -> list[str]:
    """Return ffmpeg's outputs: the PCM to measure, the steps, and the loudness of what they are made of."""
    heard = [f"[heard{step}]" for step in paths]
    graph = f"[0:a:0]asplit=2[whole][read];[read]{measuring.STEREO},asplit={len(paths) + 1}{''.join(heard)}[measured];"
    graph += f"[measured]{measuring.LOUDNESS}[loud]"
    told = ["-filter_complex_threads", "1", "-filter_complex", graph]
    told += ["-map", "[whole]", *ffmpeg.BARE, *measuring.PCM, "pipe:1"]
    for pad, (step, path) in zip(heard, paths.items(), strict=True):
        told += ["-map", pad, *ffmpeg.BARE, "-c:a", "aac", "-b:a", f"{step}k", *ffmpeg.FRAGMENTED, f"file:{path}"]
    return [*told, "-map", "[loud]", "-f", "null", "-"]


def _ms(meter: measuring.Meter) -> int:
    return meter.samples * 1000 // meter.sample_rate if meter.sample_rate else 0


def _store(step: int, path: Path) -> Made:
    index = ffmpeg.index_of(path)
    return Made(ladder.name_of(step), "mp4", MIME, media.put_rendition(path, "mp4"), index.duration_ms, index)
