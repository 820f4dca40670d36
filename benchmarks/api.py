"""Requests a second and CPU of the catalog's calls beside an empty view, on the real server with its own state.

    .venv/bin/python -m benchmarks.api --tracks 20000

Every track is given audio, so that answers pay for their signed addresses. The targets are of the empty view's rate,
behind the same middleware in the same process: a track and a play 30 %, lists and albums 8 %. Rounds go through all
calls in turn, so that what else the machine does falls on all alike; the figure is the median, the noise the range
of the rounds around it. Needs `wrk`.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from spotify_lite.tests.rig import server

CLIENTS = 8
SECONDS = 2  # of each call in each round
TARGETS = {"track": 0.30, "play": 0.30, "tracks, 50": 0.08, "album": 0.08}  # of the empty view's rate
TICKS = os.sysconf("SC_CLK_TCK")  # a second
PREPARE = """
from django.utils import timezone
from accounts import tokens
from accounts.models import User
from catalog import derived
from catalog.models import Master, Rendition, Track
now = timezone.now()
ids = list(Track.objects.values_list("id", flat=True))
for start in range(0, len(ids), 1000):
    batch = ids[start : start + 1000]
    masters = Master.objects.bulk_create(
        Master(track_id=i, fingerprint=f"{i:064x}", container="mp3", codec="mp3", bitrate=192, size=5_000_000)
        for i in batch
    )
    Rendition.objects.bulk_create(
        Rendition(track_id=m.track_id, master=m, name="source", key=m.fingerprint, extension="mp3", mime="audio/mpeg",
                  bitrate=192, size=5_000_000, created_at=now)
        for m in masters
    )
    derived.refresh_cards(batch)
derived.bump_version()
from catalog import search
while search.index_pending():
    pass
user = User.objects.create_user("benchmark")
print(tokens.create_token(user, device="benchmark", at=now)[1])
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tracks", type=int, default=20_000)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--port", type=int)
    options = arguments.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, server.running(Path(folder), port=options.port) as node:
        node.manage("seed_catalog", "--tracks", str(options.tracks))
        token = node.manage("shell", "-v0", "-c", PREPARE).stdout.split()[-1]
        calls = scripts(node.url, token, Path(folder))
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
        for turn in range(options.rounds + 1):
            for name, script in calls.items():
                figures = load(node, script)
                if turn:  # the first round only warms
                    measured[name].append(figures)
    show(measured)


def scripts(url: str, token: str, folder: Path) -> dict[str, Path]:
    """Write a script for wrk of each call: it takes turns among addresses that the catalog really has."""
    tracks = get(f"{url}/api/v1/tracks?limit=100")["results"]
    albums = get(f"{url}/api/v1/albums?limit=100")["results"]
    artists = get(f"{url}/api/v1/artists?limit=100")["results"]
    queries = [track["title"] for track in tracks] + [f"{track['artist']} {track['title'][:4]}" for track in tracks]
    addresses = {
        "empty view": ["/healthz"],
        "track": [f"/api/v1/tracks/{track['id']}" for track in tracks],
        "play": [f"/api/v1/tracks/{track['id']}/play" for track in tracks],
        "tracks, 50": ["/api/v1/tracks"],
        "tracks of an artist": [f"/api/v1/tracks?artist={artist['id']}" for artist in artists],
        "albums, 50": ["/api/v1/albums"],
        "album": [f"/api/v1/albums/{album['id']}" for album in albums],
        "artist": [f"/api/v1/artists/{artist['id']}" for artist in artists],
        "search": [f"/api/v1/search?q={urllib.parse.quote(query)}" for query in queries],
    }
    made = {}
    for name, paths in addresses.items():
        script = folder / f"{name.replace(' ', '-')}.lua"
        method = "POST" if name == "play" else "GET"
        listed = ",".join(json.dumps(path) for path in paths)
        headers = f'{{["Authorization"]="Token {token}"}}' if name == "play" else "{}"
        script.write_text(
            f"local paths = {{{listed}}}\nlocal turn = 0\n"
            "request = function()\n  turn = turn % #paths + 1\n"
            f'  return wrk.format("{method}", paths[turn], {headers})\nend\n'
        )
        made[name] = script
    return made


def get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def load(node: server.Server, script: Path) -> tuple[float, float]:
    """Return requests a second, and the server's CPU in ms a request; errors end the run."""
    before = cpu_seconds(node.process.pid)
    told = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-s", str(script), node.url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    spent = cpu_seconds(node.process.pid) - before
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(f"{script.stem} failed:\n{told}")
    requests = int(next(line.split()[0] for line in told.splitlines() if "requests in" in line))
    rate = float(next(line.split()[1] for line in told.splitlines() if line.startswith("Requests/sec")))
    return rate, spent * 1000 / requests


def cpu_seconds(group: int) -> float:
    """Return the CPU time of all processes of the server's group."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def show(measured: dict[str, list[tuple[float, float]]]) -> None:
    """Print the table; the ratio by CPU holds on a busy machine too, where the rates do not."""
    empty, empty_cpu = (statistics.median(column) for column in zip(*measured["empty view"], strict=True))
    print(f"{'call':<22}{'requests/s':>12}{'noise':>8}{'of empty':>10}{'CPU ms':>9}{'by CPU':>9}{'target':>8}")
    for name, figures in measured.items():
        rates = [rate for rate, _ in figures]
        rate, cpu = (statistics.median(column) for column in zip(*figures, strict=True))
        noise = (max(rates) - min(rates)) / rate / 2
        target = f"{TARGETS[name]:.0%}" if name in TARGETS else ""
        ratios = f"{rate / empty:>10.1%}{cpu:>9.2f}{empty_cpu / cpu:>9.1%}"
        print(f"{name:<22}{rate:>12.0f}{f'±{noise:.0%}':>8}{ratios}{target:>8}")


if __name__ == "__main__":
    main()
