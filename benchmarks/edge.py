"""Signed audio out of an edge's cache against nginx's static files, in one run.

    .venv/bin/python -m benchmarks.edge

Both have one worker and the same objects of 5 MB; rounds take turns, and the median counts. Wanted: bytes a second of
whole objects >= 80 %, requests a second of 64 KB ranges >= 30 %. Then the first byte, cold and warm, with an origin
that takes 40 ms, and the memory of nginx; the same through a web node that fills itself by the edge. Needs `wrk`.
"""

import argparse
import hashlib
import http.client
import os
import random
import re
import secrets
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playback.tests.test_media import resident
from spotify_lite.tests.rig import edge, faults, s3, server

OBJECTS = 20
SIZE = 5_000_000  # bytes
RANGE = 64 * 1024  # bytes
ORIGIN_SECONDS = 0.04
FIRST_BYTES = 20  # objects of which the first byte is timed

# One signature an object, as for a quarter of an hour of listeners.
SCRIPT = """
local targets = {%s}
math.randomseed(7)
function request()
  local range = nil
  if %d > 0 then
    local start = math.random(0, %d)
    range = {["Range"] = "bytes=" .. start .. "-" .. (start + %d - 1)}
  end
  return wrk.format("GET", targets[math.random(#targets)], range)
end
"""
STATIC = """
daemon off; pid {folder}/pid; error_log stderr crit; worker_processes 1; {user}
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; sendfile_max_chunk 512k; tcp_nopush off; keepalive_requests 10000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; }}
}}
"""


@dataclass(frozen=True)
class Load:
    """What wrk told of one round."""

    requests: float  # a second
    megabytes: float  # a second
    failed: int


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=6, help="of each round")
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with s3.storage(folder / "s3") as storage, faults.proxy(storage.port) as origin:
            paths = fill(storage, folder / "static")
            keys = {"a": secrets.token_hex(32)}
            with (
                edge.pop(
                    folder / "edge",
                    origins=[f"{origin.url}/{storage.bucket}"],
                    access=(storage.access_key, storage.secret_key),
                    keys=keys,
                    extra={"EDGE_ACCESS_LOG": "off"},
                ) as pop,
                static(folder) as plain,
            ):
                signed = [pop.signed(path) for path in paths]
                origin.spoil(latency=ORIGIN_SECONDS)
                cold, warm = first_bytes(pop, signed[:FIRST_BYTES]), first_bytes(pop, signed[:FIRST_BYTES])
                print(f"first byte with an origin of {ORIGIN_SECONDS * 1000:.0f} ms: cold edge {told(cold)},")
                print(f"    warm edge {told(warm)}")
                by_web(folder, storage, origin, pop)
                origin.heal()
                for target in signed:
                    ask(pop.port, target)
                compare(Wrk(folder, options.seconds), options.rounds, pop, signed, (plain, paths))


def compare(wrk: "Wrk", rounds: int, pop: edge.Pop, signed: list[str], plain: tuple[int, list[str]]) -> None:
    for what, length, clients, wanted in (("whole objects", 0, 16, 80), ("ranges of 64 KB", RANGE, 64, 30)):
        ours, static_ = [], []
        for _ in range(rounds):
            static_.append(wrk.load(*plain, length=length, clients=clients))
            ours.append(wrk.load(pop.port, signed, length=length, clients=clients))
        failed = sum(one.failed for one in (*ours, *static_))
        for title, loads in (("edge  ", ours), ("static", static_)):
            print(
                f"{what}, {title}: {median(loads, 'megabytes'):,.0f} MB/s, {median(loads, 'requests'):,.0f} requests/s"
            )
        share = median(ours, "requests") / median(static_, "requests") * 100
        print(f"    {share:.0f} % of static (wanted: {wanted} %), {failed} failed; nginx {memory_mb(pop)} MB")


def by_web(folder: Path, storage: s3.Storage, origin: faults.Proxy, pop: edge.Pop) -> None:
    """Time the first byte of cold objects at a web node, and look at its memory."""
    kid, key = next(iter(pop.keys.items()))
    settings = storage.environment | {
        "ORIGINS": f"{storage.region}:{origin.url}/{storage.bucket}",
        "EDGES": pop.setting,
        "MEDIA_SIGNING_KEYS": f"{kid}:{key}",
    }
    targets = [pop.signed(path) for path in fill(storage, folder / "static", seed=8)]
    with server.running(folder / "var", extra=settings) as node:
        before = resident(node)
        ask(node.port, targets.pop(), {"Range": "bytes=0-0"})  # connections, and boto3
        half = len(targets) // 2
        closed = [ask(node.port, target, {"Range": "bytes=0-65535"}) for target in targets[:half]]
        opened = [ask(node.port, target, {"Range": "bytes=0-"}) for target in targets[half:]]
        print(f"    cold web  {told(closed)}; of an open-ended range {told(opened)}")
        print(f"    web node {before / 2**20:.0f} MB before, {resident(node) / 2**20:.0f} MB after (two processes)")


def fill(storage: s3.Storage, root: Path, *, seed: int = 7) -> list[str]:
    """Put the same objects into the storage and into a folder; return their paths."""
    chance, paths = random.Random(seed), []
    for _ in range(OBJECTS):
        body = chance.randbytes(SIZE)
        key = hashlib.sha256(body).hexdigest()
        path = f"/media/{key[:2]}/{key}.mp4"
        storage.client().put_object(Bucket=storage.bucket, Key=path[1:], Body=body)
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        (root / path[1:]).write_bytes(body)
        paths.append(path)
    return paths


@contextmanager
def static(folder: Path) -> Iterator[int]:
    """Serve the folder with a plain nginx; give its port."""
    port, own = server.free_port(), folder / "plain"
    own.mkdir()
    user = "user root;" if os.geteuid() == 0 else ""
    (own / "nginx.conf").write_text(STATIC.format(folder=own, port=port, root=folder / "static", user=user))
    process = subprocess.Popen(["nginx", "-c", str(own / "nginx.conf")], start_new_session=True)
    try:
        time.sleep(0.5)
        yield port
    finally:
        server.stop(process)


@dataclass(frozen=True)
class Wrk:
    """The load generator."""

    folder: Path  # for its scripts
    seconds: int  # a round

    def load(self, port: int, targets: list[str], *, length: int, clients: int) -> Load:
        """Ask for the targets by turns, for `length` bytes anywhere in them; 0 is all of them."""
        script = self.folder / "load.lua"
        quoted = ", ".join(f'"{target}"' for target in targets)
        script.write_text(SCRIPT % (quoted, length, SIZE - length, length))
        command = ["wrk", "-t1", f"-c{clients}", f"-d{self.seconds}", "--timeout", "30", "-s", str(script)]
        out = subprocess.run([*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=True).stdout
        rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
        amount = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?)B", out)
        assert rate, out
        assert amount, out
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        scale = {"": 1e-6, "K": 1e-3, "M": 1.0, "G": 1e3}[amount[2]]
        return Load(float(rate[1]), float(amount[1]) * scale, int(failed[1]) if failed else 0)


def median(loads: list[Load], field: str) -> float:
    return statistics.median(getattr(load, field) for load in loads)


def first_bytes(pop: edge.Pop, targets: list[str]) -> list[float]:
    """Return how many milliseconds the first byte of each took, as a player asks for it."""
    return [ask(pop.port, target, {"Range": "bytes=0-65535"}) for target in targets]


def ask(port: int, target: str, headers: dict[str, str] | None = None) -> float:
    """Read all of it; return the milliseconds to the first byte."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.perf_counter()
    connection.request("GET", target, headers=headers or {})
    answer = connection.getresponse()
    answer.read(1)
    first = (time.perf_counter() - started) * 1000
    answer.read()
    connection.close()
    assert answer.status in {200, 206}, (answer.status, target)
    return first


def told(times: list[float]) -> str:
    return f"p50 {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms"


def memory_mb(pop: edge.Pop) -> int:
    """Return the resident memory of nginx, its master and workers together, without what they share with files."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            parent = int(re.search(r"PPid:\s+(\d+)", text)[1])
            if pop.nginx in {int(status.parent.name), parent}:
                total += int(re.search(r"RssAnon:\s+(\d+)", text)[1])
        except (OSError, TypeError):  # it has just ended
            continue
    return total // 1024


if __name__ == "__main__":
    main()
