"""Look at what is configured, reachable and missing, one finding a line; the command `doctor` prints them."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import imageio_ffmpeg
from celery import Celery
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError

OK, WARNING, MISSING = "ok", "warning", "missing"


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    subject: str
    state: str  # ok; warning: works, but less well or less safely; missing: something that listening needs
    words: str  # a sentence: what is there, or what to do


def findings(app: Celery) -> Iterator[Finding]:
    """Look at each part in turn; no look changes anything, and none raises."""
    looks: list[Callable[[], Finding]] = [mode, database, migrations, shared_cache, lambda: queue(app)]
    looks += [media_folder, ffmpeg, sandbox, browser_libraries]
    for look in looks:
        yield look()


def mode() -> Finding:
    return Finding("mode", OK, f"{settings.MODE}, guests {'may listen' if settings.GUESTS else 'are off'}")


def database() -> Finding:
    try:
        connection.ensure_connection()
        if connection.vendor != "sqlite":
            return Finding("database", OK, f"{connection.display_name} answers")
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
            has_search = cursor.fetchone() is not None
    except DatabaseError as error:
        return Finding("database", MISSING, f"does not answer: {error}")
    if not has_search:
        return Finding("database", MISSING, "this Python's SQLite was built without FTS5, which search needs")
    return Finding("database", OK, f"SQLite {sqlite3.sqlite_version} in {settings.DATABASES['default']['NAME']}")


def migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return Finding("migrations", MISSING, f"could not be read: {error}")
    if waiting:
        return Finding("migrations", MISSING, f"{waiting} not applied: run `manage.py migrate`")
    return Finding("migrations", OK, "all applied")


def shared_cache() -> Finding:
    if not settings.REDIS_URL:
        return Finding("cache", OK, "this process's memory (REDIS_URL is not set)")
    cache.set("doctor", "1", timeout=5)
    if cache.get("doctor") != "1":
        return Finding("cache", WARNING, "Redis does not answer: pages are slower, nothing is lost")
    return Finding("cache", OK, "Redis answers")


def queue(app: Celery) -> Finding:
    if not settings.BROKER_URL:
        private = not settings.QUEUE_DIR.exists() or settings.QUEUE_DIR.stat().st_mode & 0o077 == 0
        state = OK if private else WARNING
        words = (
            "folders under var/queue" if private else "var/queue can be read by others: who can write there runs tasks"
        )
        return Finding("queue", state, words)
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except OperationalError as error:
        return Finding("queue", WARNING, f"the broker does not answer ({error}); the sweeper goes on when it is back")
    return Finding("queue", OK, "the broker answers")


def media_folder() -> Finding:
    folder = settings.MEDIA_DIR
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return Finding("media", MISSING, f"{folder} is not a folder that can be written")
    free = shutil.disk_usage(folder).free / 1e9
    return Finding("media", OK if free > 1 else WARNING, f"{folder}, {free:.0f} GB free")


def ffmpeg() -> Finding:
    try:
        return Finding("ffmpeg", OK, f"version {imageio_ffmpeg.get_ffmpeg_version()}")
    except RuntimeError:
        return Finding("ffmpeg", WARNING, "not found: ALAC, AIFF and WAV cannot be converted")


def sandbox() -> Finding:
    """Try bubblewrap: that it is installed does not say that this kernel lets it work."""
    tool = shutil.which("bwrap")
    if tool is None:
        return Finding("sandbox", WARNING, "bubblewrap is not installed: files are read under resource limits only")
    trial = [tool, "--unshare-all", "--ro-bind", "/", "/", "--die-with-parent", "true"]
    works = subprocess.run(trial, capture_output=True, check=False).returncode == 0
    if not works:
        return Finding("sandbox", WARNING, "bubblewrap may not make namespaces here: resource limits only")
    return Finding("sandbox", OK, "bubblewrap works")


def browser_libraries() -> Finding:
    if not settings.NODE_MODULES.is_dir():
        return Finding(
            "browser", WARNING, "no node_modules: pages use the system's fonts; the next `make run` tries again"
        )
    return Finding("browser", OK, "libraries are installed")
