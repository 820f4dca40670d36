"""Answer whether this process lives (`/healthz`) and whether it should get traffic (`/readyz`)."""

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from spotify_lite import methods

_migrated = False  # once true it stays true: a process never runs on a database older than itself again


@never_cache
@methods.reads
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@methods.reads
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything that listening needs is there, else 503; a missing cache only degrades."""
    database = _database()
    states = {
        "database": database,
        "media": "ok" if settings.MEDIA_DIR.is_dir() else "missing",
        "demo": "pending" if settings.DEMO_PENDING.exists() else "ok",
        "cache": _cache(),
    }
    needed = (states["database"], states["media"], states["demo"])
    ready = all(state == "ok" for state in needed)
    status = "degraded" if ready and states["cache"] != "ok" else "ready" if ready else "starting"
    return JsonResponse({"status": status, **states}, status=200 if ready else 503)


def _database() -> str:
    global _migrated
    try:
        if not _migrated:
            executor = MigrationExecutor(connection)
            _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        else:
            connection.ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok" if _migrated else "migrations pending"


def _cache() -> str:
    cache.set("readyz", "1", timeout=10)
    return "ok" if cache.get("readyz") == "1" else "unreachable"
