"""The balancer by itself: what it believes, hides, refuses and tries again, and whom it sends where."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from spotify_lite.tests.rig import haproxy
from spotify_lite.tests.rig.server import free_port

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("balancer")]

HOST = "music.example"
FIRST_LOOK = 0.3  # seconds until the balancer has looked at its nodes


@dataclass
class Node:
    """A web server that tells what it was asked; `dies` lets it hang up instead, so often."""

    name: str
    port: int = 0
    dies: int = 0
    asked: list[str] = field(default_factory=list)


class Quiet(ThreadingHTTPServer):
    """Says nothing of connections that the balancer resets, as its checks do."""

    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def serving(*nodes: Node) -> Iterator[None]:
    servers = []
    for node in nodes:
        server = Quiet(("127.0.0.1", 0), _handler(node))
        node.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    try:
        yield
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _handler(node: Node) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path != "/readyz":
                node.asked.append(f"{self.command} {self.path}")
                if node.dies:
                    node.dies -= 1
                    self.close_connection = True
                    return
            headers = {name.lower(): ", ".join(self.headers.get_all(name, [])) for name in self.headers}
            body = json.dumps({"node": node.name, "path": self.path, "headers": headers}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@dataclass
class Region:
    """A balancer and what is behind it."""

    balancer: haproxy.Balancer
    nodes: tuple[Node, Node]
    pops: tuple[Node, Node]
    storage: Node

    def ask(
        self, method: str, path: str, *, host: str = HOST, tls: bool = True, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and what the node told."""
        if tls:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                "127.0.0.1", self.balancer.https, timeout=20, context=self.balancer.trust()
            )
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.balancer.http, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": host, **named})
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.headers.items()},
            json.loads(raw or b"null"),
        )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.balancer.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def region(folder: Path, **extra: str) -> Iterator[Region]:
    nodes, pops = (Node("web-1"), Node("web-2")), (Node("edge-1"), Node("edge-2"))
    storage = Node("storage")
    with serving(*nodes, *pops, storage):
        beside = {
            **{f"EDGE_{number}": f"127.0.0.1:{pop.port}" for number, pop in enumerate(pops, start=1)},
            **{f"EDGE_{number}_HOST": f"edge-{number}.example" for number in (1, 2)},
            "BUCKET": "music",
            "STORAGE": f"127.0.0.1:{storage.port}",
            "REGION": "eu",
        }
        ports = [node.port for node in nodes]
        with haproxy.balancer(folder, ports, host=HOST, **(beside | extra)) as balancer:
            time.sleep(FIRST_LOOK)
            yield Region(balancer, nodes, pops, storage)


@pytest.fixture(scope="module")
def eu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    with region(tmp_path_factory.mktemp("balancer")) as running:
        yield running


def test_nodes_take_turns_and_are_told_the_truth(eu: Region) -> None:
    told = [eu.ask("GET", "/")[2] for _ in range(4)]
    assert sorted(one["node"] for one in told) == ["web-1", "web-1", "web-2", "web-2"]
    headers = told[0]["headers"]
    assert (headers["x-region"], headers["x-forwarded-proto"], headers["x-forwarded-for"]) == (
        "eu",
        "https",
        "127.0.0.1",
    )
    assert headers["host"] == HOST


def test_what_clients_say_of_themselves_is_dropped(eu: Region) -> None:
    said = {"X_Region": "moon", "X_Forwarded_For": "203.0.113.9", "X_Forwarded_Proto": "http", "X_Request_ID": "mine"}
    more = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Prefix": "/evil",
        "Forwarded": "for=evil",
        "X_Real_IP": "9",
    }
    status, answered, told = eu.ask("GET", "/", **said, **more)
    headers = told["headers"]
    assert (headers["x-region"], headers["x-forwarded-for"]) == ("eu", "127.0.0.1")
    assert not {"x-forwarded-host", "x-forwarded-prefix", "forwarded", "x-real-ip"} & set(headers)
    assert status == 200
    assert headers["x-request-id"] == answered["x-request-id"] != "mine"


def test_http_becomes_https(eu: Region) -> None:
    status, headers, _ = eu.ask("GET", "/albums/7?page=2", tls=False)
    assert (status, headers["location"]) == (301, f"https://{HOST}/albums/7?page=2")


def test_what_ends_tls_in_front_is_believed_and_nobody_else(tmp_path: Path) -> None:
    with region(tmp_path, TLS_FRONT="127.0.0.1", TLS_CERTIFICATE="") as behind:
        _, _, told = behind.ask("GET", "/", tls=False, X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")
        assert told["headers"]["x-forwarded-proto"] == "https"
        assert told["headers"]["x-forwarded-for"] == "203.0.113.9, 127.0.0.1"
        assert "x-forwarded-host" not in behind.ask("GET", "/", tls=False, X_Forwarded_Host="evil")[2]["headers"]
    with region(tmp_path / "other", TLS_FRONT="198.51.100.0/24", TLS_CERTIFICATE="") as alone:
        _, _, told = alone.ask("GET", "/", tls=False, X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")
        assert told["headers"]["x-forwarded-proto"] == "http"
        assert told["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_pops_are_found_by_their_names(eu: Region) -> None:
    for name in ("edge-1", "edge-2"):
        assert eu.ask("GET", "/media/00/x", host=f"{name}.example")[2]["node"] == name


def test_only_signed_forms_reach_the_storage(eu: Region) -> None:
    assert eu.ask("POST", "/music-masters", body=b"form")[2]["node"] == "storage"
    tried = [("GET", "/music-masters"), ("PUT", "/music-masters"), ("POST", "/music"), ("POST", "/music-masters/x")]
    assert {eu.ask(method, path)[2]["node"] for method, path in tried} <= {"web-1", "web-2"}
    assert len(eu.storage.asked) == 1


def test_what_is_for_those_inside_or_too_large_is_refused_at_the_door(eu: Region) -> None:
    before = [list(node.asked) for node in eu.nodes]
    assert eu.ask("GET", "/metrics")[0] == eu.ask("GET", "/%6Detrics")[0] == 404
    raw = socket.create_connection(("127.0.0.1", eu.balancer.https), timeout=10)
    with eu.balancer.trust().wrap_socket(raw, server_hostname=HOST) as stream:
        size = 1024**3 + 2 * 1024**2
        stream.sendall(f"POST /admin/x HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n".encode())
        assert stream.recv(100).startswith(b"HTTP/1.1 413 ")
    assert [list(node.asked) for node in eu.nodes] == before


def test_signed_paths_have_one_spelling(eu: Region) -> None:
    """A node is told the decoded path alone, and would take each of these for what was signed."""
    before = [list(node.asked) for node in eu.nodes]
    for path in (
        "/media/00%2Fx.mp4",
        "/media%2f00/x.mp4",
        "/%6Dedia/00/x.mp4",
        "/media/00/x%2Emp4",
        "/media/00/%78.mp4",
    ):
        status, headers, _ = eu.ask("GET", f"{path}?exp=1&kid=a&sig=0")
        assert (status, headers["cache-control"]) == (403, "no-store"), path
    assert [list(node.asked) for node in eu.nodes] == before
    assert eu.ask("GET", "/media/00/x.mp4?exp=1")[0] == 200
    assert eu.ask("GET", "/search?q=50%25")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "tries"),
    [
        ("GET", "/api/v1/tracks", None, 2),
        ("POST", "/api/v1/me/progress", b"{}", 2),
        ("PUT", "/api/v1/me/playback", b"{}", 2),
        ("POST", "/api/v1/tracks/7/play", b'{"device": "Phone", "play_id": "0190"}', 2),  # twice it is the same play
        ("POST", "/api/v1/tracks/7/play", b'{"device": "Phone"}', 1),
        ("POST", "/api/v1/tracks/7/play", b"", 1),
        ("POST", "/api/v1/auth/tokens", b'{"play_id": "0190"}', 1),
    ],
)
def test_what_died_with_its_node_is_tried_again_where_twice_is_once(
    eu: Region, method: str, path: str, body: bytes | None, tries: int
) -> None:
    before = sum(len(node.asked) for node in eu.nodes)
    first = eu.nodes[0] if eu.ask("GET", "/turn")[2]["node"] == "web-2" else eu.nodes[1]
    first.dies = 1
    status, headers, told = eu.ask(method, path, body=body)
    first.dies = 0
    assert sum(len(node.asked) for node in eu.nodes) - before - 1 == tries
    if tries == 2:
        assert status == 200
    else:
        assert (status, headers["retry-after"], told["status"]) == (502, "2", 502)


def test_a_line_that_waits_while_the_balancer_reads_its_file_anew_gets_one_more_answer(eu: Region) -> None:
    """Else a request that is on its way to the old process meets a closed line."""
    kept = http.client.HTTPSConnection("127.0.0.1", eu.balancer.https, timeout=20, context=eu.balancer.trust())
    kept.request("GET", "/", headers={"Host": HOST})
    assert kept.getresponse().read()
    before = eu.balancer.loads
    eu.balancer.reload()
    wait_for(lambda: eu.balancer.loads > before)
    assert eu.ask("GET", "/")[0] == 200
    kept.request("GET", "/", headers={"Host": HOST})
    answer = kept.getresponse()
    assert (answer.status, answer.headers["connection"]) == (200, "close")


def test_logs_hold_no_query_and_nobody_s_address(eu: Region) -> None:
    eu.ask("GET", '/media/ab/"x\\?exp=1&sig=secret-signature')
    wait_for(lambda: eu.lines[-1]["path"] == '/media/ab/"x\\')
    text = eu.balancer.log.read_text()
    assert "secret-signature" not in text
    assert '"127.0.0.1"' not in text


def test_without_a_node_programs_are_told_when_to_come_again(tmp_path: Path) -> None:
    with haproxy.balancer(tmp_path, [free_port(), free_port()], host=HOST) as alone:
        time.sleep(FIRST_LOOK)
        status, headers, told = Region(alone, (Node(""), Node("")), (Node(""), Node("")), Node("")).ask("GET", "/")
    assert (status, headers["content-type"], headers["retry-after"]) == (503, "application/problem+json", "2")
    assert told["title"] == "Service Unavailable"


@pytest.mark.slow
def test_slow_heads_are_cut_off_and_hold_up_nobody(eu: Region) -> None:
    """200 clients send a head that never ends; whoever else comes is served meanwhile."""
    streams = [socket.create_connection(("127.0.0.1", eu.balancer.http), timeout=15) for _ in range(200)]
    for stream in streams:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: music.example\r\nX-Slow: ")
    assert all(eu.ask("GET", "/")[0] == 200 for _ in range(20))
    begun = time.monotonic()
    while time.monotonic() - begun < 13:
        for stream in streams:
            try:
                stream.sendall(b"x")
            except OSError:
                continue
        if all(_answered(stream) for stream in streams):
            break
        time.sleep(1)
    assert time.monotonic() - begun < 12.5
    assert all(stream.recv(100).startswith(b"HTTP/1.1 408 ") for stream in streams)
    for stream in streams:
        stream.close()


def wait_for(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def _answered(stream: socket.socket) -> bool:
    try:
        return bool(stream.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK))
    except OSError:
        return False
