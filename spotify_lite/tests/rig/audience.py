"""Make accounts with tokens, and short songs that can be played as far as rows go: nobody asks for their audio."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from spotify_lite.tests.rig.ledger import Account

MAKE = """
import hashlib, json
from django.core.management import call_command
from django.utils import timezone
from accounts import tokens
from accounts.models import User
from catalog import derived
from catalog.models import Master, Rendition, Track
call_command("seed_catalog", "--tracks", "{tracks}", "--seed", "3")
ids = list(Track.objects.values_list("id", flat=True))
Track.objects.update(duration_ms=2_000, plays=0)
keys = {{id: hashlib.sha256(f"track {{id}}".encode()).hexdigest() for id in ids}}
masters = Master.objects.bulk_create(
    Master(track_id=id, fingerprint=keys[id], container="mp3", codec="mp3", bitrate=128, duration_ms=2_000, size=9)
    for id in ids
)
Rendition.objects.bulk_create(
    Rendition(track_id=one.track_id, master=one, name="source", key=one.fingerprint, extension="mp3",
              mime="audio/mpeg", bitrate=128, size=9, created_at=timezone.now())
    for one in masters
)
derived.refresh_cards(ids)
users = [User.objects.create_user(f"listener-{{number}}") for number in range({accounts})]
made = [(user.id, tokens.create_token(user, device="Rig", at=timezone.now())[1]) for user in users]
print("MADE", json.dumps([made, ids]))
"""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who listens, and to what."""

    accounts: list[Account]
    tracks: list[int]


def make(shell: Callable[[str], str], *, accounts: int = 10, tracks: int = 60) -> Audience:
    """Make them; `shell` runs Python in an installation that is migrated, and returns what it printed."""
    told = shell(MAKE.format(accounts=accounts, tracks=tracks)).partition("MADE ")[2]
    made, ids = json.loads(told)
    return Audience([Account(*one) for one in made], ids)
