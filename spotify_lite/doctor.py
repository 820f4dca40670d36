"""Look at what is configured, reachable and missing, one finding a line; the command `doctor` prints them.

Here are the looks at what every process shares; the apps above name theirs in settings.DOCTOR_LOOKS.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from urllib.parse import urlsplit

from celery import Celery
from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from spotify_lite import watching

OK, WARNING, MISSING = "ok", "warning", "missing"
PATIENCE = 15.0  # seconds for a look at another machine, whatever that does
BEHIND = 5.0  # seconds that a replica may be


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    subject: str
    state: str  # ok; warning: works, but less well or less safely; missing: something that listening needs
    words: str  # a sentence: what is there, or what to do


Look = Callable[[], Iterable[Finding]]


def findings(app: Celery) -> Iterator[Finding]:
    """Look at each part in turn. No look raises, hangs or says a secret; none leaves anything changed."""
    yield mode()
    yield from system_checks()
    yield database()
    yield migrations()
    yield from servers()
    yield from replicas()
    yield from side_by_side({"cache": shared_cache, "queue": lambda: [queue(app)]})
    for path in settings.DOCTOR_LOOKS:
        yield from import_string(path)()
    yield browser_libraries()


def side_by_side(looks: Mapping[str, Look]) -> Iterator[Finding]:
    """Run looks at other machines on threads of their own, and give what each found, in order."""
    running = {subject: _begin(look) for subject, look in looks.items()}
    until = time.monotonic() + PATIENCE
    for subject, future in running.items():
        try:
            yield from future.result(timeout=max(0.0, until - time.monotonic()))
        except TimeoutError:
            yield Finding(subject, MISSING, f"said nothing for {PATIENCE:.0f} s")
        except Exception as error:  # noqa: BLE001 - its words may hold an address with a password in it
            yield Finding(subject, MISSING, f"could not be looked at ({type(error).__name__})")


def mode() -> Finding:
    return Finding("mode", OK, f"{settings.MODE}, guests {'may listen' if settings.GUESTS else 'are off'}")


def system_checks() -> Iterator[Finding]:
    """Tell what Django and this project say of the settings together."""
    found = checks.run_checks(include_deployment_checks=not settings.EMBEDDED)
    for one in found:
        if one.level >= checks.WARNING and not one.is_silenced():
            words = f"{one.msg} {one.hint or ''} ({one.id})"
            yield Finding("settings", MISSING if one.level >= checks.ERROR else WARNING, " ".join(words.split()))
    if not found:
        yield Finding("settings", OK, "go together")


def database() -> Finding:
    try:
        connection.ensure_connection()
        if connection.vendor != "sqlite":
            return _primary()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'")
            has_search = cursor.fetchone() is not None
    except DatabaseError as error:
        return Finding("database", MISSING, f"does not answer: {error}")
    if not has_search:
        return Finding("database", MISSING, "this Python's SQLite was built without FTS5, which search needs")
    return Finding("database", OK, f"SQLite {sqlite3.sqlite_version} in {settings.DATABASES['default']['NAME']}")


def _primary() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), current_setting('server_version')")
        standby, version = cursor.fetchone()
    if standby:
        return Finding("database", MISSING, "is a standby, which takes no writes: DATABASE_URL must name the primary")
    return Finding("database", OK, f"PostgreSQL {version} answers")


def migrations() -> Finding:
    try:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return Finding("migrations", MISSING, f"could not be read: {error}")
    if waiting:
        return Finding("migrations", MISSING, f"{waiting} not applied: run `manage.py migrate`")
    return Finding("migrations", OK, "all applied")


def servers() -> Iterator[Finding]:
    """Tell how this node sees each server of the database."""
    if not settings.REPLICAS:
        return
    watch = watching.here()
    watch.wait()
    time.sleep(2 * watching.INTERVAL)  # how far a replica is behind is known only after the primary was asked
    regions = [settings.REGION, *(replica.region for replica in settings.REPLICAS)]
    for (alias, state), region in zip(watch.states().items(), regions, strict=True):
        fine = state.startswith(("the primary", "read"))
        yield Finding("server", OK if fine else WARNING, f"{alias} in {region} is {state}")


def replicas() -> Iterator[Finding]:
    """Tell how far PostgreSQL's replicas are behind; what the role may not see (pg_monitor) counts as level."""
    if settings.EMBEDDED or connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(extract(epoch FROM replay_lag), 0) FROM pg_stat_replication")
            behind = [float(seconds) for (seconds,) in cursor.fetchall()]
            cursor.execute("SELECT slot_name FROM pg_replication_slots WHERE NOT active ORDER BY slot_name")
            waiting = [name for (name,) in cursor.fetchall()]
    except DatabaseError as error:
        yield Finding("replica", WARNING, f"cannot be asked about: {error}")
        return
    if not behind:
        yield Finding("replica", WARNING, "none follows: what is written since the last backup is on one disk")
    else:
        state = OK if max(behind) <= BEHIND else WARNING
        yield Finding("replica", state, f"{len(behind)} follow, {max(behind):.1f} s behind at most")
    for name in waiting:
        yield Finding("replica", WARNING, f"nobody reads the slot {name}, which keeps the primary's log from being cut")


def shared_cache() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("cache", OK, "this process's memory (REDIS_URL is not set)")
        return
    cache.set("doctor", "1", timeout=5)
    if cache.get("doctor") != "1":
        yield Finding("cache", WARNING, "Redis does not answer: pages are slower, nothing is lost")
    elif _place(settings.REDIS_URL) == _place(settings.BROKER_URL):
        yield Finding("cache", WARNING, "is the queue's Redis too: one of them must forget, and the other must not")
    else:
        yield Finding("cache", OK, "Redis answers")


def _place(url: str) -> tuple[str | None, int | None]:
    return urlsplit(url).hostname, urlsplit(url).port


def queue(app: Celery) -> Finding:
    if not settings.BROKER_URL:
        private = not settings.QUEUE_DIR.exists() or settings.QUEUE_DIR.stat().st_mode & 0o077 == 0
        words = "folders under var/queue"
        if not private:
            words = "var/queue can be read by others: who can write there runs tasks"
        return Finding("queue", OK if private else WARNING, words)
    try:
        if not settings.BROKER_URL.startswith(("redis:", "rediss:")):
            with app.connection_for_write() as broker:
                broker.ensure_connection(max_retries=1, timeout=2)
            return Finding("queue", OK, "the broker answers")
        with Redis.from_url(settings.BROKER_URL, socket_connect_timeout=2, socket_timeout=2) as redis:
            told = redis.info("memory") | redis.info("persistence")
    except (OperationalError, RedisError, OSError) as error:
        return Finding("queue", WARNING, f"the broker does not answer ({error}); the sweeper goes on when it is back")
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        return Finding("queue", WARNING, "the broker may throw messages away: set maxmemory-policy noeviction")
    if not told.get("aof_enabled", 1):
        return Finding("queue", WARNING, "the broker forgets everything when it stops: set appendonly yes")
    return Finding("queue", OK, "the broker answers, and keeps what it is given")


def browser_libraries() -> Finding:
    if not settings.NODE_MODULES.is_dir():
        return Finding(
            "browser", WARNING, "no node_modules: pages use the system's fonts; the next `make run` tries again"
        )
    return Finding("browser", OK, "libraries are installed")


def _begin(look: Look) -> Future[list[Finding]]:
    """Start a look on a thread that a process may end without."""
    future: Future[list[Finding]] = Future()

    def run() -> None:
        try:
            future.set_result(list(look()))
        except Exception as error:  # noqa: BLE001 - whoever waits for the future gets it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
