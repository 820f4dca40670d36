"""The broker in folders: what a worker finds there is whole."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from spotify_lite import folders


def options(folder: Path) -> dict[str, Any]:
    for name in ("messages", "processed", "control"):
        (folder / name).mkdir()
    return {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "processed_folder": str(folder / "processed"),
        "control_folder": str(folder / "control"),
    }


def test_a_worker_never_finds_half_a_message(tmp_path: Path):
    """Seen as an empty message under load: the worker could not read it, and ended."""
    given = options(tmp_path)
    told, ended = [], threading.Event()

    def connect() -> Connection:
        return Connection(transport=folders.Transport, transport_options=given)

    def send() -> None:
        with connect() as connection, connection.SimpleQueue("work") as queue:
            for number in range(300):
                queue.put({"number": number, "padding": "x" * 10_000})
        ended.set()

    # The worker declares its queue first, as always: threads of one process share what kombu remembers of queues,
    # and one that sends before another has written the queue down sends into nothing.
    with connect() as connection, connection.SimpleQueue("work") as queue:
        threading.Thread(target=send).start()
        while not ended.is_set() or queue.qsize():
            try:
                message = queue.get(block=False)
            except queue.Empty:
                continue
            told.append(message.payload["number"])
            message.ack()
    assert sorted(told) == list(range(300))
    assert not list((tmp_path / "messages").iterdir())


def test_many_messages_are_listed_once_and_each_is_taken_by_one_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Seen with 44,000 of them: each was found by listing all, and workers took fewer than came."""
    given, listed = options(tmp_path), []
    listing = os.listdir
    monkeypatch.setattr(folders, "FRESH", 60.0)
    monkeypatch.setattr(os, "listdir", lambda *where: listed.append(where) or listing(*where))
    with (
        Connection(transport=folders.Transport, transport_options=given) as first,
        Connection(transport=folders.Transport, transport_options=given) as second,
    ):
        nothing, one, other = first.SimpleQueue("none"), first.SimpleQueue("more"), second.SimpleQueue("more")
        for number in range(300):
            one.put(number)
        told = []
        for number in range(300):
            with pytest.raises(nothing.Empty):
                nothing.get(block=False)
            told.append((one, other)[number % 2].get(block=False).payload)
        assert sorted(told) == list(range(300))
        assert len(listed) < 10
        monkeypatch.setattr(folders, "FRESH", 0.0)
        one.put(300)
        assert other.get(timeout=10).payload == 300
        with pytest.raises(one.Empty):
            one.get(block=False)
