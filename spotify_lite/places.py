"""Read where things are: origins (object storages), edges (POPs) and replicas of the database, a region each. Pure."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")  # of a region or an edge: it stands in headers and rows
DATABASE = re.compile(r"(?:([a-z0-9-]+):)?((?:postgres|postgresql)://.+)")  # with a region before it, or without
POSTGRESQL_PORT = 5432  # where a URL names none
AWS_HOST = re.compile(r"s3[.-]([a-z0-9-]+)\.amazonaws\.com")


class Wrong(ValueError):
    """A setting does not name places; the message is a sentence about it."""


@dataclass(frozen=True)
class Origin:
    """The object storage of a region: one bucket of what is served, and beside it one of masters."""

    region: str
    endpoint: str  # scheme, host and port
    bucket: str

    @property
    def masters(self) -> str:
        """Return the bucket of what is never served; edges have no key to it."""
        return f"{self.bucket}-masters"

    @property
    def signing_region(self) -> str:
        """Return the region that SigV4 signs for: AWS has it in the host, other storages take any."""
        found = AWS_HOST.fullmatch(urlsplit(self.endpoint).hostname or "")
        return found[1] if found else "us-east-1"


@dataclass(frozen=True)
class Edge:
    """A POP: a cache near listeners that checks signatures and fetches from the origins."""

    name: str
    region: str
    url: str  # scheme, host and port, as listeners reach it


@dataclass(frozen=True)
class Replica:
    """A PostgreSQL server that follows the primary, or will be it."""

    region: str
    url: str  # with a password in it


def origins(parts: Sequence[str]) -> tuple[Origin, ...]:
    """Read `region:https://host/bucket`, the home of all writes first; raise Wrong for anything else."""
    found = []
    for part in parts:
        region, _, address = part.partition(":")
        url = urlsplit(address)
        bucket = url.path.strip("/")
        if not (NAME.fullmatch(region) and _is_origin(url.scheme, url.netloc) and bucket and "/" not in bucket):
            raise Wrong(f"ORIGINS must be entries such as 'eu:https://s3.example.org/music', not {part!r}.")
        found.append(Origin(region, f"{url.scheme}://{url.netloc}", bucket))
    _refuse_twins("ORIGINS", [one.region for one in found])
    return tuple(found)


def edges(parts: Sequence[str]) -> tuple[Edge, ...]:
    """Read `name:region:https://host`, in the order of preference within a region; raise Wrong for anything else."""
    found = []
    for part in parts:
        name, region, address = (*part.split(":", 2), "", "")[:3]
        url = urlsplit(address)
        named = NAME.fullmatch(name) and NAME.fullmatch(region)
        if not (named and _is_origin(url.scheme, url.netloc) and url.path in {"", "/"} and not url.query):
            raise Wrong(f"EDGES must be entries such as 'fra-1:eu:https://fra-1.example.org', not {part!r}.")
        found.append(Edge(name, region, f"{url.scheme}://{url.netloc}"))
    _refuse_twins("EDGES", [one.name for one in found])
    return tuple(found)


def replicas(parts: Sequence[str], *, home: str, primary: str) -> tuple[Replica, ...]:
    """Read `region:postgres://...`; without a region it is in `home`. Raise Wrong for anything else.

    `primary` is the URL of the server that they follow, which is none of them.
    """
    found = []
    for part in parts:
        named = DATABASE.fullmatch(part)
        if not (named and NAME.fullmatch(named[1] or home) and _server(named[2])):
            raise Wrong("REPLICA_URLS must be entries such as 'eu:postgres://user:password@host/name'.")
        found.append(Replica(named[1] or home, named[2]))
    servers = [_server(one.url) for one in found]
    if _server(primary) in servers:
        raise Wrong("REPLICA_URLS names the server of DATABASE_URL.")
    _refuse_twins("REPLICA_URLS", servers)
    return tuple(found)


def _server(url: str) -> str:
    """Return host and port of a database, empty where the URL names none; the password is left out."""
    with suppress(ValueError):  # of a port that is none
        split = urlsplit(url)
        if split.hostname:
            return f"{split.hostname}:{split.port or POSTGRESQL_PORT}"
    return ""


def _is_origin(scheme: str, netloc: str) -> bool:
    return scheme in {"http", "https"} and bool(netloc) and "@" not in netloc


def _refuse_twins(setting: str, names: list[str]) -> None:
    if len(set(names)) < len(names):
        raise Wrong(f"{setting} names one place twice.")
