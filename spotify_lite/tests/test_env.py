"""What the environment may say: a wrong value stops the start with a sentence, and nothing is guessed."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from spotify_lite import env


def ladder() -> list[int]:
    return env.integers("LADDER", [64, 128], at_least=16, at_most=512)


@pytest.mark.parametrize(
    ("given", "read"), [(None, [64, 128]), ("", [64, 128]), ("96", [96]), (" 256, 64,", [64, 256])], ids=repr
)
def test_numbers_are_read_upwards(given: str | None, read: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LADDER", raising=False)
    if given is not None:
        monkeypatch.setenv("LADDER", given)
    assert ladder() == read


@pytest.mark.parametrize("given", ["abc", "64k", "64;128", ",", "0", "-64", "513", "128,128", "1.5", "\u0664"])
def test_anything_else_stops_the_start(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step named twice was refused by the encoder, song by song, and no number at all by Python."""
    monkeypatch.setenv("LADDER", given)
    with pytest.raises(ImproperlyConfigured, match="LADDER must be different whole numbers from 16 to 512"):
        ladder()
