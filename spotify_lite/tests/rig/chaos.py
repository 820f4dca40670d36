"""How often tests of faults inject them, and when: CHAOS_ROUNDS, and CHAOS_SEED, which repeats a run.

CHAOS_RESULTS is a folder where they leave what they measured.
"""

import json
import os
import random
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "2"))


def dice() -> random.Random:
    """Return what draws the moments; another one each time, unless CHAOS_SEED says which. It is printed."""
    return random.Random(seed())


def seed() -> int:
    """Return and print what a run draws its chances from."""
    drawn = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(1_000_000))
    print(f"CHAOS_SEED={drawn}")
    return drawn


def keep(name: str, **figures: Any) -> None:
    """Print what a test measured, and leave it as JSON where results are kept."""
    told = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "rounds": ROUNDS, **figures}
    print(name, json.dumps(told))
    if folder := os.environ.get("CHAOS_RESULTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}-{told['at'].replace(':', '')}.json").write_text(json.dumps(told, indent=1) + "\n")
