"""The Celery application: the fast path to work whose truth is a row (see `catalog.work`).

A message may be lost or doubled; a task therefore takes ids, is safe to run twice, and the sweeper finishes what a
lost message began.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init
from django.conf import settings
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

from spotify_lite import scrapes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spotify_lite.settings")


def broker_options() -> dict[str, Any]:
    """Return the broker of this mode: Redis where BROKER_URL says so, else folders under `var/`."""
    if settings.BROKER_URL:
        # Seconds. One that says nothing more, and never closed the line, is noticed within eleven: a worker's question
        # for more is to be answered each second, and its silence is looked at twice in two health checks.
        patience = {"socket_connect_timeout": 1, "socket_timeout": 5, "socket_keepalive": True}
        # After so many seconds Redis gives a message that nobody acknowledged to another worker, also from under one
        # that still works on it: so it is more than twice what a run may take (`catalog.leases.LONGEST`). Nothing waits
        # for that: the sweep finds the row of a worker that died, and the message has expired.
        patience["visibility_timeout"] = 25 * 3600
        patience["health_check_interval"] = 5
        TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "spotify_lite.broker:Transport"))
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


# Seconds until a tick that nobody took is void: they do not pile up while workers are away. Clocks differ by less.
VOID = {"expires": 3600}


def every(seconds: float, task: str) -> dict[str, Any]:
    """Return an entry of the clock's."""
    return {"task": task, "schedule": seconds, "options": VOID}


app = Celery("spotify_lite")
app.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # No time limits: they kill processes, and these workers are threads. What is slow is bounded where it is done:
    # encoders by the length of the sound (`catalog.ffmpeg`), storages and databases by the time-outs of each call, and
    # a run by its lease.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Queues take turns: what is short and often never waits behind a folder of files to package.
    task_queues=[Queue("celery"), Queue("work")],
    task_routes={
        f"catalog.tasks.{name}": {"queue": "work"}
        for name in ("run_work", "sweep_objects", "keep_search", "keep_names")
    },
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a worker outlives any outage of its broker, and so does the clock
    # Once, for the line that a restarted broker has closed.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.1},
    beat_schedule_filename=str(settings.VAR_DIR / "beat"),
    # A second beat would double each tick; every task is safe to run twice.
    beat_schedule={
        "sweep-work": every(settings.WORK_LEASE / 2, "catalog.tasks.sweep"),
        "walk-ladders": every(3600.0, "catalog.tasks.walk_ladders"),
        "show-released": every(15.0, "catalog.tasks.show_released"),
        "keep-names": every(30.0, "catalog.tasks.keep_names"),
        "sweep-incoming": every(3600.0, "catalog.tasks.sweep_incoming"),
        "sweep-objects": every(3600.0, "catalog.tasks.sweep_objects"),
        # At night (UTC), or at the next start: the schedule's file knows when it was last.
        "keep-search": {
            "task": "catalog.tasks.keep_search",
            "schedule": crontab(hour="3", minute="15"),
            "options": VOID,
        },
        "sweep-guests": every(3600.0, "playback.tasks.sweep_guests"),
        "sweep-sessions": every(3600.0, "accounts.tasks.sweep_sessions"),
        "sweep-events": every(3600.0, "playback.tasks.sweep_events"),
        "sweep-quality": every(3600.0, "playback.tasks.sweep_quality"),
        "audit-edges": every(3600.0, "playback.tasks.audit_edges"),  # 50 objects of each POP
    },
    **broker_options(),
)
app.autodiscover_tasks(["accounts", "catalog", "playback"])


@worker_init.connect
def listen(**_: Any) -> None:
    """Let Prometheus look at a worker as at a web node."""
    scrapes.listen()
