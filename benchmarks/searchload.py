"""Search over HTTP, on the real server: how long one and many wait, and how many searches a second there are."""

import re
import subprocess
import time
import urllib.parse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import figures
from benchmarks.installations import Installation
from spotify_lite.tests.rig import faults, server
from spotify_lite.tests.rig.searchers import Answer, Searchers, ask

# Each client goes through the queries from a place of its own; what was not 200, or partial, is counted.
SCRIPT = """
local targets = {%s}
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() turn, bad, partial = 0, 0, 0 end
function request()
  turn = turn %% #targets + 1
  return wrk.format("GET", targets[turn], {%s})
end
function response(status, headers, body)
  if status ~= 200 then bad = bad + 1 elseif body:find('"partial":true', 1, true) then partial = partial + 1 end
end
function done(summary, latency, requests)
  local bad, partial = 0, 0
  for _, thread in ipairs(threads) do bad = bad + thread:get("bad"); partial = partial + thread:get("partial") end
  print(string.format("figures: %%f %%f %%f %%d %%d %%d", latency:percentile(50) / 1000, latency:percentile(95) / 1000,
    latency:percentile(99) / 1000, summary.requests, bad, partial))
end
"""
SLOW = 0.3  # seconds that the database takes for a statement
HEALS_WITHIN = 10.0  # seconds
PAUSE = 0.2  # seconds after an answer: who is told nothing at once would else take the machine


@dataclass(frozen=True)
class Load:
    """One round over HTTP."""

    cuts: tuple[float, float, float]  # ms, the 50th, 95th and 99th of a hundred
    rate: float  # searches a second
    cpu: float  # ms a search, of the server and the database
    bad: int  # answers other than 200
    partial: int


def over_http(place: Installation, asked: Sequence[str], *, seconds: int) -> dict[str, dict[str, Any]]:
    """Measure one client and eight, past the caches of answers and with them."""
    found: dict[str, dict[str, Any]] = {}
    with server.running(Path(place.variables["VAR_DIR"]), migrate=False, extra=place.database) as node:
        for fresh in (True, False):
            script = place.folder / "search.lua"
            targets = ", ".join(f'"/api/v1/search?q={urllib.parse.quote(query)}"' for query in asked)
            script.write_text(SCRIPT % (targets, '["Cache-Control"] = "no-cache"' if fresh else ""))
            load(node, place, script, clients=8, seconds=seconds)  # warms
            for clients in (1, 8):
                name = f"{clients} client{'s' * (clients > 1)}, {'past' if fresh else 'with'} the caches of answers"
                found[name] = asdict(load(node, place, script, clients=clients, seconds=seconds))
    return found


def load(node: server.Server, place: Installation, script: Path, *, clients: int, seconds: int) -> Load:
    before = figures.group_cpu_seconds(node.process.pid, *place.database_processes())
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}", "--timeout", "30", "-s", str(script), node.url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = figures.group_cpu_seconds(node.process.pid, *place.database_processes()) - before
    line = re.search(r"figures: (.+)", told)
    assert line, told
    p50, p95, p99, requests, bad, partial = map(float, line[1].split())
    return Load((p50, p95, p99), requests / seconds, spent * 1000 / requests, int(bad), int(partial))


def slowed(place: Installation, asked: Sequence[str], *, clients: int, seconds: float) -> dict[str, Any]:
    """Put 300 ms before each of the database's answers while clients search, and see it heal."""
    var = Path(place.variables["VAR_DIR"])
    with faults.proxy(place.port, http=False) as proxy:
        behind = place.variables["DATABASE_URL"].replace(f":{place.port}/", f":{proxy.port}/")
        with (
            server.running(var, migrate=False, extra={"DATABASE_URL": behind}) as node,
            Searchers(node, asked, clients, pause=PAUSE) as searchers,
        ):
            time.sleep(2)
            proxy.spoil(latency=SLOW)
            time.sleep(1)  # what was under way
            before = len(searchers.answers)
            most = 0
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                most = max(most, place.backends())
                time.sleep(0.2)
            slow = searchers.answers[before:]
            proxy.heal()
            healed = time.monotonic()
            while (last := ask(node, asked[0])).stage or last.status != 200:
                if time.monotonic() - healed > HEALS_WITHIN:
                    break
                time.sleep(0.1)
            return told_of(slow) | {"connections": most, "healed after s": round(time.monotonic() - healed, 1)}


def told_of(answers: Sequence[Answer]) -> dict[str, Any]:
    times = [answer.seconds * 1000 for answer in answers]
    stages = Counter(answer.stage for answer in answers)
    return {
        "searches": len(answers),
        "other than 200": sum(answer.status != 200 for answer in answers),
        "not partial": sum(not answer.partial for answer in answers),
        "with tracks": sum(bool(answer.tracks) for answer in answers),
        "stages": ", ".join(f"{stage}: {count}" for stage, count in sorted(stages.items())),
        "ms p50 / p95 / p99": figures.told(times),
        "ms at most": round(max(times, default=0)),
    }
