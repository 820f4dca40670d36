"""Know where backups lie: a folder, or a prefix in a bucket, with objects by their hash and backups by their moment.

`objects/<aa>/<sha256>` are written once and shared by all backups; `backups/<moment>/` holds one of them, which is
whole if it has its `backup.json`, written last.
"""

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages

from catalog import stores
from catalog.folders import Folder

FORMAT = 1
MANIFEST = "backup.json"
PART = 1 << 30  # bytes: S3 takes no more than five of these at once
MOMENT = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{3}Z")
MOMENT_EXAMPLE = "20260102T030405.678Z"


class Unusable(Exception):
    """There is no backup here, or it is damaged; the message is a sentence."""


@dataclass(frozen=True)
class Part:
    """A piece of a file in a backup."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a whole backup says of itself."""

    made_at: str  # its moment, as in its folder's name
    database: str  # sqlite or postgresql
    migrations: list[str]  # as `app.name`
    counts: dict[str, int]  # rows by table
    dump: list[Part]
    listing: list[Part]  # of its objects
    keys: list[Part]  # of an installation that made its own
    objects: int
    size: int  # bytes of the objects
    missing: int  # objects that rows name and the storage did not have, whole
    folders: list[str]  # of music that is played in place, and is not in the backup
    format: int = field(default=FORMAT)


class Vault:
    """A place of backups; see the module."""

    def __init__(self, where: str) -> None:
        """Take a folder's path, or `s3://bucket/prefix` at the home storage; raise Unusable."""
        self.where = where
        if not where.startswith("s3://"):
            self._root = str(Path(where).expanduser().resolve())
            self._bucket: dict[str, Any] | None = None
            for own in (settings.VAR_DIR, settings.MEDIA_DIR):
                if Path(self._root).is_relative_to(own):
                    raise Unusable(f"A backup needs a place of its own: {own} is what it is a backup of.")
            return
        url = urlsplit(where)
        if not settings.ORIGINS:
            raise Unusable("Without ORIGINS there is no storage that s3:// could be at.")
        home = settings.ORIGINS[0]
        if not url.netloc or url.netloc in {home.bucket, home.masters}:
            raise Unusable("A backup needs a bucket of its own: s3://bucket/prefix.")
        self._root = url.path.strip("/")
        self._bucket = {"origin": type(home)(home.region, home.endpoint, url.netloc)}

    @property
    def folder(self) -> Path | None:
        """Return the folder, or None for a bucket."""
        return None if self._bucket else Path(self._root)

    @property
    def objects(self) -> stores.Store:
        return self._store("objects")

    def moments(self) -> list[str]:
        """Return the moments of the whole backups, the newest last."""
        found = (one.name.partition("/") for one in self._files.under(""))
        return sorted(moment for moment, _, name in found if name == MANIFEST and MOMENT.fullmatch(moment))

    def put(self, moment: str, name: str, pieces: Iterable[bytes]) -> list[Part]:
        """Keep a file of a backup, in parts; each is compared with its hash when it is read."""
        parts: list[Part] = []
        rest, ended = iter(pieces), False
        while not ended:
            with tempfile.TemporaryFile(dir=self._scratch()) as file:
                digest, size = hashlib.sha256(), 0
                while size < PART and (piece := next(rest, b"")):
                    digest.update(piece)
                    size += file.write(piece)
                ended = size < PART
                if size or not parts:
                    part = Part(f"{name}.{len(parts):03d}", size, digest.hexdigest())
                    self._keep(f"{moment}/{part.name}", file, part)
                    parts.append(part)
        return parts

    def finish(self, moment: str, manifest: Manifest) -> None:
        """Make the backup whole."""
        content = json.dumps(asdict(manifest), indent=1).encode()
        part = Part(MANIFEST, len(content), hashlib.sha256(content).hexdigest())
        self._keep(f"{moment}/{MANIFEST}", io.BytesIO(content), part)

    def manifest(self, moment: str) -> Manifest:
        """Return what a backup says of itself; raise Unusable for one that is not whole, or of another format."""
        if not MOMENT.fullmatch(moment):
            raise Unusable(f"{moment!r} is no moment of a backup: these are as {MOMENT_EXAMPLE}.")
        file = io.BytesIO()
        try:
            self._files.fetch(f"{moment}/{MANIFEST}", file)
            content = json.loads(file.getvalue())
        except FileNotFoundError as error:
            raise Unusable(f"{self.where} has no whole backup {moment}: it lacks its {MANIFEST}.") from error
        except ValueError as error:
            raise Unusable(f"The {MANIFEST} of {moment} is damaged.") from error
        if content.get("format") != FORMAT:
            raise Unusable(f"The backup {moment} is of format {content.get('format')}, which this version cannot read.")
        for name in ("dump", "listing", "keys"):
            content[name] = [Part(**part) for part in content[name]]
        return Manifest(**content)

    def read(self, moment: str, parts: Iterable[Part]) -> Iterator[bytes]:
        """Yield a file of a backup; raise Unusable before the first byte of a part that is not what was written."""
        for part in parts:
            with tempfile.TemporaryFile(dir=settings.VAR_DIR) as file:
                try:
                    sha256 = self._files.fetch(f"{moment}/{part.name}", file)
                except FileNotFoundError as error:
                    raise Unusable(f"The backup {moment} is not whole: it lacks {part.name}.") from error
                if sha256 != part.sha256:
                    raise Unusable(f"The backup {moment} is damaged: {part.name} is not what was written.")
                file.seek(0)
                yield from iter(partial(file.read, 1 << 20), b"")

    def sweep(self, *, before: str) -> None:
        """Delete what killed runs left of backups that never became whole."""
        whole = set(self.moments())
        for one in list(self._files.under("")):
            moment = one.name.partition("/")[0]
            if MOMENT.fullmatch(moment) and moment < before and moment not in whole:
                self._files.delete(one.name)
        if self.folder:
            for left in (self.folder / "backups").glob("*Z"):
                with suppress(OSError):
                    left.rmdir()  # an empty one

    def _keep(self, name: str, file: IO[bytes], part: Part) -> None:
        if self.folder:  # passwords' hashes, sessions and keys are in there
            place = self.folder / "backups" / Path(name).parent
            place.mkdir(parents=True, exist_ok=True)
            place.chmod(0o700)
        self._files.put(name, file, size=part.size, sha256=part.sha256)
        if self.folder:
            (self.folder / "backups" / name).chmod(0o600)

    @property
    def _files(self) -> stores.Store:
        return self._store("backups")

    def _store(self, name: str) -> stores.Store:
        if self._bucket:
            location = f"{self._root}/{name}".strip("/")
            options = {**self._bucket, "location": location}
            found: Any = storages.create_storage({"BACKEND": "catalog.buckets.Bucket", "OPTIONS": options})
            return found
        return Folder(location=Path(self._root) / name)

    def _scratch(self) -> Path:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder or settings.VAR_DIR


def moment(at: datetime) -> str:
    """Return the name of a backup that begins now."""
    at = at.astimezone(UTC)
    return f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03d}Z"
