"""How often tests of faults inject them, and when: CHAOS_ROUNDS, and CHAOS_SEED, which repeats a run."""

import os
import random
import secrets

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "2"))


def dice() -> random.Random:
    """Return what draws the moments; another one each time, unless CHAOS_SEED says which. It is printed."""
    seed = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(1_000_000))
    print(f"CHAOS_SEED={seed}")
    return random.Random(seed)
