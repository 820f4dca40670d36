"""What devices find by themselves is what the server finds: data that the tests of the scripts read as well.

`WRITE_SHARED=1` writes the data anew, where the server reads or ranks otherwise than before; then the scripts have to.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.utils import timezone

from catalog import derived
from catalog.models import Track
from catalog.pocket import gathering, letters, packing
from catalog.pocket.names import Names
from catalog.search import analyser, asking, romanisation, typos, versions
from catalog.tests import judged

DATA = Path(__file__).parent / "data"
TITLES = (
    "AC/DC",
    "R.E.M.",
    "P!nk",
    "Ke$ha",
    "A$AP Rocky",
    "$uicideboy$",
    "$100 Bill",
    "Don’t Stop",
    "Sinéad O'Connor",
    "L’amour",
    "Ё-моё",
    "ألبوم",
    "カタカナ",
    "が",
    "นกน้อย",
    "नमस्ते",
    "東京City",
    "!!!",
    "  ",
    "STRAẞE",
    "Łódź",
    "Şımarık",
    "İstanbul",
    "Þórir Æðarson",
    "Ｆｕｌｌｗｉｄｔｈ",
    "Die Ärzte",
    "Mötley Crüe",
    "Røyksopp",
    "Håvard",
    "青木なつみ",
    "방탄소년단",
    "Виктор Цой",
    "Ζορμπάς",
    "Ορφέας",
    "ΣΊΣΥΦΟΣ",
    "ջրվեժ",
    "თბილისი",
    "Symphony No. 5 in C minor",
    "Rocky V",
    "V for Vendetta",
    "Pt. 2",
    "Part Two",
    "1st of the Month",
    "First Love",
    "Vol. III",
    "Tideline (feat. Aoki) [Radio Edit]",
    "(Live)",
    "x" * 80,
    "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q",
    "Can't",
    "rock'n'roll",
    "ﬁne",
    "½ way",
    "zero\u200bwidth",
    "e\u0301clair",
    "𠀀𠀁",
    "ŋ ŧ đ ħ",
    "Me & You",
    "Simon + Garfunkel",
    "m@trix",
    "naïve…",
    "…",
    "—",
    "日本-語/テスト",
    "ヴァイオリン",
    "きゃりーぱみゅぱみゅ",
    "ファイナルファンタジー",
    "がっこう",
    "ς σ",
    "ŉ",
    "ǅ",
    "ﬀ",
    "שלום",
    "ﷺ",
    "ಕನ್ನಡ",
    "Ωmega",
    "Дзвінка",
    "Щука",
)
QUERIES = (
    "",
    " ",
    "artist:queen",
    "künstler:björk jahr:1990-1999",
    'artist:"daft punk" one',
    "year:19",
    "year:1990-1950",
    "year:1700-1999",
    "genre:hip-hop love",
    "artist:",
    '"nothing else" matters',
    '"love"',
    '"',
    "a:b",
    "album:news wor",
    "the the",
    "the who",
    "beethoven 5th symphony",
    "symphony no 5",
    "op. 27",
    "& juliet",
    "!!! chk",
    "- -",
    "tokyo 東京",
    "цой",
    "love in",
    "jay-z rihanna",
)
SEARCHED = (
    "thriler",
    "metalica",
    "beetles",
    "ledzeppelin",
    "cold play",
    "bjork",
    "tsoi",
    "aok",
    "a",
    "th",
    "love",
    "lo",
    "l",
    "the ",
)
LIMIT = 5


@pytest.fixture(scope="module")
def judged_catalog(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Load the judged catalog once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        judged.load(at=timezone.now())
        derived.refresh_cards(list(Track.objects.values_list("id", flat=True)))
        yield
        transaction.set_rollback(True)


def test_words_are_the_same() -> None:
    names = [name for name in (*TITLES, *judged_names()) if not name.replace(" ", "").isalnum() or not name.isascii()]
    told = {
        "letters": letters.spelt(names),
        "names": [
            [name, list((read := analyser.read(name)).words), list(read.others)] for name in dict.fromkeys(names)
        ],
        "keys": [[name, list(analyser.keys_of(" ".join(analyser.read(name).words)))] for name in TITLES],
        "cores": [[name, versions.core_title(name)] for name in dict.fromkeys(names)],
        "queries": [[text, _query(text)] for text in (*QUERIES, *(one.query for one in judged.queries("seen")))],
        "spellings": [
            [word, list(romanisation.spellings(word)), list(romanisation.parts(word))] for word in _foreign(names)
        ],
        "sounds": [
            [word, typos.sound(word)] for word in ("metallica", "phish", "wrecking", "xylophone", "tchaikovsky", "aqua")
        ],
    }
    assert told == _shared("analysed.json", told)


@pytest.mark.django_db
def test_answers_are_the_same(judged_catalog: None) -> None:
    names, numbers = _numbered(gathering.gather(at=timezone.now()))
    asked = [(one.query, f"{one.kind}s") for group in judged.SETS for one in judged.queries(group)]
    asked += [(query, kind) for query in SEARCHED for kind in packing.KINDS]
    told = {
        "letters": letters.spelt(packing.texts(names)),
        "pieces": [orjson.loads(piece) for piece in packing.pieces(names)],
        "queries": [[query, kind, [numbers[kind][row_id] for row_id in _found(query, kind)]] for query, kind in asked],
    }
    kept = _shared("answered.json", told)
    assert told["pieces"] == kept["pieces"]
    assert told["letters"] == kept["letters"]
    if connection.vendor == "sqlite":  # PostgreSQL may look at other candidates of what very many have
        assert told["queries"] == kept["queries"]


def judged_names() -> list[str]:
    rows = judged._rows(judged.FOLDER / "catalog.tsv")
    return [row[column] for row in rows for column in ("title", "artist", "album", "aliases") if row[column]]


def _query(text: str) -> dict[str, Any]:
    query = asking.read(text)
    return {
        "words": list(query.words),
        "required": list(query.required),
        "keys": sorted(query.keys),
        "parts": sorted(query.parts()),
        "phrases": [list(phrase) for phrase in query.phrases],
        "fields": [list(field) for field in query.fields],
        "filters": len(query.filters),
        "exact": sorted(query.exact),
        "numbers": dict(query.numbers),
    }


def _foreign(names: Sequence[str]) -> list[str]:
    words = dict.fromkeys(word for name in names for word in analyser.read(name).words if not word.isascii())
    return list(words)


def _numbered(names: Names) -> tuple[Names, dict[str, dict[int, int]]]:
    """Return the names with ids from 1 on, in the order that they have here, and which id became which."""
    numbers = {
        kind: {row.id: number for number, row in enumerate(getattr(names, kind), start=1)} for kind in packing.KINDS
    }
    people = numbers["artists"]
    return Names(
        tracks=[
            replace(
                track,
                id=numbers["tracks"][track.id],
                album=numbers["albums"].get(track.album, 0),
                artists=tuple(people[one] for one in track.artists),
                guests=tuple(people[one] for one in track.guests),
                makers=tuple(people[one] for one in track.makers),
            )
            for track in names.tracks
        ],
        albums=[
            replace(album, id=numbers["albums"][album.id], artists=tuple(people[one] for one in album.artists))
            for album in names.albums
        ],
        artists=[replace(artist, id=people[artist.id]) for artist in names.artists],
        of=names.of,
    ), numbers


def _found(query: str, kind: str) -> list[int]:
    found = judged.found_whole(query, kind.removesuffix("s"), limit=LIMIT)
    ids: list[int] = getattr(found, kind)
    return ids


def _shared(name: str, told: dict[str, Any]) -> dict[str, Any]:
    """Return what the file has; write it first where that is asked for."""
    file = DATA / name
    if os.environ.get("WRITE_SHARED") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(orjson.dumps(told) + b"\n")
    kept: dict[str, Any] = orjson.loads(file.read_bytes())
    return kept
