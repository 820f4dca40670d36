"""Read the environment: the only module that touches `os.environ`.

Every reader names the variable and its default, and stops the start with one sentence when the value is wrong.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Return the variable without surrounding space, or the default when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    """Return a whole number; raise ImproperlyConfigured when it is none, or below `at_least`."""
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if value < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {value}.")
    return value


def boolean(name: str, default: bool) -> bool:
    """Return a truth value; raise ImproperlyConfigured for a word that is neither yes nor no."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return one of the allowed words; raise ImproperlyConfigured for any other."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def listing(name: str, default: list[str]) -> list[str]:
    """Return the comma-separated parts, without the empty ones."""
    raw = text(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else default


def integers(name: str, default: list[int], *, at_least: int, at_most: int) -> list[int]:
    """Return different whole numbers, upwards; raise ImproperlyConfigured for anything else, or none."""
    raw = listing(name, [str(number) for number in default])
    numbers = sorted({int(part) for part in raw if part.isascii() and part.isdecimal()})
    if len(numbers) != len(raw) or not numbers or numbers[0] < at_least or numbers[-1] > at_most:
        told = f"different whole numbers from {at_least} to {at_most}, with commas between them"
        raise ImproperlyConfigured(f"{name} must be {told}, not {text(name)!r}.")
    return numbers


def path(name: str, default: Path) -> Path:
    """Return an absolute path; a relative one counts from the working directory."""
    return Path(text(name, str(default))).expanduser().resolve()


def mapping(name: str) -> dict[str, str]:
    """Return `a:x, b:y` as a dict, in order; raise ImproperlyConfigured for a part without a colon."""
    pairs = {}
    for part in listing(name, []):
        key, colon, value = part.partition(":")
        if not (colon and key.strip() and value.strip()):
            raise ImproperlyConfigured(f"{name} must be pairs such as 'a:secret, b:secret'.")
        pairs[key.strip()] = value.strip()
    return pairs


def everything() -> dict[str, str]:
    """Return all variables, for a program that is to run as this process does."""
    return dict(os.environ)


def provide(name: str, value: str) -> None:
    """Set a variable for a library that reads the environment itself."""
    os.environ[name] = value
