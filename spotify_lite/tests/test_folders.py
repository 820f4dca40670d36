"""The broker in folders: what a worker finds there is whole."""

import threading
from pathlib import Path

from kombu import Connection

from spotify_lite import folders


def test_a_worker_never_finds_half_a_message(tmp_path: Path):
    """Seen as an empty message under load: the worker could not read it, and ended."""
    for name in ("messages", "processed", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "processed_folder": str(tmp_path / "processed"),
        "control_folder": str(tmp_path / "control"),
    }
    told, ended = [], threading.Event()

    def connect() -> Connection:
        return Connection(transport=folders.Transport, transport_options=options)

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
