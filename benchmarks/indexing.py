"""Build the search index of an invented catalog without the catalog's rows, which would be many times as large.

    VAR_DIR=... python -m benchmarks.indexing FOLDER --tracks 10000000

The songs are written to files, sorted by sid there, and given to the function that `search_rebuild` calls. A run that
was killed goes on where it was.
"""

import argparse
import itertools
import json
import os
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")
django.setup()

from tqdm import tqdm  # noqa: E402

from catalog import invented  # noqa: E402
from catalog.credits import credit  # noqa: E402
from catalog.models import popularity  # noqa: E402
from catalog.search import documents, rebuilding  # noqa: E402
from catalog.search.documents import Document  # noqa: E402
from catalog.search.entries import BATCH, Batch  # noqa: E402

KINDS = ("track", "artist", "album")
DIGITS = 13  # of a sid: 41 bits
MEMORY = "512M"  # for sorting


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sorted files")
    parser.add_argument("--tracks", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = options.folder
    if not folder.exists():
        sort(folder, tracks=options.tracks, seed=options.seed)
    files = {kind: Sorted(kind, folder / kind) for kind in KINDS}
    units = (rebuilding.READING + 1) * sum(file.count() for file in files.values())
    with tqdm(total=units, unit=" units", desc="Indexing") as bar:
        count = rebuilding.rebuild(source=lambda kind, sid: files[kind].after(sid), progress=bar.update)
    print(f"{count} documents")


def sort(folder: Path, *, tracks: int, seed: int) -> None:
    """Write a file of each kind, a line a row, in the order of sids; the folder appears when all of them are whole."""
    making = folder.with_suffix(".making")
    making.mkdir(exist_ok=True)
    with ExitStack() as stack, tqdm(total=tracks, unit=" tracks", desc="Inventing") as bar:
        outs = {kind: stack.enter_context((making / f"{kind}.unsorted").open("w")) for kind in KINDS}
        ids = {kind: itertools.count(1) for kind in KINDS}
        made, number = 0, 0
        while made < tracks:
            added = write_artist(outs, ids, seed, number)
            made, number = made + added, number + 1
            bar.update(added)
    for kind in KINDS:
        unsorted = making / f"{kind}.unsorted"
        command = ["sort", "-S", MEMORY, "-T", str(making), "-o", str(making / kind), str(unsorted)]
        subprocess.run(command, check=True, env=os.environ | {"LC_ALL": "C"})
        unsorted.unlink()
    making.rename(folder)


def write_artist(outs: dict[str, TextIO], ids: dict[str, "itertools.count[int]"], seed: int, number: int) -> int:
    """Write one artist with their albums and songs, as an import would make them of the rows; return the songs."""
    who = invented.artist(seed, number)
    albums: dict[str, dict[str, Any]] = {}
    songs = plays = 0
    for row in invented.rows_of(seed, number):
        shown, people = credit(artist=[row.artist])
        told = {
            "title": row.title,
            "artists": list(dict.fromkeys([*(one.name for one in people), shown])),
            "aliases": documents.split_aliases(row.aliases),
            "album": row.album,
            "year": row.year,
            "genres": [genre.strip() for genre in row.genre.split(";")],
        }
        write(outs["track"], row.plays, next(ids["track"]), told)
        songs, plays = songs + 1, plays + row.plays
        if row.album:
            record = albums.setdefault(row.album, told | {"title": row.album, "artists": [who.name], "plays": 0})
            record["plays"] += row.plays
    for record in albums.values():
        heard = record.pop("plays")
        write(outs["album"], heard, next(ids["album"]), record | {"album": ""})
    name = {"title": who.name, "aliases": documents.split_aliases(who.aliases)}
    write(outs["artist"], plays, next(ids["artist"]), name)
    return songs


def write(out: TextIO, plays: int, row_id: int, told: dict[str, Any]) -> None:
    sid = popularity.sid_of(popularity.bucket_of(plays), row_id)
    out.write(f"{sid:0{DIGITS}}\t{row_id}\t{json.dumps(told, ensure_ascii=False)}\n")


@dataclass
class Sorted:
    """A file of rows of one kind in the order of sids."""

    kind: str
    path: Path

    def count(self) -> int:
        with self.path.open("rb") as lines:
            return sum(1 for _ in lines)

    def after(self, sid: int) -> Batch:
        """Return the documents that follow a sid."""
        with self.path.open("rb") as lines:
            lines.seek(self._place(lines, sid))
            found = [self._document(line) for line in itertools.islice(lines, BATCH)]
        return Batch(found, len(found), found[-1].sid if found else sid)

    def _place(self, lines: Any, sid: int) -> int:
        """Return where the first line after the sid begins: a search by halves, since the file is sorted."""
        low, high = 0, self.path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            lines.seek(middle)
            if middle:
                lines.readline()  # the rest of a line
            line = lines.readline()
            if line and int(line[:DIGITS]) <= sid:
                low = lines.tell()
            else:
                high = middle
        lines.seek(low)
        for line in lines:  # at most one
            if int(line[:DIGITS]) > sid:
                break
            low += len(line)
        return low

    def _document(self, line: bytes) -> Document:
        sid, row_id, told = line.decode().split("\t", 2)
        return documents.read(kind=self.kind, sid=int(sid), row_id=int(row_id), **json.loads(told))


if __name__ == "__main__":
    main()
