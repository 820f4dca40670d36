"""A region whose web nodes are replaced one after another: two on one PostgreSQL, before them HAProxy."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from spotify_lite.tests.rig import audience, haproxy, hearing, postgres, processes, server

NODES = ("web-1", "web-2")
NOTICE = 2  # seconds; the balancer needs one and a half
MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
"""


@dataclass
class Region:
    """What runs."""

    folder: Path
    variables: dict[str, str]  # of a node, but for its port
    people: audience.Audience
    nodes: dict[str, server.Server] = field(default_factory=dict)
    balancer: haproxy.Balancer | None = None
    held: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def door(self) -> haproxy.Balancer:
        assert self.balancer is not None
        return self.balancer

    @property
    def song(self) -> str:
        """The signed address of a song that has bytes."""
        return hearing.address(self.door.http, min(self.people.tracks), self.people.accounts[0].token)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.variables["DATABASE_URL"]) as connection:
            return connection.execute(sql.encode()).fetchall()

    def start(self, name: str, port: int) -> None:
        """Start a node, and wait until it is ready."""
        variables = {**self.variables, "PORT": str(port)}
        self.nodes[name] = self.held.enter_context(server.start(variables, port, self.folder / name))
        server.wait_for(self.nodes[name], "/readyz")

    def replace(self, name: str) -> int:
        """Tell a node to end, start it anew, wait until the balancer sends to it; return its exit code."""
        leaving, before = self.nodes[name], self.door.returns(name)
        leaving.process.send_signal(signal.SIGTERM)
        code = leaving.process.wait(60)
        self.start(name, leaving.port)
        processes.wait(lambda: self.door.returns(name) > before, self.door.process, self.door.log)
        return code


@contextmanager
def region(folder: Path) -> Iterator[Region]:
    with ExitStack() as ends:
        database = ends.enter_context(postgres.cluster())
        ports = {name: server.free_port() for name in NODES}
        own = {"DATABASE_URL": database, "WEB_NOTICE": str(NOTICE), "TRUSTED_PROXIES": "1"}
        variables = server.environment(folder / "var", ports[NODES[0]], own)
        for place in ("var", *NODES):
            (folder / place).mkdir(parents=True)

        def shell(code: str) -> str:
            """Run it between what must come before and after: starting Django is most of what each would take."""
            made = server.manage(variables, "shell", "-v0", "-c", MIGRATE + code + hearing.MAKE)
            return made.stdout.strip()

        running = Region(folder, variables, audience.make(shell, tracks=40), held=ends)
        for name, port in ports.items():
            running.start(name, port)
        nodes = list(ports.values())
        running.balancer = ends.enter_context(haproxy.balancer(folder / "balancer", nodes, host="127.0.0.1", tls=False))
        yield running
        for node in running.nodes.values():
            processes.kill(node.process)  # without its notice
