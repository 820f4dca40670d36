"""The front between HTTP and WSGI: what arrives, what leaves, and what is refused before Django."""

import hashlib
import http.client
import json
import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.core import signing

from spotify_lite import tickets
from spotify_lite.tests.rig import server as rig

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("front")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.Server]:
    var = tmp_path_factory.mktemp("front")
    (var / "file.bin").write_bytes(bytes(range(256)) * 4096)
    with rig.running(var, migrate=False, probe="/", app="spotify_lite.tests.rig.echo:app") as started:
        yield started


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig.Server]:
    """A front that takes no more than 3 MB."""
    var = tmp_path_factory.mktemp("small")
    extra = {"UPLOAD_LARGEST": str(2 * 1024 * 1024)}  # and 1 MB for the form around it
    with rig.running(var, migrate=False, probe="/", app="spotify_lite.tests.rig.echo:app", extra=extra) as started:
        yield started


@pytest.fixture
def connection(server: rig.Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)


def ask(connection: http.client.HTTPConnection, target: str, method: str = "GET", **options: Any) -> Any:
    connection.request(method, target, **options)
    answer = connection.getresponse()
    return answer, answer.read()


def raw(server: rig.Server, request: bytes) -> bytes:
    """Send bytes as they are and return all that comes back."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as stream:
        stream.sendall(request)
        try:
            while piece := stream.recv(65536):
                received += piece
        except TimeoutError:
            pass
    return received


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_request_arrives_as_wsgi_has_it(server: rig.Server, connection: http.client.HTTPConnection) -> None:
    headers = {"X-One": "1", "Content-Type": "text/plain", "Cookie": "a=b"}
    _, body = ask(connection, "/caf%C3%A9/%25?q=%41&x", "POST", body=b"hello", headers=headers)
    told = json.loads(body)
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/café/%".encode().decode("latin-1"),
        "QUERY_STRING": "q=%41&x",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_PORT": str(server.port),
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "5",
        "HTTP_X_ONE": "1",
        "HTTP_COOKIE": "a=b",
        "HTTP_HOST": f"127.0.0.1:{server.port}",
        "wsgi.url_scheme": "http",
        "length": 5,
    }
    assert {name: told.get(name) for name in expected} == expected


def test_a_thousand_connections_that_do_nothing_keep_nobody_out(server: rig.Server) -> None:
    """The server once took no more than 1,024 connections, whatever became of them: a storm kept everybody out."""
    with ExitStack() as stack:
        for _ in range(1_100):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        other = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        assert ask(other, "/")[0].status == 200
        other.close()


def test_header_with_an_underscore_is_dropped(connection: http.client.HTTPConnection) -> None:
    """Else `X_Forwarded_For` would arrive as `X-Forwarded-For`, which a balancer had cleaned."""
    _, body = ask(connection, "/", headers={"X_Forwarded_For": "9.9.9.9", "X-Real": "1"})
    told = json.loads(body)
    assert "HTTP_X_FORWARDED_FOR" not in told
    assert told["HTTP_X_REAL"] == "1"


def test_lines_of_a_header_are_joined(connection: http.client.HTTPConnection) -> None:
    connection.putrequest("GET", "/")
    for name, value in (("Cookie", "a=1"), ("Cookie", "b=2"), ("X-List", "p"), ("X-List", "q")):
        connection.putheader(name, value)
    connection.endheaders()
    told = json.loads(connection.getresponse().read())
    assert (told["HTTP_COOKIE"], told["HTTP_X_LIST"]) == ("a=1; b=2", "p,q")


def test_answer_keeps_both_cookies_and_the_connection(connection: http.client.HTTPConnection) -> None:
    first, _ = ask(connection, "/")
    used = connection.sock
    second, _ = ask(connection, "/")
    assert first.headers.get_all("set-cookie") == second.headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert connection.sock is used


def test_head_has_the_length_and_no_body(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "/file", "HEAD")
    assert (answer.status, answer.headers["content-length"], body) == (200, str(1024 * 1024), b"")
    again, _ = ask(connection, "/")
    assert again.status == 200


def test_empty_answer_has_no_length(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "/empty")
    assert (answer.status, answer.headers["content-length"], body) == (204, None, b"")


def test_chunked_body_arrives_whole_with_its_length(connection: http.client.HTTPConnection) -> None:
    pieces = [b"x" * 1000] * 500
    _, body = ask(
        connection, "/", "POST", body=iter(pieces), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    told = json.loads(body)
    assert (told["CONTENT_LENGTH"], told["length"]) == ("500000", 500000)
    assert told["sha256"] == hashlib.sha256(b"".join(pieces)).hexdigest()


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 1024 * 1024 + 1])
def test_body_of_any_size_arrives_whole(connection: http.client.HTTPConnection, size: int) -> None:
    content = bytes(index % 253 for index in range(size))
    _, body = ask(connection, "/", "POST", body=content)
    assert json.loads(body)["sha256"] == hashlib.sha256(content).hexdigest()


def ticket(server: rig.Server) -> str:
    """Return the cookie that the desk gives to curators."""
    key = json.loads((server.var / "keys.json").read_text())["secret_key"]
    return f"{tickets.COOKIE}={signing.TimestampSigner(key=key, salt=tickets.SALT).sign('1')}"


def test_upload_goes_to_the_admin_alone(server: rig.Server, connection: http.client.HTTPConnection) -> None:
    content = b"x" * (3 * 1024 * 1024)
    _, body = ask(connection, "/admin/upload", "POST", body=content, headers={"Cookie": f"a=b; {ticket(server)}"})
    assert json.loads(body)["length"] == len(content)
    length = {"Content-Length": str(len(content)), "Cookie": ticket(server)}
    connection.request("POST", "/api/v1/me/progress", headers=length)
    assert connection.getresponse().status == 413


@pytest.mark.parametrize("cookie", ["", "desk=1", "desk=1:1tQvX7:no-signature-of-ours", "sessionid=abc"])
def test_upload_without_a_ticket_is_refused_unread(server: rig.Server, cookie: str) -> None:
    """Else anybody could have this process store gigabytes that Django then refuses."""
    head = f"POST /admin/upload HTTP/1.1\r\nHost: h\r\nCookie: {cookie}\r\nConnection: close\r\n".encode()
    assert status_of(raw(server, head + b"Content-Length: 3000000\r\n\r\n")) == 413
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 40 + b"0\r\n\r\n"
    assert status_of(raw(server, chunked)) == 413


def test_upload_over_the_limit_is_refused_at_its_last_byte(small: rig.Server) -> None:
    """Whether the length is told, absent or a lie: no more than the limit is taken, and nothing is left of it."""
    head = f"POST /admin/upload HTTP/1.1\r\nHost: h\r\nCookie: {ticket(small)}\r\nConnection: close\r\n".encode()
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for pieces, status in ((48, 200), (49, 413)):
        chunked = head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * pieces + b"0\r\n\r\n"
        assert status_of(raw(small, chunked)) == status
    assert status_of(raw(small, head + b"Content-Length: 3145729\r\n\r\n")) == 413
    held = [str(link.readlink()) for link in Path(f"/proc/{worker_of(small)}/fd").iterdir() if link.is_symlink()]
    assert not [name for name in held if "/tmp" in name and "deleted" in name]


def test_full_disk_is_said_in_words(small: rig.Server) -> None:
    resource.prlimit(worker_of(small), resource.RLIMIT_FSIZE, (2_500_000, resource.RLIM_INFINITY))
    head = f"POST /admin/upload HTTP/1.1\r\nHost: h\r\nCookie: {ticket(small)}\r\nConnection: close\r\n".encode()
    answer = raw(small, head + b"Content-Length: 3000000\r\n\r\n" + bytes(3_000_000))
    resource.prlimit(worker_of(small), resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert status_of(answer) == 507
    assert b"no room" in answer
    assert get(small, "/")[0] == 200


def worker_of(server: rig.Server) -> int:
    """Return the process that answers: granian's child."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return next(int(one) for one in children if b"resource_tracker" not in Path(f"/proc/{one}/cmdline").read_bytes())


def test_chunked_body_over_the_limit_is_refused(server: rig.Server) -> None:
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert status_of(raw(server, head + piece * 40 + b"0\r\n\r\n")) == 413


def test_expect_continue_is_answered(server: rig.Server) -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as stream:
        stream.sendall(head)
        assert stream.recv(100).startswith(b"HTTP/1.1 100")
        stream.sendall(b"ok")
        assert stream.recv(100).startswith(b"HTTP/1.1 200")


def test_exception_is_a_500_and_the_next_request_is_fine(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "/error")
    assert (answer.status, b"purpose" in body) == (500, False)
    assert ask(connection, "/")[0].status == 200


def test_file_answer_is_sent_as_a_file(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "/file")
    assert (answer.status, body) == (200, bytes(range(256)) * 4096)


def test_stream_is_collected_up_to_a_limit(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "/stream?pieces=3")
    assert (answer.status, len(body)) == (200, 3 * 1024 * 1024)
    assert ask(connection, "/stream?pieces=70")[0].status == 500


def test_media_bytes_are_answered_by_the_media_server(connection: http.client.HTTPConnection) -> None:
    """Django names a signed address; the client sees the bytes, Django's own caching, and not the name."""
    target = "/media-bytes?of=/media/ab/x.mp3%3Fexp%3D1"
    answer, body = ask(connection, target, headers={"Range": "bytes=0-1"})
    assert (answer.status, body) == (206, b"/media/ab/x.mp3 exp=1 bytes=0-1")
    assert "x-media-path" not in answer.headers
    assert answer.headers.get_all("cache-control") == ["no-store"]
    assert (answer.headers["set-cookie"], answer.headers["etag"]) == ("guest=1", '"e"')
    assert answer.headers.get_all("content-length") == [str(len(body))]


def test_one_host_is_needed(server: rig.Server) -> None:
    end = b"Connection: close\r\n\r\n"
    assert status_of(raw(server, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + end)) == 400
    assert status_of(raw(server, b"GET http://b/ HTTP/1.1\r\nHost: a\r\n" + end)) == 400
    assert status_of(raw(server, b"GET http://a/ HTTP/1.1\r\nHost: a\r\n" + end)) == 200


@pytest.mark.parametrize(
    "smuggled",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"Content-Length: -1\r\n\r\n",
        b"X: a\r\n b: c\r\n\r\n",
    ],
)
def test_ambiguous_request_is_answered_at_most_once(server: rig.Server, smuggled: bytes) -> None:
    answer = raw(server, b"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + smuggled)
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert not answer or status_of(answer) < 500


def test_oversized_heads_are_refused(server: rig.Server) -> None:
    long = b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    assert status_of(raw(server, long)) == 414
    many = b"".join(b"X-%d: 1\r\n" % index for index in range(500))
    assert status_of(raw(server, b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + many + b"\r\n")) == 431


def test_blocked_threads_leave_media_free(server: rig.Server) -> None:
    """All of Django's threads sleep; media is answered all the same, and what waited is answered after."""
    with ThreadPoolExecutor(20) as pool:
        sleeping = [pool.submit(get, server, "/sleep?seconds=1") for _ in range(16)]
        assert get(server, "/media/x", timeout=0.8)[0] == 206
        assert {each.result()[0] for each in sleeping} == {200}


def get(server: rig.Server, target: str, *, timeout: float = 20) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    answer, body = ask(connection, target)
    connection.close()
    return answer.status, body


def test_client_that_leaves_is_no_error(server: rig.Server) -> None:
    before = len(server.log.read_text())
    for target in (b"/sleep?seconds=0.3", b"/stream?pieces=20", b"/file"):
        with socket.create_connection(("127.0.0.1", server.port)) as stream:
            stream.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    with socket.create_connection(("127.0.0.1", server.port)) as stream:
        stream.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nhalf")
    assert get(server, "/sleep?seconds=0.5")[0] == 200
    assert "Traceback" not in server.log.read_text()[before:]
