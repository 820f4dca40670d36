"""Keep the embedded mode's generated keys in `var/keys.json`; production keys come from the environment alone."""

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FEWEST = 8  # different characters: of 32 random hex digits fewer are different once in 28 million keys
KNOWN = ("insecure", "secret", "change", "default", "example", "password", "spotify", "1234567890", "abcdefgh")


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation."""

    secret_key: str  # Django's, 64 url-safe characters
    media_signing_kid: str  # the key that signs
    media_signing_keys: dict[str, str]  # every key that verifies, by key id


def load(folder: Path) -> Keys:
    """Return this installation's keys, made on first use.

    Two processes may come here at once: whoever links the finished file first wins, and both read that one.
    """
    stored = folder / "keys.json"
    if not stored.exists():
        _create(stored)
    content = json.loads(stored.read_text())
    return Keys(
        secret_key=content["secret_key"],
        media_signing_kid=content["media_signing_kid"],
        media_signing_keys=content["media_signing_keys"],
    )


def weakness(given: Sequence[str], *, length: int) -> str:
    """Return what is wrong with keys of the environment, empty where nothing is; what a document shows is no secret."""
    if any(len(key) < length for key in given):
        return f"must be at least {length} random characters"
    if any(len(set(key)) < FEWEST or any(word in key.lower() for word in KNOWN) for key in given):
        return "must be random characters, as `openssl rand -hex 32` makes them"
    return ""


def _create(stored: Path) -> None:
    stored.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "secret_key": secrets.token_urlsafe(48),
        "media_signing_kid": "a",
        "media_signing_keys": {"a": secrets.token_hex(32)},
    }
    draft = stored.with_name(f"keys.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, stored)
    except FileExistsError:
        pass  # the other process was first; its keys stand
    finally:
        draft.unlink()
