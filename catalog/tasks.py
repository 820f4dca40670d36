"""The catalog's Celery tasks: ids in, one call, safe to run twice."""

from celery import shared_task

from catalog import search, work


@shared_task
def run_work(work_id: int) -> None:
    work.run(work_id)


@shared_task
def sweep() -> None:
    work.sweep()


@shared_task
def index_search() -> None:
    search.index_pending()
