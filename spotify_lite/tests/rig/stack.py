"""Everything that docker-compose.yml runs, as processes of this machine: its files, its environment, its commands.

Each service gets the environment that the compose file gives it, with the names of services turned into ports.
"""

import http.client
import json
import os
import shlex
import signal
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import cluster, compose, edge, haproxy, postgres, processes, redis, s3, server

HOST = "127.0.0.1"
POPS = ("127.0.0.2", "127.0.0.3")  # addresses of loopback too, told apart by the balancer as hosts are
NODES = ("web-1", "web-2")
BUCKETS = """
from django.core.management import call_command
call_command("make_buckets")
"""
PREPARE = """
from django.core.management import call_command
for command in ("migrate", "collectstatic"):
    call_command(command, verbosity=0, interactive=False)
"""  # one process instead of three: starting Django is most of what each of them takes


@dataclass
class Stack:
    """What runs."""

    folder: Path
    values: dict[str, str]  # of the env file
    https: int  # port of the balancer
    primary: postgres.Server
    replica: postgres.Server
    cache: redis.Store
    broker: redis.Store
    storage: cluster.Cluster
    ports: dict[str, int]  # of web nodes
    pops: list[edge.Pop] = field(default_factory=list)
    nodes: list[server.Server] = field(default_factory=list)
    worker: "subprocess.Popen[bytes] | None" = None
    beat: "subprocess.Popen[bytes] | None" = None
    balancer: haproxy.Balancer | None = None
    pool: str = "threads"  # of the worker
    held: ExitStack = field(default_factory=ExitStack, repr=False)  # what runs, the last started first

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.https}"

    @property
    def certificate(self) -> Path:
        return self.folder / "balancer" / "certificate.pem"

    def environment(self, service: str) -> dict[str, str]:
        """Return a service's environment as the compose file has it, on this machine."""
        told = compose.services(self.values)[service]["environment"]
        there = {
            "@database/": f"@{HOST}:{self.primary.port}/",
            "@replica/": f"@{HOST}:{self.replica.port}/",
            "@cache:6379": f"@{HOST}:{self.cache.port}",
            "@broker:6379": f"@{HOST}:{self.broker.port}",
            "filer:8333": f"{HOST}:{self.storage.port}",
            **{f"{name}:8000": f"{HOST}:{port}" for name, port in self.ports.items()},
            **{f"{pop.name}:8080": f"{HOST}:{pop.port}" for pop in self.pops},
        }
        found = {name: _replaced(str(value), there) for name, value in told.items()}
        if "ALLOWED_HOSTS" in found:
            found["ALLOWED_HOSTS"] = HOST  # without the port that a name of one's own would not need
        return found

    def node(self, service: str) -> dict[str, str]:
        """Return the environment of a service that runs our image."""
        own = self.folder / service
        own.mkdir(exist_ok=True)
        image = {"VAR_DIR": str(own), "TMPDIR": str(own), "STATIC_ROOT": str(self.folder / "static")}
        here = {"HOT_DIR": str(self.folder / "hot"), "HOT_BYTES": str(64 * 1024**2), "PATH": os.environ["PATH"]}
        here["WEB_NOTICE"] = "0"  # a test that ends waits for no balancer
        return {**self.environment(service), **image, **here, "SSL_CERT_FILE": str(self.certificate)}

    def manage(self, *arguments: str, service: str = "worker", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a management command in a service's environment."""
        return server.manage(self.node(service), *arguments, check=check)

    def start_node(self, place: int) -> None:
        """Start a web node again that was killed, without waiting for it."""
        self.nodes[place] = self.held.enter_context(_node(self, NODES[place])())

    def kill_balancer(self) -> None:
        assert self.balancer is not None
        processes.kill(self.balancer.process)

    def start_balancer(self) -> None:
        self.balancer = self.held.enter_context(_balancer(self))

    def kill_store(self, kind: str) -> None:
        """Kill one of the two Redis: cache or broker."""
        processes.kill({"cache": self.cache, "broker": self.broker}[kind].process)

    def start_store(self, kind: str) -> None:
        known = {"cache": self.cache, "broker": self.broker}[kind]
        again = redis.store(self.folder / kind, kind, port=known.port, password=known.password)
        known.process = self.held.enter_context(again).process

    def start_worker(self) -> None:
        """Start the worker again that was killed."""
        self.worker = self.held.enter_context(_celery(self, "worker")())

    def kill(self) -> None:
        """Kill everything at once: who has seen enough need not wait for orderly ends."""
        running = [self.worker, self.beat, *(one.process for one in self.nodes)]
        running += [self.balancer and self.balancer.process, self.cache.process, self.broker.process]
        running += [self.replica.process, self.primary.process]
        for process in running:
            if process is not None:
                processes.kill(process)

    def browser(self) -> "Browser":
        """Return somebody without cookies, who trusts the balancer's certificate."""
        return Browser(self.url, haproxy_trust(self.certificate))


class Browser:
    """A client with cookies, of the balancer."""

    def __init__(self, base: str, trust: ssl.SSLContext) -> None:
        self.base, self.cookies, self._trust = base, CookieJar(), trust
        https = urllib.request.HTTPSHandler(context=trust)
        self._opener = urllib.request.build_opener(https, urllib.request.HTTPCookieProcessor(self.cookies), _Stay())

    def ask(
        self,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        method: str | None = None,
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return status, headers and body; redirects are not followed."""
        url = target if target.startswith("http") else self.base + target
        request = urllib.request.Request(url, body, {"Referer": self.base + "/", **(headers or {})}, method=method)
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def json(self, target: str, **more: Any) -> Any:
        status, _, body = self.ask(target, **more)
        assert status < 400, (status, body)
        return json.loads(body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def haproxy_trust(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@contextmanager
def running(folder: Path, *, audio: bool = True, pool: str = "threads", **values: str) -> Iterator[Stack]:
    """Start everything; `values` are more of the env file.

    Without `audio` there are neither object storage nor POPs, for tests that ask for nobody's bytes. The pool
    `prefork` gives the worker children, which can be killed alone.
    """
    https = server.free_port()
    made = compose.made() | {
        "PUBLIC_HOST": f"{HOST}:{https}",
        "EDGE_1_HOST": f"{POPS[0]}:{https}",
        "EDGE_2_HOST": f"{POPS[1]}:{https}",
        "TLS_CERTIFICATE": str(folder / "balancer" / "certificate.pem"),
        **values,
    }
    with ExitStack() as ends:
        storage = _storage(folder / "storage", made)
        first = _together(
            ends,
            lambda: postgres.pair(passwords=made),
            lambda: redis.store(folder / "cache", "cache", password=made["REDIS_PASSWORD"]),
            lambda: redis.store(folder / "broker", "broker", password=made["REDIS_PASSWORD"]),
            *([lambda: _started(storage)] if audio else []),
        )
        (primary, replica), cache, broker = first[:3]
        ports = {name: server.free_port() for name in NODES}
        stack = Stack(folder, made, https, primary, replica, cache, broker, storage, ports, pool=pool, held=ends)
        haproxy.make_certificate(stack.certificate, HOST, *POPS)
        stack.manage("shell", "-v0", "-c", (BUCKETS if audio else "") + PREPARE)
        if audio:
            stack.pops = _together(ends, *(_pop(stack, number) for number in (1, 2)))
        stack.nodes = _together(ends, *(_node(stack, name) for name in NODES))
        stack.worker, stack.beat = _together(ends, _celery(stack, "worker"), _celery(stack, "beat"))
        stack.balancer = ends.enter_context(_balancer(stack))
        for node in stack.nodes:
            server.wait_for(node, "/healthz")
        browser = stack.browser()
        processes.wait(lambda: browser.ask("/readyz")[0] == 200, stack.balancer.process, stack.balancer.log)
        yield stack


def _together(ends: ExitStack, *starts: Callable[[], AbstractContextManager[Any]]) -> list[Any]:
    """Enter contexts side by side; all of them end with `ends`, also where one of them fails to start."""
    with ThreadPoolExecutor(len(starts)) as pool:

        def enter(start: Callable[[], AbstractContextManager[Any]]) -> Any:
            context = start()
            found = context.__enter__()
            ends.push(context.__exit__)
            return found

        return list(pool.map(enter, starts))


def _storage(folder: Path, values: Mapping[str, str]) -> cluster.Cluster:
    return cluster.Cluster(
        s3.paired_port(),
        folder,
        "music",
        "home",
        values["S3_ACCESS_KEY"],
        values["S3_SECRET_KEY"],
        edge_access_key=values["EDGE_ACCESS_KEY"],
        edge_secret_key=values["EDGE_SECRET_KEY"],
    )


@contextmanager
def _started(storage: cluster.Cluster) -> Iterator[cluster.Cluster]:
    storage.start()
    try:
        yield storage
    finally:
        storage.stop()


def _pop(stack: Stack, number: int) -> Callable[[], AbstractContextManager[edge.Pop]]:
    told = stack.environment(f"edge-{number}")
    keys = dict(pair.split(":") for pair in told.pop("EDGE_MEDIA_KEYS").split(","))
    return lambda: edge.pop(
        stack.folder / f"edge-{number}",
        origins=[stack.storage],
        keys=keys,
        name=f"edge-{number}",
        region="home",
        access=(told["EDGE_ACCESS_KEY"], told["EDGE_SECRET_KEY"]),
        extra=told,
    )


def _node(stack: Stack, name: str) -> Callable[[], AbstractContextManager[server.Server]]:
    return lambda: server.start(stack.node(name), stack.ports[name], stack.folder / name)


def _celery(stack: Stack, name: str) -> Callable[[], AbstractContextManager["subprocess.Popen[bytes]"]]:
    words = shlex.split(compose.services(stack.values)[name]["command"])
    command = [sys.executable, "-m", *(stack.pool if word == "threads" else word for word in words)]
    return lambda: processes.running(
        command,
        stack.folder / name,
        name,
        environment=stack.node(name),
        place=server.ROOT,
        ends_on=signal.SIGKILL,  # nobody waits for its work at the end
    )


def _balancer(stack: Stack) -> AbstractContextManager[haproxy.Balancer]:
    told = stack.environment("balancer")
    listens = ",".join(f"{address}:{stack.https}" for address in (HOST, *POPS))
    own = {"HTTPS": listens, "TLS_CERTIFICATE": str(stack.certificate)}
    given = {name: value for name, value in (told | own).items() if name != "HTTP"}
    return haproxy.balancer(stack.folder / "balancer", list(stack.ports.values()), host=HOST, **given)


def _replaced(text: str, there: Mapping[str, str]) -> str:
    for name, address in there.items():
        text = text.replace(name, address)
    return text
