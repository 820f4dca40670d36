"""Fill a benchmark's installation: a whole catalog by the commands that everybody has, or the index alone."""

import json
import time
from typing import Any

from benchmarks.installations import Installation


def fill(place: Installation, *, tracks: int, seed: int, index_only: bool, rebuild: bool) -> dict[str, Any]:
    """Make what is missing; return how long it took when it was made, in seconds."""
    file = place.folder / "built.json"
    built: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    steps: dict[str, list[str]] = {}
    place.manage("migrate", "--verbosity=0")
    if index_only:
        if rebuild or place.count("search_track") < tracks:
            sorted_ = place.folder.parent / f"sorted-{tracks}-{seed}"  # shared by both databases
            steps["index"] = ["-m", "benchmarks.indexing", str(sorted_), "--tracks", str(tracks), "--seed", str(seed)]
    elif place.count("catalog_track") < tracks * 0.99:  # rows that say the same are one
        steps["catalog and index"] = ["manage.py", "seed_catalog", "--tracks", str(tracks), "--seed", str(seed)]
    elif rebuild or not place.count("search_track"):
        steps["index"] = ["manage.py", "search_rebuild"]
    for name, step in steps.items():
        started = time.monotonic()
        place.run(*step)
        built[name] = round(time.monotonic() - started)
        (place.folder / "queries.json").unlink(missing_ok=True)
    built["documents"] = {kind: place.count(f"search_{kind}") for kind in ("track", "artist", "album")}
    file.write_text(json.dumps(built) + "\n")
    return built
