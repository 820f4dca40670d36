"""Decide which songs get a ladder, and when: settings.PACKAGING, plays, and the operator.

`eager` makes one of everything, the most played first; `on_demand` of what curators upload and listeners play; `off`
of what the command `package --ladder` asks for. No message tells of what is asked for here: the next sweep does.
"""

from collections.abc import Collection, Iterator

from django.conf import settings
from django.utils import timezone

from catalog import ladder, work
from catalog.models import Track, Upload, Work, popularity
from spotify_lite.given import Given

# Priorities; to each comes the song's bucket / 4, so 0 to 31. The making of sources has 0.
UPLOADED = 5
PLAYED = 10
UNASKED = 50
SLICE = 2_000  # songs a step of the walk, a statement each: some 20 ms
ENOUGH = 1_000  # ladders that wait, at which the walk waits too: the table of work stays small, whatever the catalog is

# The sources of these songs whose bytes have no ladder by this recipe. One that waits already may move forward.
_ASK = Given(
    """
    INSERT INTO catalog_work (kind, subject_id, payload, priority, state, attempts, ready_at, lease_owner, reason,
                              created_at)
    SELECT 'ladder', master.id, '{{}}', given.priority + track.bucket / 4, 'queued', 0, given.at, '', '', given.at
    FROM {given}
    JOIN catalog_track AS track ON track.id = given.track_id
    JOIN catalog_rendition AS source ON source.track_id = track.id AND source.name = 'source'
    JOIN catalog_master AS master ON master.id = source.master_id
    WHERE track.available AND NOT EXISTS (
        SELECT 1 FROM catalog_measurement AS measured
        WHERE measured.master_id = master.id AND measured.fingerprint = master.fingerprint
        AND (measured.recipe > given.recipe OR measured.recipe = given.recipe AND measured.steps = given.steps)
    )
    ORDER BY master.id
    ON CONFLICT (kind, subject_id) DO UPDATE SET priority = excluded.priority
    WHERE catalog_work.state = 'queued' AND catalog_work.priority > excluded.priority
    RETURNING 1
    """,
    track_id="bigint",
    priority="smallint",
    at="timestamptz",
    recipe="smallint",
    steps="text",
)


def note_source(track_id: int) -> None:
    """Ask for the ladder of a song whose source has just been made, in the caller's transaction, if policy says so."""
    if settings.PACKAGING == "off":
        return
    if Upload.objects.filter(track_id=track_id).exists():
        _ask([track_id], UPLOADED)
    elif settings.PACKAGING == "eager":
        _ask([track_id], UNASKED)


def note_import(track_ids: Collection[int]) -> None:
    """Ask for the ladders of songs that an import plays where they lie, in its transaction, if policy says so."""
    if settings.PACKAGING == "eager":
        _ask(track_ids, UNASKED)


def note_plays(track_ids: Collection[int]) -> None:
    """Ask for the ladders of songs that were just heard, in the caller's transaction: one statement."""
    if settings.PACKAGING != "off":
        _ask(track_ids, PLAYED)


def ask(*, everything: bool) -> Iterator[int]:
    """Ask for the ladder of every song that was played, or of every song; yield how many more were asked for."""
    after: tuple[int, int] | None = (-1, 0)
    while after:
        asked, after = _step(after, everything=everything)
        yield asked


def begin_walk() -> None:
    """Have a walk look for what lacks a ladder, if policy wants one of everything and no walk is on its way."""
    if settings.PACKAGING == "eager" and not Work.objects.filter(kind="ladders").exists():
        work.enqueue("ladders", 0, payload={"after": [-1, 0]}, priority=work.LOWEST)


def go_on(row: Work) -> None:
    """Take the step of the walk that the row's payload names."""
    if settings.PACKAGING != "eager":
        return
    if Work.objects.filter(kind="ladder", state=Work.State.QUEUED).count() >= ENOUGH:
        raise work.Later
    bucket, track_id = row.payload["after"]
    _, after = _step((bucket, track_id), everything=True)
    if after:
        work.enqueue("ladders", 0, payload={"after": list(after)}, priority=work.LOWEST)


def _step(after: tuple[int, int], *, everything: bool) -> tuple[int, tuple[int, int] | None]:
    """Ask for the next slice of songs, the most played first; return how many lacked it, and where the next begins."""
    rows = _songs(after, everything=everything)
    asked = _ask([track_id for _, track_id in rows], UNASKED) if rows else 0
    return asked, rows[-1] if len(rows) == SLICE else None


def _songs(after: tuple[int, int], *, everything: bool) -> list[tuple[int, int]]:
    """Return the next slice by bucket and id: two ranges of the index, where one condition would walk it from afar."""
    bucket, track_id = after
    songs = Track.objects.order_by("bucket", "id").values_list("bucket", "id")
    if not everything:
        songs = songs.filter(bucket__lt=popularity.UNPLAYED)
    rows = list(songs.filter(bucket=bucket, id__gt=track_id)[:SLICE])
    return rows + list(songs.filter(bucket__gt=bucket)[: SLICE - len(rows)])


def _ask(track_ids: Collection[int], priority: int) -> int:
    if not track_ids:
        return 0
    now, steps = timezone.now(), ladder.steps_wanted()
    return len(_ASK.run([(track_id, priority, now, ladder.RECIPE, steps) for track_id in track_ids]))
