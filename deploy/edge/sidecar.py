"""Measure what nginx cannot see: the cache's disk, whether the cache was wiped, and whether nginx lives."""

import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

BACK = 1.25  # an edge that was full is not, once so many times its floor is free: no flapping


@dataclass
class Sidecar:
    """Watches one cache, and writes `health.json`; the file `full` tells nginx to keep nothing new."""

    cache: Path
    run: Path
    floor: int  # bytes
    started: float = field(default_factory=time.time)
    full: bool = False
    draining: bool = False  # asked for, or about to end

    def measure(self, *, alive: bool) -> dict[str, object]:
        """Measure, write and return how the edge is; `alive` says whether nginx runs."""
        disk = os.statvfs(self.cache)
        free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        self.full = free < self.floor * (BACK if self.full else 1)
        draining = self.draining or (self.cache / "drain").exists() or not alive
        health: dict[str, object] = {
            "status": "draining" if draining else "full" if self.full else "ok",
            "free_bytes": free,
            "free_share": round(free / size, 4) if size else 0.0,
            "cache_id": self._cache_id(),
            "uptime_seconds": round(time.time() - self.started),
            "at": round(time.time(), 3),
        }
        self._mark()
        _replace(self.run / "health.json", json.dumps(health))
        return health

    def _mark(self) -> None:
        if self.full:
            (self.run / "full").touch()
        else:
            (self.run / "full").unlink(missing_ok=True)

    def _cache_id(self) -> str:
        """Return the cache's name, a new one where what lay in it is gone.

        nginx never removes a folder of its cache: one that was there and is not any more has been wiped.
        """
        noted = self.cache / "identity.json"
        folders = {entry.name for entry in os.scandir(self.cache / "objects") if entry.is_dir()}
        try:
            identity = json.loads(noted.read_text())
        except (OSError, ValueError):
            identity = {"id": "", "folders": []}
        if not identity["id"] or not folders.issuperset(identity["folders"]):
            identity = {"id": secrets.token_hex(8), "folders": []}
        if folders != set(identity["folders"]) or not noted.exists():
            with suppress(OSError):  # a full disk: noted as soon as there is room
                _replace(noted, json.dumps({"id": identity["id"], "folders": sorted(folders)}))
        return str(identity["id"])


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text)
    draft.replace(path)
