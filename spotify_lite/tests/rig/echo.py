"""The front around a WSGI application that tells what it was given, to test the front by itself."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from spotify_lite.answers import Answer
from spotify_lite.rsgi import Front

FILE = Path(os.environ["VAR_DIR"]) / "file.bin"


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    if path == "/error":
        raise RuntimeError("on purpose")
    if path == "/sleep":
        time.sleep(float(query["seconds"]))
    if path == "/empty":
        start_response("204 No Content", [])
        return []
    if path == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return chunks(int(query["pieces"]))
    if path == "/file":
        start_response("200 OK", [("Content-Length", str(FILE.stat().st_size))])
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](FILE.open("rb"))
        return wrapped
    if path == "/media-bytes":
        headers = [("X-Media-Path", query["of"]), ("Cache-Control", "no-store"), ("Set-Cookie", "guest=1")]
        start_response("200 OK", [*headers, ("Content-Length", "0")])
        return []
    body = environ["wsgi.input"].read()
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    told |= {"length": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    answer = json.dumps(told).encode()
    headers = [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    start_response("200 OK", [*headers, ("Content-Length", str(len(answer)))])
    return [answer]


def chunks(pieces: int) -> Iterator[bytes]:
    for _ in range(pieces):
        yield b"x" * 1024 * 1024


async def media(method: str, path: str, query: str, headers: Any, *, stay: bool = False) -> Answer:
    told = f"{path} {query} {headers.get('range')}".encode()
    fixed = [("cache-control", "immutable"), ("etag", '"e"'), ("content-length", str(len(told)))]
    return Answer(206, fixed, told)


app = Front(echo, media)
