"""Take in the changed files of a supply: have them read in the sandbox, complete what they say, and write batches."""

import dataclasses
import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from catalog import (
    abreast,
    credits,  # noqa: A004
    ingest,
    media,
    names,
    paths,
    readings,
    sandbox,
    scan,
    search,
    stores,
    tagnames,
    tags,
)
from catalog.identity import FolderPicture, Item
from catalog.models import AlbumCredit, Cover, Library
from catalog.supply import Supply, Wanted

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


@dataclass(frozen=True)
class Understood:
    """What a file says, or why it cannot be taken in."""

    reading: tags.Reading | None
    reason: str = ""  # in words, as the end of "FILE ..."
    stored: media.Stored | None = None  # its copy


class Intake:
    """The taking in of one tree of files; `library` is None where they are copied."""

    def __init__(self, supply: Supply, library: Library | None, known: dict[str, Known]) -> None:
        self._supply, self._library, self._known = supply, library, known
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
        wanted = [self._want(folder, seen) for folder, files in changed for seen in files]
        stale = {row.id for one in wanted if (row := self._known.get(paths.to_text(one.seen.path)))}
        writer = ingest.Writer(self._library, stale=stale)
        batch: list[Item] = []
        with (
            sandbox.Pool("catalog.tags:read", size=READERS, window=self._supply.window) as pool,
            closing(self._understood(pool.map(self._supply.jobs(wanted)))) as read,
        ):
            for done, (answer, understood) in enumerate(read, start=1):
                self.read += 1
                batch += self._settle(answer, understood)
                while len(batch) >= ingest.BATCH:
                    self._write(writer, batch[: ingest.BATCH])
                    del batch[: ingest.BATCH]
                progress(done, total)
                if done % INDEXED == 0:
                    search.index_pending()
                if stop():
                    self.stopped = True
                    break
        self._write(writer, batch)

    def _write(self, writer: ingest.Writer, items: list[Item]) -> None:
        writer.write(items)
        self._supply.note(items)

    def _want(self, folder: scan.Folder, seen: scan.Seen) -> Wanted:
        self._unanswered[folder.path] += 1
        self._folders[folder.path] = folder
        return Wanted(seen, {"path": paths.readable(seen.path), "library": self._library.pk if self._library else 0})

    def _understood(self, answers: Iterator[sandbox.Answer]) -> Generator[tuple[sandbox.Answer, Understood]]:
        """Yield what was read; what is copied is sent meanwhile, several at once."""
        if self._library:
            for answer in answers:
                yield answer, Understood(*readings.understand(answer))
        else:
            senders = self._supply.senders
            yield from abreast.each(answers, self._copy, threads=senders, ahead=senders)

    def _copy(self, answer: sandbox.Answer) -> Understood:
        """Keep a copy of a file that can be read. Called from several threads."""
        try:
            reading, reason = readings.understand(answer)
            if reading is None:
                return Understood(None, reason)
            container = reading.sound.container
            return Understood(reading, "", self._supply.store(answer, tagnames.SUFFIX.get(container, container)))
        except stores.Unreachable:
            raise
        except OSError as error:
            return Understood(None, f"could not be copied: {(error.strerror or str(error)).lower()}")
        finally:
            self._supply.release(answer.job)

    def _settle(self, answer: sandbox.Answer, understood: Understood) -> list[Item]:
        """Return what can be written now: an album whose tags name no artist waits for the rest of its folder."""
        item = self._item(answer, understood)
        folder = answer.job.tag.path.rpartition("/")[0]
        settled = [item]
        if item.reading and item.reading.album and not item.reading.album_artist:
            self._held[folder].append(item)
            settled = []
        self._unanswered[folder] -= 1
        if not self._unanswered[folder]:
            settled += self._with_album_artists(folder, self._held.pop(folder, []))
        return settled

    def _item(self, answer: sandbox.Answer, understood: Understood) -> Item:
        seen: scan.Seen = answer.job.tag
        path, reading = paths.to_text(seen.path), understood.reading
        if reading is None:
            self.unreadable.append((seen.path, understood.reason))
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
            reason=understood.reason,
            file_id=row.id if row else None,
            master_id=row.master_id if row else None,
            folder_picture=self._picture(seen.path.rpartition("/")[0]) if reading else None,
            stored=understood.stored,
        )

    def _picture(self, folder: str) -> FolderPicture | None:
        """Return the picture beside the music, if there is one."""
        if folder not in self._pictures:
            found, seen = None, self._folders[folder].picture
            if seen:
                key = stored = ""
                try:
                    if 0 < seen.size <= LARGEST_PICTURE:
                        picture = self._supply.picture(seen)
                        key = hashlib.sha256(picture).hexdigest()
                        wanted = not (self._library or Cover.objects.filter(key=key).exists())
                    stored = _keep(picture, key, Path(seen.path).suffix) if wanted else ""
                except OSError:
                    pass  # a picture is not worth an error: the album is shown without
                path = paths.to_text(seen.path)
                row = self._known.get(path)
                found = FolderPicture(path, key, seen.size, seen.mtime_ns, row is None or row.differs(seen), stored)
            self._pictures[folder] = found
        return self._pictures[folder]

    def _with_album_artists(self, folder: str, items: list[Item]) -> list[Item]:
        """Give the albums of a folder the artist that their tags leave out."""
        groups: dict[str, list[tags.Reading]] = defaultdict(list)
        for item in items:
            if item.reading:
                groups[names.fold(item.reading.album)].append(item.reading)
        artists = {album: readings.album_artist(some) for album, some in groups.items()}
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


def _keep(picture: bytes, key: str, suffix: str) -> str:
    """Keep a picture until it is cut, and return its name in "masters"; no row names it, so a sweep takes it later."""
    return media.put_upload(io.BytesIO(picture), key, len(picture), suffix.strip(".").lower()).name
