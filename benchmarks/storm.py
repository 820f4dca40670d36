"""A storm of positions: what is accepted, what is refused, and how a track and a play answer meanwhile.

    .venv/bin/python -m benchmarks.storm

First the rate that 8 clients reach who wait for their answers: what is sustainable. Then 1,500 clients ask again at
once whatever they are told, refusals included; `offered` says how many times as much that is, on this machine, which
makes the storm as well. A track and a play are asked for one after the other, before and meanwhile. Needs `wrk`.
"""

import argparse
import http.client
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import progress
from spotify_lite.tests.rig import server

CALM, STORM = 8, 1_500  # clients
COUNTING = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
accepted, refused, other = 0, 0, 0
function response(status, headers, body)
  if status == 200 then accepted = accepted + 1
  elseif status == 503 or status == 429 then refused = refused + 1
  else other = other + 1 end
end
function done(summary, latency, requests)
  for _, thread in ipairs(threads) do
    print(string.format("counted: %d %d %d", thread:get("accepted"), thread:get("refused"), thread:get("other")))
  end
end
"""


@dataclass
class Asked:
    """What one client saw who asks for the same again and again."""

    ms: list[float] = field(default_factory=list)  # of the answers that were given
    refused: int = 0  # 429, 503
    failed: int = 0  # anything else

    def __str__(self) -> str:
        if len(self.ms) < 2:
            return f"{len(self.ms)} answers, {self.refused} refused, {self.failed} failed"
        slow = statistics.quantiles(self.ms, n=100)[98]
        told = f"p50 {statistics.median(self.ms):.1f} ms, p99 {slow:.1f} ms"
        return f"{told} of {len(self.ms)}, {self.refused} refused, {self.failed} failed"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=20)
    arguments.add_argument("--port", type=int)
    options = arguments.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, server.running(Path(folder), port=options.port) as node:
        node.manage("seed_catalog", "--tracks", "2000", "--seed", "1")
        tokens = re.findall("token:(.+)", node.manage("shell", "-v0", "-c", progress.PREPARE).stdout)
        script = Path(folder) / "storm.lua"
        text = progress.SCRIPT % ", ".join(f'"{token}"' for token in tokens)
        script.write_text(text[: text.index("function response")] + COUNTING)
        calm = load(node, script, clients=CALM, seconds=5)[0] / 5
        print(f"sustainable: {calm:.0f} positions/s; memory {memory_mb(node)} MB")
        alone = ask(node, tokens[0], seconds=3)
        with Meanwhile(node, tokens[0], options.seconds) as meanwhile:
            accepted, refused, other = load(node, script, clients=STORM, seconds=options.seconds)
        offered = (accepted + refused + other) / options.seconds
        print(
            f"storm: {offered:.0f}/s offered, {offered / calm:.1f} times; {accepted / options.seconds:.0f}/s accepted,"
        )
        print(f"    {refused} refused, {other} other answers; memory {memory_mb(node)} MB")
        for name in alone:
            print(f"{name}: before {alone[name]}\n{' ' * len(name)}  meanwhile {meanwhile.asked[name]}")
        time.sleep(2)
        after = ask(node, tokens[0], seconds=2)
        print(f"two seconds later: {after['track']}; memory {memory_mb(node)} MB")


class Meanwhile:
    """Asks for a track and a play on a thread while the block runs."""

    def __init__(self, node: server.Server, token: str, seconds: float) -> None:
        self.asked: dict[str, Asked] = {}
        self._thread = threading.Thread(target=self._ask, args=(node, token, seconds))

    def _ask(self, node: server.Server, token: str, seconds: float) -> None:
        self.asked = ask(node, token, seconds=seconds)

    def __enter__(self) -> "Meanwhile":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def ask(node: server.Server, token: str, *, seconds: float) -> dict[str, Asked]:
    """Ask for a track, then press play without audio (409: decided by the same queries), 20 times a second."""
    calls = {"track": ("GET", "/api/v1/tracks/7"), "play": ("POST", "/api/v1/tracks/7/play")}
    asked = {name: Asked() for name in calls}
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for name, (method, path) in calls.items():
            started = time.perf_counter()
            try:
                connection.request(method, path, headers={"Authorization": f"Token {token}"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()  # the next request opens it again
                asked[name].failed += 1
                continue
            if answer.status in {429, 503}:
                asked[name].refused += 1
            else:
                asked[name].ms.append((time.perf_counter() - started) * 1000)
        time.sleep(0.05)
    connection.close()
    return asked


def load(node: server.Server, script: Path, *, clients: int, seconds: int) -> tuple[int, int, int]:
    """Return how many requests were accepted, refused (429, 503), and answered in any other way."""
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}", "--timeout", "30", "-s", str(script), node.url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    accepted, refused, other = re.search(r"counted: (\d+) (\d+) (\d+)", told).groups()
    return int(accepted), int(refused), int(other)


def memory_mb(node: server.Server) -> int:
    """Return the resident memory of the largest process of the server: the worker."""
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            group = int((status.parent / "stat").read_text().rpartition(")")[2].split()[2])
            if group == node.process.pid:
                sizes.append(int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]))
        except (OSError, TypeError):  # it has just ended
            continue
    return max(sizes) // 1024


if __name__ == "__main__":
    main()
