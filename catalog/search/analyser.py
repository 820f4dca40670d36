"""Turn names and queries into words: one way for both databases, at index time and at query time. Pure.

A *word* is what people see between spaces, folded. A *token* is what the index stores of it: the word itself, or the
overlapping pairs of a run of Han or kana, which is written without spaces.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from catalog.search import numerals, romanisation

LONGEST_TEXT = 512  # characters that are read of a name
LONGEST_WORD = 64
LONGEST_JOINED = 16  # ac/dc is also acdc, a sentence of hyphens is not also one word

SHORTEST_SIGNS = 2  # of a name beside words; one alone is a dash or an ampersand
SHORTEST_NAME = 4  # letters of a name that is looked for without its spaces

# Optional in a query, decisive in ranking: "the who" is not "who".
STOP_WORDS = frozenset(("the", "a", "an", "of", "and", "in", "o", "n", "feat", "ft", "by", "to"))

JOINERS = "./-,:"
_PLAIN = re.compile("[a-z0-9 ]*")
_ASCII_NOISE = re.compile(rf"[^a-z0-9{re.escape(JOINERS)}]+")
_JOINERS = re.compile(f"[{re.escape(JOINERS)}]+")
_ELISION = re.compile(r"(?<!\w)(\w)'(\w{2,})")  # o'connor is also connor, l'amour also amour
_CJK = re.compile(
    "([\u3005\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+)"
)

# Written where the keyboard lacks the letter: aerzte, haavard.
_UMLAUT = re.compile("[äöüøåÄÖÜØÅ\u0308\u030a]")
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})

_LETTERS_AS_SIGNS = (
    (re.compile(r"(?<=\w)!(?=\w)"), "i"),  # P!nk
    (re.compile(r"\$(?=[^\W\d])|(?<=[^\W\d])\$"), "s"),  # Ke$ha, A$AP, $uicideboy$
    (re.compile(r"(?<=\w)@(?=\w)"), "a"),
    (re.compile(r"[&+]"), " and "),
)


def _folds() -> dict[int, str | None]:
    """Return what Unicode's own foldings leave: strokes and ligatures, apostrophes, hiragana for katakana."""
    folds: dict[int, str | None] = dict(
        zip(map(ord, "øłđħıŧŋð"), ("o", "l", "d", "h", "i", "t", "ng", "d"), strict=True)
    )
    folds |= {ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
    folds |= dict.fromkeys(map(ord, "’‘ʼʻ`´′＇"), "'")
    folds |= dict.fromkeys(map(ord, "‐‑"), "-")
    folds |= {code: chr(code - 0x60) for code in range(0x30A1, 0x30F7)}
    # Invisible: soft hyphen, zero-width and direction marks, variation selectors.
    invisible = (range(0x00AD, 0x00AE), range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070))
    for codes in (*invisible, range(0xFE00, 0xFE10), range(0xFEFF, 0xFF00)):
        folds |= dict.fromkeys(codes)
    return folds


_FOLDS = _folds()


def fold(text: str) -> str:
    """Return the text without case, width, accents and invisible characters; anything that is a str is taken."""
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return text.lower()
    text = text.encode("utf-8", "ignore").decode()  # a lone surrogate is no character
    text = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDS)
    if text.isascii():
        return text
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not _is_accent(mark))
    return unicodedata.normalize("NFC", plain)


def _is_accent(mark: str) -> bool:
    """Tell accents and pointing from marks that make another letter: kana voicing, Indic and Thai signs stay."""
    place = unicodedata.combining(mark)
    return place == 1 or 10 <= place <= 36 or place >= 200


@dataclass(frozen=True, slots=True)
class Text:
    """A name, read."""

    words: tuple[str, ...]
    others: tuple[str, ...]  # spellings that are indexed too: acdc, rem, connor, aerzte, kino for кино, 4 for IV


@lru_cache(maxsize=8192)  # a batch of tracks names its artists and albums again and again
def read(text: str) -> Text:
    """Return the words of a name in order. A name of signs alone, such as `!!!`, is one word."""
    folded = fold(text)
    others: list[str] = []
    if _PLAIN.fullmatch(folded):
        words = [word[:LONGEST_WORD] for word in folded.split()]
    else:
        words, others = _words(folded)
    if not text.isascii():
        others += _foreign(words, text)
    numbers = numerals.arabic(words)
    others += (number for number, word in zip(numbers, words, strict=True) if number != word)
    return Text(tuple(words), tuple(others))


def read_query(text: str) -> tuple[str, ...]:
    """Return the words of what was typed. Signs between spaces are a word, too: they may be somebody's name."""
    words: list[str] = []
    signs = ""
    for chunk in [*text.split(), ""]:
        if chunk and chunk not in "&+" and not any(map(str.isalnum, chunk)):
            signs += chunk
            continue
        if len(signs) >= SHORTEST_SIGNS:
            words += read(signs).words
        signs = ""
        words += read(chunk).words
    return tuple(words) or read(text).words


def _words(folded: str) -> tuple[list[str], list[str]]:
    """Return the words of a folded text, and what parts of it are when they are written together or alone."""
    others = [tail for _, tail in _ELISION.findall(folded)]
    letters = folded
    for pattern, letter in _LETTERS_AS_SIGNS:
        letters = pattern.sub(letter, letters)
    words: list[str] = []
    for chunk in _only_words(letters.replace("'", "")).split():
        parts = [part for part in _JOINERS.split(chunk) if part]
        whole = "".join(parts)
        if len(parts) > 1 and len(whole) <= LONGEST_JOINED:
            others.append(whole)
        for part in parts:
            words += (run[:LONGEST_WORD] for run in _CJK.split(part) if run)
    if not words and (signs := "".join(folded.split())):
        words.append(signs[:LONGEST_WORD])
    return words, others


def _foreign(words: Iterable[str], text: str) -> Iterator[str]:
    """Yield the words of a text with other letters as they are typed without them."""
    for word in words:
        if not word.isascii():
            yield from romanisation.spellings(word)
            yield from romanisation.parts(word)
    if _UMLAUT.search(text):
        known = set(words)
        written_out = unicodedata.normalize("NFC", text[:LONGEST_TEXT]).lower().translate(_WRITTEN_OUT)
        yield from (word for word in _words(fold(written_out))[0] if word not in known)


def _only_words(text: str) -> str:
    """Blank out all that is no letter, digit, mark or joiner."""
    if text.isascii():
        return _ASCII_NOISE.sub(" ", text)
    return "".join(c if c.isalnum() or c in JOINERS or unicodedata.category(c)[0] in "LMN" else " " for c in text)


def is_run(word: str) -> bool:
    """Tell whether a word is a run of Han or kana, which is written without spaces."""
    return _CJK.fullmatch(word) is not None


def tokens_of(word: str) -> tuple[str, ...]:
    """Return what the index holds of a word: for Han and kana its pairs and its last character, so that any part
    of a run is found by the same pairs and a single character as a prefix.
    """
    if not is_run(word):
        return (word,)
    return (*(word[i : i + 2] for i in range(len(word) - 1)), word[-1])


def key(words: Iterable[str]) -> str:
    """Return the words as one, which is how a name is compared exactly: `AC/DC`, `ac dc` and `acdc` are equal."""
    return "".join(words)


def without_stop_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words that must be found; all of them where nothing else is there, as in `the the`."""
    words = tuple(words)
    needless = numerals.needless(words)
    needed = (word for place, word in enumerate(words) if word not in STOP_WORDS and place not in needless)
    return tuple(word for word in needed if word[0].isalnum() or any(map(str.isalnum, word))) or words


@lru_cache(maxsize=16384)  # candidates of one artist share its name, and popular ones come again
def keys_of(name: str) -> tuple[str, str]:
    """Return the keys of a name that was read: of all its words, and of those that must be found, numbers in digits."""
    words = name.split()
    return key(words), key(without_stop_words(numerals.arabic(words)))


@lru_cache(maxsize=16384)
def needed(name: str) -> frozenset[str]:
    """Return the words of a name that was read which must be found."""
    return frozenset(without_stop_words(name.split()))


@lru_cache(maxsize=16384)
def numbers_in(name: str) -> frozenset[str]:
    """Return the numbers of a name that was read with what they count: `symphony 5`."""
    return frozenset(pair for _, pair in numerals.counted(name.split()))


def latin_keys_of(words: Iterable[str]) -> Iterator[str]:
    """Yield the keys of words of other scripts as they are typed in Latin letters; nothing for Latin words."""
    spelt = [(word, romanisation.spellings(word)) for word in words]
    if any(spellings for _, spellings in spelt):
        yield key(spellings[0] if spellings else word for word, spellings in spelt)
        yield skeleton_key(spellings[-1] if spellings else word for word, spellings in spelt)


def skeleton_key(words: Iterable[str]) -> str:
    """Return one key of several skeletons."""
    return romanisation.SKELETON + "".join(word.removeprefix(romanisation.SKELETON) for word in words)
