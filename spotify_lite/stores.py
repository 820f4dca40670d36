"""Build Django's DATABASES and CACHES from the addresses that the settings read."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from spotify_lite import places

POSTGRESQL = "django.db.backends.postgresql"
FOLLOWING = "spotify_lite.following_postgresql"  # connects to whichever server is the primary
IDLE_IN_TRANSACTION = 10_000  # ms, where statements have a limit
ENTRIES = 10_000  # of a cache that a process keeps in its own memory

Database = dict[str, Any]


def sqlite(file: Path) -> Database:
    """Return the database of one machine."""
    return {
        "ENGINE": "spotify_lite.fair_sqlite",
        "NAME": str(file),
        "CONN_MAX_AGE": None,
        "TEST": {"NAME": ":memory:"},  # said, since pytest-xdist does not know this engine for SQLite
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",  # a read snapshot cannot be upgraded to a write: ask at BEGIN
            "timeout": 20,  # seconds
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"  # FULL: what was acknowledged survives power
                # 4 MB a connection, of which each thread has one; the kernel keeps the file's pages for all of
                # them. With mmap the process would seem to hold the whole file once a thread.
                "PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864"
            ),
        },
    }


def server(url: str, *, statement_timeout: int) -> Database:
    """Return the database at an address; `statement_timeout` is in milliseconds, and 0 is no limit."""
    database: Database = {**dj_database_url.parse(url), "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": None}
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"] == POSTGRESQL:
        database["OPTIONS"] = options = {
            # A server that is gone without a word is noticed in about ten seconds, also in the middle of an answer.
            "connect_timeout": 3,  # seconds, as the next two
            "keepalives_idle": 4,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,  # ms
            **options,
        }
    if statement_timeout:
        # Who waits for another's rows, or forgets a transaction, gives up before the client does.
        options["options"] = (
            f"-c statement_timeout={statement_timeout} -c lock_timeout={statement_timeout * 3 // 4}"
            f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION}"
        )
    return database


def followed(default: Database, url: str, replicas: tuple[places.Replica, ...]) -> dict[str, Database]:
    """Return "default", whichever of the servers is the primary, and each of them by a name, to be read as a replica.

    Raise ImproperlyConfigured for a database that nothing can follow.
    """
    if default["ENGINE"] != POSTGRESQL:
        raise ImproperlyConfigured("REPLICA_URLS needs a DATABASE_URL of PostgreSQL, which they follow.")
    databases = {"default": {**default, "ENGINE": FOLLOWING}}
    for number, address in enumerate([url, *(replica.url for replica in replicas)]):
        one: Database = {**dj_database_url.parse(address, engine=FOLLOWING)}
        options = {**default["OPTIONS"], "connect_timeout": 2, **one.get("OPTIONS", {})}
        databases[f"server-{number}"] = one | {
            "OPTIONS": options,
            "CONN_MAX_AGE": None,
            "TEST": {"MIRROR": "default"},
        }
    return databases


def caches(redis_url: str) -> dict[str, Database]:
    """Return what all processes share, in Redis where there is one, and what a process keeps to itself."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": ENTRIES}}
    redis = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": redis_url,
        "OPTIONS": {
            "CONNECTION_POOL_CLASS": "spotify_lite.cache.Pool",
            "CONNECTION_POOL_KWARGS": {"max_connections": 64},  # of a process: more than it has threads
            "REDIS_CLIENT_CLASS": "spotify_lite.cache.Client",
            "SOCKET_CONNECT_TIMEOUT": 0.2,  # seconds: hundreds of times what it takes
            "SOCKET_TIMEOUT": 0.2,
            "IGNORE_EXCEPTIONS": True,  # what it does not know, the database does
        },
    }
    return {"default": redis if redis_url else memory, "process": memory | {"LOCATION": "process"}}
