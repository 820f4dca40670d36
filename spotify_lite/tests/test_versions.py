"""Who gets traffic while versions change: a node older than the database does, a newer one does not."""

import json

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from spotify_lite import drain, health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)


@pytest.fixture
def recorder() -> MigrationRecorder:
    return MigrationRecorder(connection)


def ready(client: Client) -> tuple[int, str]:
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content).get("database", "")


def test_a_node_that_is_older_than_the_database_is_ready(client: Client, recorder: MigrationRecorder) -> None:
    recorder.record_applied("catalog", "9999_of_the_next_version")
    assert ready(client) == (200, "ok")


def test_a_node_that_is_newer_than_the_database_is_not_ready_until_that_is_migrated(
    client: Client, recorder: MigrationRecorder
) -> None:
    [newest] = MigrationLoader(None).graph.leaf_nodes("playback")
    recorder.record_unapplied(*newest)
    assert ready(client) == (503, "migrations pending")
    recorder.record_applied(*newest)
    assert ready(client) == (200, "ok")


def test_a_node_that_runs_stays_ready_when_the_database_grows(client: Client, recorder: MigrationRecorder) -> None:
    assert ready(client) == (200, "ok")
    recorder.record_applied("catalog", "9999_of_the_next_version")
    assert ready(client) == (200, "ok")


def test_a_node_that_leaves_says_so_and_asks_nobody(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(drain, "_asked", True)
    with django_assert_num_queries(0):
        answer = client.get("/readyz")
    assert (answer.status_code, json.loads(answer.content)) == (503, {"status": "draining"})
    assert client.get("/healthz").status_code == 200
