"""What a node says of the database's servers: enough to find the mistake in REPLICA_URLS, and no password."""

import time
from pathlib import Path

import pytest
from django.db import OperationalError, connections

from spotify_lite import watching
from spotify_lite.roles import Sight


def test_each_server_is_named_for_what_it_is(tmp_path: Path):
    now = time.monotonic()
    watch = watching.Watch(region="eu", regions=["eu"] * 4, file=tmp_path / "timeline")
    for number, (standby, system, timeline) in enumerate([(False, 7, 2), (False, 7, 2), (False, 7, 1), (False, 8, 3)]):
        watch._take_in(number, Sight(now, standby, system, timeline, place=1, complete=1))
    watch._take_in(4, Sight(now, standby=True, system=8, timeline=3, place=1, complete=1))
    assert list(watch.states().values()) == [
        "the primary",
        "a second primary, or the same one again",
        "an old primary, on timeline 1",
        "of another cluster",
        "of another cluster",
    ]


def test_a_server_that_cannot_be_reached_is_away_for_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A wrong password and a name that nobody has look alike otherwise."""

    class Closed:
        def ensure_connection(self) -> None:
            raise OperationalError('connection failed, port 5432\nFATAL:  password authentication failed for "a"\n')

        def close(self) -> None:
            raise SystemExit  # one look is enough

    watch = watching.Watch(region="eu", regions=["eu"], file=tmp_path / "timeline")
    monkeypatch.setitem(connections.settings, "server-1", connections.settings["default"])
    connections["server-1"] = Closed()
    try:
        with pytest.raises(SystemExit):
            watch._watch(1)
    finally:
        del connections["server-1"]
    assert watch.states()["server-1"] == 'away: FATAL:  password authentication failed for "a"'
