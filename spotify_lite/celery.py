"""The Celery application: the fast path to work whose truth is a row (see `catalog.work`).

A message may be lost or doubled; a task therefore takes ids, is safe to run twice, and the sweeper finishes what a
lost message began.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")


def broker_options() -> dict[str, Any]:
    """Return the broker of this mode: Redis where BROKER_URL says so, else folders under `var/`."""
    if settings.BROKER_URL:
        # Seconds. One that says nothing more, and never closed the line, is noticed within eleven: a worker's question
        # for more is to be answered each second, and its silence is looked at twice in two health checks.
        patience = {"socket_connect_timeout": 1, "socket_timeout": 5, "socket_keepalive": True}
        patience["health_check_interval"] = 5
        return {"broker_url": settings.BROKER_URL, "broker_transport_options": patience}
    folders = {name: settings.QUEUE_DIR / name for name in ("messages", "processed", "control")}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.QUEUE_DIR.chmod(0o700)
    TRANSPORT_ALIASES["filesystem"] = "spotify_lite.folders:Transport"
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport_options": {
            "data_folder_in": str(folders["messages"]),
            "data_folder_out": str(folders["messages"]),
            "processed_folder": str(folders["processed"]),
            "control_folder": str(folders["control"]),
            "polling_interval": 0.1,  # seconds; the default of 1 caps throughput and adds half a second to each task
        },
    }


app = Celery("spotify_lite")
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Queues take turns: what is short and often never waits behind a folder of files to package.
    task_queues=[Queue("celery"), Queue("work")],
    task_routes={f"catalog.tasks.{name}": {"queue": "work"} for name in ("run_work", "sweep_objects", "keep_search")},
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a worker outlives any outage of its broker, and so does the clock
    # Once, for the line that a restarted broker has closed.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1},
    beat_schedule_filename=str(settings.VAR_DIR / "beat"),
    beat_schedule={
        "sweep-work": {"task": "catalog.tasks.sweep", "schedule": settings.WORK_LEASE / 2},
        "walk-ladders": {"task": "catalog.tasks.walk_ladders", "schedule": 3600.0},
        "show-released": {"task": "catalog.tasks.show_released", "schedule": 15.0},
        "sweep-incoming": {"task": "catalog.tasks.sweep_incoming", "schedule": 3600.0},
        "sweep-objects": {"task": "catalog.tasks.sweep_objects", "schedule": 3600.0},
        # At night (UTC), or at the next start: the schedule's file knows when it was last.
        "keep-search": {"task": "catalog.tasks.keep_search", "schedule": crontab(hour="3", minute="15")},
        "sweep-guests": {"task": "playback.tasks.sweep_guests", "schedule": 3600.0},
        "sweep-sessions": {"task": "accounts.tasks.sweep_sessions", "schedule": 3600.0},
        "sweep-events": {"task": "playback.tasks.sweep_events", "schedule": 3600.0},
        "audit-edges": {"task": "playback.tasks.audit_edges", "schedule": 3600.0},  # 50 objects of each POP
    },
    **broker_options(),
)
app.autodiscover_tasks(["accounts", "catalog", "playback"])
