"""Fixtures of listening: clients of several kinds, events as a player writes them, and nodes on a storage."""

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from playback.tests.cold import MIB, Stage, staged
from spotify_lite import rest
from spotify_lite.tests.rig import server

MakeEvent = Callable[..., dict[str, Any]]


@pytest.fixture
def api() -> APIClient:
    """Return a client without an account, and without the CSRF check, which has tests of its own."""
    return APIClient()


@pytest.fixture
def phone(listener: User) -> APIClient:
    """Return the listener's mobile client."""
    _, token = tokens.create_token(listener, device="Phone", at=datetime.now(UTC))
    return APIClient(HTTP_AUTHORIZATION=f"Token {token}")


@pytest.fixture
def stranger_phone(stranger: User) -> APIClient:
    _, token = tokens.create_token(stranger, device="Elsewhere", at=datetime.now(UTC))
    return APIClient(HTTP_AUTHORIZATION=f"Token {token}")


@pytest.fixture
def make_event() -> MakeEvent:
    """Return a maker of events; `ago` is how many seconds ago it was heard."""

    def make(track_id: int, position_ms: int = 1_000, *, ago: float = 0, **fields: Any) -> dict[str, Any]:
        return {
            "play_id": str(uuid.UUID(int=1)),
            "seq": 1,
            "track_id": track_id,
            "position_ms": position_ms,
            "state": "playing",
            "at": rest.timestamp(datetime.now(UTC) - timedelta(seconds=ago)),
            **fields,
        }

    return make


@pytest.fixture(scope="session")
def standing_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("cold")) as running:
        yield running


@pytest.fixture(scope="session")
def standing_small(standing_stage: Stage) -> Iterator[Stage]:
    large = standing_stage
    extra = large.extra | {"HOT_BYTES": str(4 * MIB), "EDGES": ""}
    small = Stage(large.storage, large.origin, large.pop, large.var.parent / "small", extra)
    small.chance = random.Random(6)
    with server.running(small.var, extra=extra) as small.server:
        yield small


@pytest.fixture
def stage(standing_stage: Stage) -> Iterator[Stage]:
    """Return a storage, a POP and a node, with nothing wrong between them and nothing counted.

    Tests that use it carry the mark xdist_group("cold"), so that one process has them.
    """
    standing_stage.origin.heal()
    standing_stage.origin.forget()
    yield standing_stage
    standing_stage.origin.heal()


@pytest.fixture
def small(stage: Stage, standing_small: Stage) -> Stage:
    """Return a node with room for 4 MiB and no POP, on the same storage."""
    return standing_small
