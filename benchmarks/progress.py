"""Positions a second and their latency: the group commit beside a transaction for each request.

    .venv/bin/python -m benchmarks.progress

One event a request, on the real server with its own state, 50 listeners and 2,000 tracks; DATABASE_URL is passed on.
Both modes take turns, so that what else the machine does falls on both alike. Needs `wrk`.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

from spotify_lite.tests.rig import server

MODES = {"each": "benchmarks.each:app", "group": "spotify_lite.rsgi:app"}
CLIENTS = (1, 8, 32)
PREPARE = """
from datetime import UTC, datetime
from accounts import tokens
from accounts.models import User
for number in range(50):
    user = User.objects.create(username=f"listener {number}")
    print("token:" + tokens.create_token(user, device="", at=datetime.now(UTC))[1])
"""
SCRIPT = """
local tokens = {%s}
local seq = 0
math.randomseed(os.time())
function request()
  seq = seq + 1
  local who, track = math.random(#tokens), math.random(2000)
  local body = string.format(
    '{"events":[{"play_id":"00000000-0000-7000-8000-%%012d","seq":%%d,"track_id":%%d,"position_ms":%%d,"state":"playing","at":"%%s"}]}',
    who * 10000 + track, seq, track, math.random(200000), os.date("!%%Y-%%m-%%dT%%H:%%M:%%S.000Z"))
  return wrk.format("POST", "/api/v1/me/progress",
    {["Authorization"] = "Token " .. tokens[who], ["Content-Type"] = "application/json"}, body)
end
function response(status, headers, body)
  if status ~= 200 or not string.find(body, '"accepted":1') then print("refused: " .. status .. " " .. body) end
end
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=int, default=4, help="of each mode and number of clients in a round")
    arguments.add_argument("--threads", type=int, default=64, help="of the server, for Django")
    options = arguments.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    extra = {name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ}
    extra["WEB_THREADS"] = str(options.threads)
    figures: dict[tuple[str, int], list[tuple[float, float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        variables = server.environment(var, server.free_port(), extra)
        server.manage(variables, "migrate", "--verbosity=0")
        server.manage(variables, "seed_catalog", "--tracks", "2000", "--seed", "1")
        tokens = re.findall("token:(.+)", server.manage(variables, "shell", "-v0", "-c", PREPARE).stdout)
        script = var / "progress.lua"
        script.write_text(SCRIPT % ", ".join(f'"{token}"' for token in tokens))
        for _ in range(options.rounds):
            for mode, app in MODES.items():
                with server.running(var, migrate=False, extra=extra, app=app) as node:
                    load(node.url, script, clients=8, seconds=1)  # warms
                    for clients in CLIENTS:
                        figures[mode, clients].append(load(node.url, script, clients=clients, seconds=options.seconds))
    show(figures)


def load(url: str, script: Path, *, clients: int, seconds: int) -> tuple[float, float, float]:
    """Return positions a second, and the median and 99th percentile of the latency in ms."""
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}", "--latency", "--timeout", "30", "-s", str(script), url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "refused" in told:
        raise SystemExit(told[:2000])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
    return rate, _ms(told, "50%"), _ms(told, "99%")


def _ms(told: str, percentile: str) -> float:
    value, unit = re.search(rf"{percentile}\s+([\d.]+)(us|ms|s)\b", told).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def show(figures: dict[tuple[str, int], list[tuple[float, float, float]]]) -> None:
    print(f"{'clients':>8} {'mode':>6} {'positions/s':>12} {'p50 ms':>8} {'p99 ms':>8}   positions/s of the rounds")
    for clients in CLIENTS:
        for mode in MODES:
            rounds = figures[mode, clients]
            rate, median, slow = (statistics.median(column) for column in zip(*rounds, strict=True))
            spread = " ".join(f"{one[0]:.0f}" for one in rounds)
            print(f"{clients:>8} {mode:>6} {rate:>12.0f} {median:>8.1f} {slow:>8.1f}   {spread}")


if __name__ == "__main__":
    main()
