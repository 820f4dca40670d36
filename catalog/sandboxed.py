"""The inside of `catalog.sandbox.Pool`: take files from standard input, which is a socket, and answer them in order."""

import importlib
import os
import socket
import sys
from collections import deque

import orjson

from catalog.sandbox import HEADER, LARGEST_ANSWER, Unreadable


def serve(function: str) -> None:
    """Answer each job with `[value, reason]`, until the parent hangs up."""
    module, _, name = function.partition(":")
    reader = getattr(importlib.import_module(module), name)
    line = socket.socket(fileno=0)
    line.sendall(b"+")  # ready: from here on, a file is to blame
    received, descriptors = bytearray(), deque[int]()
    while True:
        while len(received) < HEADER.size or len(received) < HEADER.size + HEADER.unpack_from(received)[0]:
            piece, arrived, _, _ = socket.recv_fds(line, 1 << 16, 64)
            if not piece:
                return
            received += piece
            descriptors.extend(arrived)
        end = HEADER.size + HEADER.unpack_from(received)[0]
        about = orjson.loads(received[HEADER.size : end])
        del received[:end]
        value, reason = None, ""
        with os.fdopen(descriptors.popleft(), "rb") as file:
            try:
                value = reader(file, **about)
            except Unreadable as error:
                reason = str(error)
            except MemoryError:
                reason = "needs more memory than a file may"
            except OSError as error:
                reason = f"could not be read: {(error.strerror or 'unknown error').lower()}"
            except Exception as error:  # noqa: BLE001 - whatever a parser does with hostile bytes, the next file is fine
                reason = f"made the reader fail ({type(error).__name__})"
        answer = orjson.dumps([value, reason])
        if len(answer) > LARGEST_ANSWER:
            answer = orjson.dumps([None, "has more in its tags than we keep"])
        line.sendall(HEADER.pack(len(answer)) + answer)


if __name__ == "__main__":
    serve(sys.argv[1])
