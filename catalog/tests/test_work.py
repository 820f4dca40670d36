"""Work is done once, whoever dies meanwhile, and what cannot be done says why."""

import socket
import threading
import time
from datetime import timedelta

import pytest
from celery import Celery
from django.utils import timezone

from catalog import hints, leases, work
from catalog.models import Work

pytestmark = pytest.mark.django_db

ran: list[tuple[int, dict]] = []


def note(row: Work) -> None:
    ran.append((row.subject_id, row.payload))


def refuse(row: Work) -> None:
    raise work.Refused("It is not audio but HTML.")


def stumble(row: Work) -> None:
    raise OSError("the disk is full")


def stop(row: Work) -> None:
    raise work.Stopped


def lose_the_lease(row: Work) -> None:
    Work.objects.filter(id=row.id).update(lease_owner="somebody-else")


def ask_anew(row: Work) -> None:
    work.enqueue("note", row.subject_id, payload={"newer": True})


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    ran.clear()
    for function in (note, refuse, stumble, stop, lose_the_lease, ask_anew):
        monkeypatch.setitem(work.KINDS, function.__name__, f"{__name__}.{function.__name__}")
    monkeypatch.setitem(work.KINDS, "note", f"{__name__}.note")


def wait_for_a_renewal(row: Work) -> None:
    for _ in range(500):
        if Work.objects.get(id=row.id).lease_until > row.lease_until:
            note(row)
            return
        time.sleep(0.01)


def wait_for_the_heart_to_stop(row: Work) -> None:
    for _ in range(500):
        if not any(thread.name == f"lease-{row.id}" for thread in threading.enumerate()):
            note(row)
            return
        time.sleep(0.01)


def be_due(row: Work) -> None:
    Work.objects.filter(id=row.id).update(ready_at=timezone.now())


def test_work_is_done_and_its_row_goes():
    work.enqueue("note", 7, payload={"size": 64})
    assert work.run_due(limit=10) == 1
    assert ran == [(7, {"size": 64})]
    assert not Work.objects.exists()


def test_work_asked_for_twice_is_done_once():
    first = work.enqueue("note", 7)
    assert work.enqueue("note", 7).id == first.id
    assert work.run_due(limit=10) == 1


def test_kind_that_nobody_does_is_refused_at_the_door():
    with pytest.raises(KeyError):
        work.enqueue("brew", 7)


def test_many_are_asked_for_in_few_queries(django_assert_num_queries):
    with django_assert_num_queries(4):  # savepoint, insert, read, release
        rows = work.enqueue_many("note", {subject: {} for subject in range(50)})
    assert [row.subject_id for row in rows] == list(range(50))


def test_urgent_work_goes_first_and_then_the_oldest():
    work.enqueue("note", 1, priority=work.LOWEST)
    work.enqueue("note", 2)
    work.enqueue("note", 3)
    work.run_due(limit=10)
    assert [subject for subject, _ in ran] == [2, 3, 1]


def test_refused_work_fails_at_once_and_says_why():
    row = work.enqueue("refuse", 7)
    work.run_due(limit=10)
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == (Work.State.FAILED, "It is not audio but HTML.", 1)
    assert work.run_due(limit=10) == 0


def test_five_stumbles_with_longer_and_longer_pauses_end_as_failed():
    row = work.enqueue("stumble", 7)
    pauses = []
    for _ in range(work.ATTEMPTS):
        be_due(row)
        assert work.run_due(limit=10) == 1
        row.refresh_from_db()
        pauses.append(round((row.ready_at - timezone.now()).total_seconds()))
    assert row.state == Work.State.FAILED
    assert row.reason == "OSError: the disk is full"
    assert pauses == [5, 30, 120, 600, 0]


def test_failed_work_is_queued_again_by_a_curator_once():
    row = work.enqueue("refuse", 7)
    work.run_due(limit=10)
    assert work.retry(row)
    assert not work.retry(row)
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == (Work.State.QUEUED, "", 0)


def test_asking_again_gives_failed_work_another_chance():
    row = work.enqueue("refuse", 7)
    work.run_due(limit=10)
    work.enqueue("refuse", 7)
    row.refresh_from_db()
    assert row.state == Work.State.QUEUED


def test_work_that_is_leased_is_not_taken():
    row = work.enqueue("note", 7)
    Work.objects.update(state=Work.State.RUNNING, lease_until=timezone.now() + leases.LEASE, lease_owner="other")
    assert work.run_due(limit=10) == 0
    assert not work.run(row.id)
    assert ran == []


def test_lease_that_ran_out_is_taken_over():
    row = work.enqueue("note", 7)
    Work.objects.update(state=Work.State.RUNNING, lease_until=timezone.now() - timedelta(seconds=1), attempts=1)
    assert work.run(row.id)
    assert ran == [(7, {})]


def test_work_that_kills_its_worker_five_times_is_given_up():
    row = work.enqueue("note", 7)
    past = timezone.now() - timedelta(seconds=1)
    Work.objects.update(state=Work.State.RUNNING, lease_until=past, attempts=work.ATTEMPTS)
    work.run_due(limit=10)
    row.refresh_from_db()
    assert (row.state, row.reason) == (Work.State.FAILED, work.DIED)
    assert ran == []


def test_run_that_lost_its_lease_does_not_finish_the_row():
    row = work.enqueue("lose_the_lease", 7)
    work.run(row.id)
    row.refresh_from_db()
    assert (row.state, row.lease_owner) == (Work.State.RUNNING, "somebody-else")


def test_new_payload_is_done_even_while_the_old_one_runs(monkeypatch):
    monkeypatch.setitem(work.KINDS, "note", f"{__name__}.ask_anew")
    row = work.enqueue("note", 7)
    work.run(row.id)  # asks for the newer payload in the middle of its own run
    monkeypatch.setitem(work.KINDS, "note", f"{__name__}.note")
    work.run(row.id)
    assert ran == [(7, {"newer": True})]


def test_worker_told_to_stop_gives_the_row_back_untried():
    row = work.enqueue("stop", 7)
    work.run(row.id)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_owner) == (Work.State.QUEUED, 0, "")


@pytest.mark.django_db(transaction=True)
def test_lease_is_renewed_while_the_work_goes_on(monkeypatch):
    monkeypatch.setattr(leases, "HEARTBEAT", 0.02)
    monkeypatch.setitem(work.KINDS, "note", f"{__name__}.wait_for_a_renewal")
    row = work.enqueue("note", 7)
    assert work.run(row.id)
    assert ran == [(7, {})]


@pytest.mark.django_db(transaction=True)
def test_run_that_hangs_loses_its_row(monkeypatch):
    monkeypatch.setattr(leases, "HEARTBEAT", 0.02)
    monkeypatch.setattr(leases, "LONGEST", timedelta(seconds=0.1))
    monkeypatch.setitem(work.KINDS, "note", f"{__name__}.wait_for_the_heart_to_stop")
    row = work.enqueue("note", 7)
    assert work.run(row.id)
    assert ran == [(7, {})]


def test_kind_of_a_newer_version_is_left_to_it(monkeypatch):
    """While versions change a node enqueues what the workers of the old one do not know."""
    monkeypatch.setitem(work.KINDS, "brew", f"{__name__}.note")
    row, other = work.enqueue("brew", 7), work.enqueue("note", 8)
    monkeypatch.delitem(work.KINDS, "brew")
    assert not work.run(row.id)
    assert work.run_due(limit=10) == 1
    told = []
    monkeypatch.setattr(hints, "work", told.extend)
    assert work.sweep() == 0
    Work.objects.filter(id=row.id).update(state=Work.State.RUNNING, lease_until=timezone.now() - timedelta(seconds=1))
    assert work.run_due(limit=10) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == (Work.State.RUNNING, 0)
    monkeypatch.setitem(work.KINDS, "brew", f"{__name__}.note")
    assert work.sweep() == 1
    assert told == [row.id]
    assert work.run(row.id)
    assert ran == [(other.subject_id, {}), (7, {})]


def test_work_of_an_app_above_is_a_path_and_is_imported_when_it_is_done(monkeypatch):
    monkeypatch.setitem(work.KINDS, "warm", "playback.no_such_module.warm")
    row = work.enqueue("warm", 7)
    work.run(row.id)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (Work.State.QUEUED, 1)
    assert "no_such_module" in row.reason
    monkeypatch.setitem(work.KINDS, "warm", f"{__name__}.note")
    be_due(row)
    assert work.run(row.id)


def test_many_that_failed_are_queued_again_in_a_few_statements(django_assert_num_queries):
    rows = work.enqueue_many("refuse", {subject: {} for subject in range(30)})
    Work.objects.update(state=Work.State.FAILED, attempts=5, reason="It is not audio but HTML.")
    waiting = work.enqueue("note", 1)
    with django_assert_num_queries(2):
        assert work.retry_many(Work.objects.all()) == 30
    assert work.retry_many(Work.objects.all()) == 0
    assert set(Work.objects.values_list("state", "attempts", "reason")) == {(Work.State.QUEUED, 0, "")}
    assert Work.objects.filter(id__in=[*(row.id for row in rows), waiting.id]).count() == 31


@pytest.mark.django_db(transaction=True)
def test_dead_broker_does_not_fail_the_writer(monkeypatch, caplog):
    monkeypatch.setattr(hints, "_muted_until", 0.0)
    policy = hints.app.conf.task_publish_retry_policy
    dead = Celery("dead", broker="redis://127.0.0.1:1/0", task_publish_retry_policy=policy)
    monkeypatch.setattr(hints, "app", dead)
    for subject in range(20):
        work.enqueue("note", subject)
    assert Work.objects.count() == 20
    assert hints.settle(5)
    assert len([line for line in caplog.records if "no message could be sent" in line.getMessage()]) == 1


@pytest.mark.django_db(transaction=True)
def test_writer_never_waits_for_a_broker_that_takes_connections_and_says_nothing(monkeypatch):
    monkeypatch.setattr(hints, "_muted_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"redis://127.0.0.1:{listening.getsockname()[1]}/0"
        silent = Celery("silent", broker=place, broker_transport_options={"socket_timeout": 60})
        monkeypatch.setattr(hints, "app", silent)
        for subject in range(hints.WAITING + 20):  # more than may wait to be sent
            work.enqueue("note", subject)
        assert Work.objects.count() == hints.WAITING + 20
        line, _ = listening.accept()
        assert line.recv(1), "one message is on its way"
        assert not hints.settle(0), "and is waited for by nobody here"
        line.close()
    assert hints.settle(5)
