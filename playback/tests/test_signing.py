"""Signed URLs: one form, one spelling, and a signature that is checked before the expiry."""

import hashlib
import hmac
import random

import pytest

from playback import signing
from playback.signing import Verdict

KEY = "k" * 64
KEYS = {"a": KEY, "b": "m" * 64}
PATH = f"/media/ab/{'ab' * 32}.mp3"
NOW = 1_767_225_600.0
EXP = signing.exp_for(NOW)


def judge(url: str, *, now: float = NOW, keys: dict[str, str] | None = None) -> Verdict:
    path, _, query = url.partition("?")
    return signing.verify(path, query, keys or KEYS, now)


def test_signed_url_is_valid_and_has_the_contracts_form() -> None:
    digest = hmac.new(KEY.encode(), f"v1\n{PATH}\n{EXP}\na".encode(), hashlib.sha256).hexdigest()
    url = signing.sign(PATH, EXP, "a", KEY)
    assert url == f"{PATH}?exp={EXP}&kid=a&sig={digest}"
    assert judge(url) is Verdict.VALID


@pytest.mark.parametrize("seconds", [0, 1, 449, 899])
def test_urls_live_15_to_30_minutes_and_are_equal_for_a_quarter_of_an_hour(seconds: int) -> None:
    start = NOW // 900 * 900
    exp = signing.exp_for(start + seconds)
    assert exp == signing.exp_for(start)
    assert 900 < exp - (start + seconds) <= 1800


def test_expired_url_is_told_apart_from_a_bad_one() -> None:
    url = signing.sign(PATH, EXP, "a", KEY)
    assert judge(url, now=EXP - 0.001) is Verdict.VALID
    assert judge(url, now=EXP) is Verdict.EXPIRED
    assert judge(url[:-1] + ("0" if url[-1] != "0" else "1"), now=EXP + 1) is Verdict.BAD


def test_any_flipped_bit_is_refused() -> None:
    url = signing.sign(PATH, EXP, "a", KEY).encode()
    chance = random.Random(7)
    for _ in range(1000):
        flipped = bytearray(url)
        place = chance.randrange(len(flipped))
        flipped[place] ^= 1 << chance.randrange(8)
        assert judge(flipped.decode("latin-1")) is Verdict.BAD


def test_every_other_form_is_refused() -> None:
    url = signing.sign(PATH, EXP, "a", KEY)
    path, _, query = url.partition("?")
    exp, kid, sig = query.split("&")
    others = [
        f"{path}?{kid}&{exp}&{sig}",  # reordered
        f"{path}?{query}&x=1",
        f"{path}?x=1&{query}",
        f"{path}?{query}&{exp}",  # twice
        f"{path}?{exp}&{kid}",
        f"{path}?{exp}&{kid}&{sig.upper().replace('SIG', 'sig')}",
        f"{path}?{exp}&{kid}&{sig}%20",
        f"{path}?{exp}&{kid};{sig}",
        f"{path}?{exp}&kid=b&{sig}",  # another key's id
        f"{path}?{exp}&kid=z&{sig}",
        f"{path}?exp={EXP + 900}&{kid}&{sig}",
        f"{path}?exp=0{EXP}&{kid}&{sig}",
        f"{path}?exp=%31{str(EXP)[1:]}&{kid}&{sig}",
        f"/{path}?{query}",
        f"{path.replace('/ab/', '//ab/')}?{query}",
        f"{path.replace('/ab/', '%2Fab/')}?{query}",
        f"{path};x?{query}",
        f"{path.replace('/ab/', '/cd/../ab/')}?{query}",
        f"{path.upper()}?{query}",
        f"{path}\u0661?{query}",
        f"{path}?exp=\u0661&{kid}&{sig}",
        path,
        "",
    ]
    assert [other for other in others if judge(other) is not Verdict.BAD] == []


def test_old_key_verifies_while_it_is_listed() -> None:
    url = signing.sign(PATH, EXP, "a", KEY)
    assert judge(url, keys={"b": "n" * 64, "a": KEY}) is Verdict.VALID
    assert judge(url, keys={"b": "n" * 64}) is Verdict.BAD
