"""The catalog's Celery tasks: ids in, one call, safe to run twice."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.utils import timezone

from catalog import children, direct, media, orphans, pocket, releases, wishes, work
from catalog.search import upkeep, watching


@shared_task
def run_work(work_id: int) -> None:
    work.run(work_id)


@shared_task
def sweep() -> None:
    media.want_hashes()
    work.sweep()


@shared_task
def sweep_incoming() -> None:
    direct.sweep(at=timezone.now())


@shared_task
def walk_ladders() -> None:
    wishes.begin_walk()


@shared_task
def sweep_objects() -> None:
    orphans.sweep_due(at=timezone.now())


@shared_task
def keep_names() -> None:
    pocket.keep(at=timezone.now())


@shared_task
def keep_search() -> None:
    upkeep.keep()


@shared_task
def show_released() -> None:
    releases.show_released(at=timezone.now())


@worker_ready.connect
def watch_outbox(**_: Any) -> None:
    """Let this worker keep the search index: no message has to come through for that."""
    watching.start()


@worker_shutting_down.connect
def stop_children(**_: Any) -> None:
    """Kill ffmpeg instead of waiting for it: the row goes back, and the next worker takes it."""
    children.stop_all()
    watching.stop()
