"""Spell words of other scripts in Latin letters, as people type them: at index time what a name is also found by, at
query time what a query in another script may mean. Pure.

Kana, Cyrillic, Greek, Armenian, Georgian, Hangul and Han are spelt; scripts that leave vowels out are not, for nobody
types their consonants alone. Whoever romanises has habits (tsoi, tsoy, choi; shinjitsu, sinzitu), so a word also has a
*skeleton*, in which habits that differ are one. It stands in the index with a sign before it, for it may look like
another word, and is asked for where a word is not found as it was typed.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii

LONGEST = 24  # characters; what is longer is a sentence without spaces, which nobody types in Latin letters
SKELETON = "^"  # what a skeleton begins with; no word does
SHORTEST_KANA = 2  # characters of a run within Han that are a name's part and not an ending

_KANA = re.compile("[\u3041-\u3096ー]+")  # the analyser's folding left no katakana
_HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_ALPHABETIC = re.compile("[\u0370-\u058f\u10a0-\u10ff\u1c80-\u1cbf\u1f00-\u1fff\u2d00-\u2d2f]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_NO_LETTER = re.compile("[^a-z0-9]+")

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*rules: str) -> Rules:
    """Read `pattern>replacement`, in the order in which they are applied."""
    return tuple((re.compile(pattern), put) for pattern, put in (rule.split(">") for rule in rules))


def _spelt(text: str, rules: Rules) -> str:
    for pattern, put in rules:
        text = pattern.sub(put, text)
    return text


_KANA_TABLE = """
あ a い i う u え e お o か ka き ki く ku け ke こ ko さ sa し shi す su せ se そ so た ta ち chi つ tsu て te と to
な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho ま ma み mi む mu め me も mo や ya ゆ yu よ yo
ら ra り ri る ru れ re ろ ro わ wa ゐ i ゑ e を o ん n が ga ぎ gi ぐ gu げ ge ご go ざ za じ ji ず zu ぜ ze ぞ zo
だ da ぢ ji づ zu で de ど do ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ゔ vu ゕ ka ゖ ke
"""
_SYLLABLES = dict(zip(_KANA_TABLE.split()[::2], _KANA_TABLE.split()[1::2], strict=True))
_SMALL = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ゎ": "wa"}
_SHORT_VOWELS = _rules("ou|oo>o", "uu>u", "aa>a", "ii>i", "ee>e")
_JAPANESE = _rules(
    *("oh(?![aiueoy])>o", "tch|cch>tty", "cch>tty", "sh(?=[auoe])>sy", "shi>si", "ch(?=[auoe])>ty", "chi>ti"),
    *("tsu>tu", "jy?(?=[auoe])>zy", "ji>zi", "fu>hu", "d[zj]>z", "m(?=[bpm])>n", "^wo$>o", "ou|oo>o", "uu>u"),
    *("aa>a", "ii>i", "ee>e", "n'>n"),
)
# ch and ts, y and j and i, h and kh, k and c and q ... are one.
_EUROPEAN = _rules(
    *("shch|(?<!t)sch>sh", "q|ck>k", "tsch|tch|ch|cz|tz|ts>q", "c>k", "sh>s", "zh>z", "kh>h", "gh>g", "ph>f", "th>t"),
    *("x>ks", "w>v", "ou>u", "[yj]>i", r"(.)\1+>\1", "i(?=[eo])>", "io>e"),
)
_KOREAN = _rules(
    *("ch>j", "g>k", "d>t", "b>p", "r>l", "sh>s", "woo|oo|wu>u", "eo>o", "ae>e", "eu>u", r"(.)\1+>\1"),
)
_GREEK = _rules(
    *("μπ>b", "^ντ>d", "^γκ>g", "γγ|γκ>ng", "γχ>nch", "ου>ou", "([αε])υ(?=[αεηιουωβγδζλμνρ])>\\1v", "([αε])υ>\\1f")
)


@lru_cache(maxsize=65536)  # words come again and again, in names and in candidates
def spellings(word: str) -> tuple[str, ...]:
    """Return how a folded word of another script is typed in Latin letters, the most usual first, its skeleton last.

    Nothing for Latin words, for scripts that are not spelt, and for Han among kana, whose readings only a dictionary
    knows. Han alone is read as Chinese.
    """
    if word.isascii() or len(word) > LONGEST:
        return ()
    if _KANA.fullmatch(word):
        return _japanese(word)
    if _HAN.fullmatch(word):
        return ("".join(parts(word)),)
    if _HANGUL.search(word):
        return (_latin(word), SKELETON + _spelt(_latin(word), _KOREAN))
    if not _ALPHABETIC.search(word):
        return ()
    spoken = _latin(_spelt(word, _GREEK))
    return _once((spoken, _latin(word), SKELETON + _spelt(spoken, _EUROPEAN)))


@lru_cache(maxsize=16384)
def parts(word: str) -> tuple[str, ...]:
    """Return what people type of a run alone: the syllables of Han, and a name in kana among Han."""
    if word.isascii() or len(word) > LONGEST:
        return ()
    if _HAN.fullmatch(word):
        return tuple(syllable for character in word if (syllable := _latin(character)))
    runs = [run for run in _KANA.findall(word) if SHORTEST_KANA <= len(run) < len(word)]
    return _once(form for run in runs for form in _japanese(run))


def skeletons(word: str) -> tuple[str, ...]:
    """Return what a typed Latin word stands under in the index if it is a romanised one, by the way it was spelt."""
    return tuple(SKELETON + _spelt(word, rules) for rules in (_JAPANESE, _EUROPEAN, _KOREAN))


def _japanese(run: str) -> tuple[str, ...]:
    """Return a run of kana with long vowels written out, as in toukyou, then short, then as the kana table has it."""
    latin = ""
    doubled = False
    for kana in run:
        if kana == "っ":
            doubled = True
            continue
        if kana == "ー":
            latin += latin[-1:]
            continue
        if small := _SMALL.get(kana):
            latin = _with_small(latin, small)
            continue
        syllable = _SYLLABLES.get(kana, "")
        if doubled and syllable:
            syllable = ("t" if syllable.startswith("ch") else syllable[0]) + syllable
        doubled = False
        latin += syllable
    return _once((latin, _spelt(latin, _SHORT_VOWELS), SKELETON + _spelt(latin, _JAPANESE)))


def _with_small(latin: str, small: str) -> str:
    """Return the last syllable with a small kana behind it: ki + ya is kya, shi + ya is sha, fu + a is fa."""
    if not latin.endswith(("a", "i", "u", "e", "o")):
        return latin + small
    stem = latin[:-1]
    if small[0] in "yw" and stem.endswith(("sh", "ch", "j")):
        return stem + small[1:]
    if small[0] not in "yw" and not stem:
        return "w" + small if latin == "u" else latin + small
    return stem + small


def _latin(text: str) -> str:
    return _NO_LETTER.sub("", anyascii(text).lower())


def _once(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if form))
