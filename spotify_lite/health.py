"""Answer whether this process lives (`/healthz`) and whether it should get traffic (`/readyz`)."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from spotify_lite import drain, methods, probing, replicas

DEGRADING = {  # what one can listen without
    ("cache", "unreachable"),
    ("media", "unreachable"),
    ("database", "read-only"),  # for a moment: the next node would find no primary either
    ("replicas", "not all read"),
}

_storage = probing.Probe(settings.MEDIA_PROBE)
_shared_cache = probing.Probe("spotify_lite.cache.is_reachable", fresh=0.0)  # its breaker sees to the cost
_migrated = False  # once true it stays true: a process never runs on a database older than itself again


@never_cache
@methods.reads
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@methods.reads
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything that this node needs is there, else 503.

    A missing cache only degrades, and so do replicas that are behind, a primary that is away while a replica answers,
    and an object storage that is away: all nodes share it, so that none is better, edges play on what they hold, and
    all pages work. A node that leaves asks nobody.
    """
    if drain.asked():
        return JsonResponse({"status": "draining"}, status=503)
    database = _database()
    states = {
        "database": database,
        "media": _media(),
        "demo": "pending" if settings.DEMO_PENDING.exists() else "ok",
        "cache": _cache(),
    }
    if settings.REPLICAS:
        states["replicas"] = "ok" if replicas.all_read() else "not all read"
    wrong = {one for one in states.items() if one[1] != "ok"}
    ready = wrong <= DEGRADING
    status = "ready" if not wrong else "degraded" if ready else "starting"
    return JsonResponse({"status": status, **states}, status=200 if ready else 503)


def _database() -> str:
    """Tell how the primary is; while there is none, whether a replica tells what pages need."""
    if not replicas.away():
        return _state_of(connection)
    standby = replicas.standby()
    state = _state_of(standby) if standby else "unreachable"
    return "read-only" if state == "ok" else state


def _state_of(server: BaseDatabaseWrapper) -> str:
    global _migrated
    try:
        server.ensure_connection()
        if not server.is_usable():  # it may have been started anew
            server.close()
            server.ensure_connection()
        if not _migrated:
            executor = MigrationExecutor(server)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "unreachable"
    return "ok" if _migrated else "migrations pending"


def _media() -> str:
    if not settings.ORIGINS:
        return "ok" if settings.MEDIA_DIR.is_dir() else "missing"
    return "ok" if _storage.ask() else "unreachable"


def _cache() -> str:
    """Tell how Redis is; where there is none, its client is not even loaded."""
    return "ok" if not settings.REDIS_URL or _shared_cache.ask() else "unreachable"
