"""Fixtures of listening: clients of several kinds, and events as a player writes them."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from spotify_lite import rest

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
