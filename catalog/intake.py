"""Take in the changed files of a folder: have them read in the sandbox, complete what they say, and write batches."""

import dataclasses
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catalog import credits, ingest, media, names, paths, sandbox, scan, search, tagnames, tags  # noqa: A004
from catalog.identity import FolderPicture, Item
from catalog.models import AlbumCredit, Library

READERS = 2  # reading is a third of the work: two keep one writer busy
INDEXED = 5000  # files between two runs of the search indexer: what is in can be found before the end
LARGEST_PICTURE = 10_000_000  # bytes; the cutter refuses more
Progress = Callable[[int, int], None]  # files done, files to read


@dataclass(frozen=True)
class Known:
    """What the database knows of a path: its row."""

    id: int
    size: int
    mtime_ns: int
    master_id: int | None
    reason: str
    missing: bool

    def differs(self, seen: scan.Seen) -> bool:
        """Tell whether the file is not as it was, or was away."""
        return self.missing or (self.size, self.mtime_ns) != (seen.size, seen.mtime_ns)


def unseen(done: int, total: int) -> None:
    """Progress that nobody looks at."""


class Intake:
    """The taking in of one folder tree; `library` is None where the files are copied."""

    def __init__(self, root: Path, library: Library | None, known: dict[str, Known]) -> None:
        self._root, self._library, self._known = root, library, known
        self.read = 0
        self.stopped = False
        self.unreadable: list[tuple[str, str]] = []  # path and reason in words
        self.remarks: list[tuple[str, str]] = []  # path and what was mended
        self.doubtful: set[int] = set()  # masters that the changed paths led to before
        self._folders: dict[str, scan.Folder] = {}
        self._pictures: dict[str, FolderPicture | None] = {}  # by folder
        self._held: dict[str, list[Item]] = defaultdict(list)  # by folder: albums whose artist is not known yet
        self._unanswered: Counter[str] = Counter()  # files by folder

    def take(
        self,
        changed: list[tuple[scan.Folder, list[scan.Seen]]],
        *,
        progress: Progress = unseen,
        stop: Callable[[], bool] = bool,
    ) -> None:
        """Read these files and write them, batch by batch."""
        total = sum(len(files) for _, files in changed)
        if not total:
            return
        jobs = [self._job(folder, seen) for folder, files in changed for seen in files]
        stale = {row.id for job in jobs if (row := self._known.get(paths.to_text(job.tag.path)))}
        writer = ingest.Writer(self._library, stale=stale)
        batch: list[Item] = []
        with sandbox.Pool("catalog.tags:read", size=READERS) as pool:
            for done, answer in enumerate(pool.map(jobs), start=1):
                self.read += 1
                batch += self._settle(answer)
                while len(batch) >= ingest.BATCH:
                    writer.write(batch[: ingest.BATCH])
                    del batch[: ingest.BATCH]
                progress(done, total)
                if done % INDEXED == 0:
                    search.index_pending()
                if stop():
                    self.stopped = True
                    break
        writer.write(batch)

    def _job(self, folder: scan.Folder, seen: scan.Seen) -> sandbox.Job:
        self._unanswered[folder.path] += 1
        self._folders[folder.path] = folder
        about = {"path": paths.readable(seen.path), "library": self._library.pk if self._library else 0}
        return sandbox.Job(f"{self._root}/{seen.path}", about, tag=seen)

    def _settle(self, answer: sandbox.Answer) -> list[Item]:
        """Return what can be written now: an album whose tags name no artist waits for the rest of its folder."""
        item = self._item(answer)
        folder = answer.job.tag.path.rpartition("/")[0]
        settled = [item]
        if item.reading and item.reading.album and not item.reading.album_artist:
            self._held[folder].append(item)
            settled = []
        self._unanswered[folder] -= 1
        if not self._unanswered[folder]:
            settled += self._with_album_artists(folder, self._held.pop(folder, []))
        return settled

    def _item(self, answer: sandbox.Answer) -> Item:
        seen: scan.Seen = answer.job.tag
        path, stored = paths.to_text(seen.path), None
        reading, reason = understand(answer)
        if reading and not self._library:
            try:
                stored = _store(Path(answer.job.path), reading)
            except OSError as error:
                reading, reason = None, f"could not be copied: {(error.strerror or 'unknown error').lower()}"
        if reading is None:
            self.unreadable.append((seen.path, reason))
        else:
            self.remarks += [(seen.path, remark) for remark in reading.remarks]
        row = self._known.get(path)
        if row and row.master_id:
            self.doubtful.add(row.master_id)
        return Item(
            path=path,
            absolute=Path(answer.job.path),
            size=answer.size or seen.size,
            mtime_ns=answer.mtime_ns or seen.mtime_ns,
            reading=reading,
            reason=reason,
            file_id=row.id if row else None,
            master_id=row.master_id if row else None,
            folder_picture=self._picture(seen.path.rpartition("/")[0]) if reading else None,
            stored=stored,
        )

    def _picture(self, folder: str) -> FolderPicture | None:
        """Return the picture beside the music, if there is one."""
        if folder not in self._pictures:
            found, seen = None, self._folders[folder].picture
            if seen:
                key = ""
                try:
                    if 0 < seen.size <= LARGEST_PICTURE:
                        key = hashlib.sha256((self._root / seen.path).read_bytes()).hexdigest()
                except OSError:
                    pass  # a picture is not worth an error: the album is shown without
                path = paths.to_text(seen.path)
                row = self._known.get(path)
                found = FolderPicture(path, key, seen.size, seen.mtime_ns, row is None or row.differs(seen))
            self._pictures[folder] = found
        return self._pictures[folder]

    def _with_album_artists(self, folder: str, items: list[Item]) -> list[Item]:
        """Give the albums of a folder the artist that their tags leave out."""
        groups: dict[str, list[tags.Reading]] = defaultdict(list)
        for item in items:
            if item.reading:
                groups[names.fold(item.reading.album)].append(item.reading)
        artists = {album: _album_artist(readings) for album, readings in groups.items()}
        artists |= self._artists_there(folder, set(artists))
        return [
            dataclasses.replace(
                item, reading=dataclasses.replace(item.reading, album_artist=shown, album_credits=people)
            )
            for item in items
            if item.reading
            for shown, people in [artists[names.fold(item.reading.album)]]
        ]

    def _artists_there(self, folder: str, albums: set[str]) -> dict[str, tuple[str, list[credits.Credit]]]:
        """Return the artists of those albums that files of the folder, which are not read now, belong to already."""
        if not albums:
            return {}
        prefix = paths.to_text(folder) + "/" if folder else ""
        masters = {
            row.master_id
            for path, row in self._known.items()
            if path.startswith(prefix) and "/" not in path[len(prefix) :]
        } - self.doubtful
        credited = AlbumCredit.objects.filter(album__tracks__masters__in=masters).order_by("position")
        found: dict[str, tuple[str, list[credits.Credit]]] = {}
        for one in credited.select_related("album", "artist").distinct():
            _, people = found.setdefault(names.fold(one.album.title), (one.album.artist, []))
            people.append(credits.Credit(one.artist.name, "main", one.artist.mbid))
        return {album: artist for album, artist in found.items() if album in albums}


def understand(answer: sandbox.Answer) -> tuple[tags.Reading | None, str]:
    """Return what the sandboxed reader made of a file, or None and why not, as the end of "FILE ..."."""
    if answer.value is None:
        return None, answer.reason
    try:
        return tags.Reading.of(answer.value), ""
    except (TypeError, KeyError):
        return None, "made the reader misbehave"


def alone(reading: tags.Reading) -> tags.Reading:
    """Return the reading of a file that came without its folder: where its tags name no album artist, it does."""
    if not reading.album or reading.album_artist:
        return reading
    shown, people = _album_artist([reading])
    return dataclasses.replace(reading, album_artist=shown, album_credits=people)


def _album_artist(readings: list[tags.Reading]) -> tuple[str, list[credits.Credit]]:
    if any(one.compilation for one in readings):
        return credits.VARIOUS, [credits.Credit(credits.VARIOUS, "main")]
    return credits.album_artist([(one.artist, one.credits) for one in readings])


def _store(path: Path, reading: tags.Reading) -> media.Stored:
    container = reading.sound.container
    return media.put_master(path, tagnames.SUFFIX.get(container, container))
