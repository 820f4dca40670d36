"""Names and queries become the same words, in every script."""

import time

import pytest

from catalog.search import analyser, asking, versions


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Beyoncé", "beyonce"),
        ("Mø & Röyksopp", "mo and royksopp"),
        ("STRAẞE", "strasse"),
        ("Łódź", "lodz"),
        ("Şımarık", "simarik"),
        ("Þórir Æðarson", "thorir aedarson"),
        ("Ｆｕｌｌｗｉｄｔｈ", "fullwidth"),
        ("P!nk", "pink"),
        ("Wham!", "wham"),
        ("Ke$ha", "kesha"),
        ("A$AP Rocky", "asap rocky"),
        ("$uicideboy$", "suicideboys"),
        ("$100 Bill", "100 bill"),
        ("Don’t Stop", "dont stop"),
        ("Ё-моё", "е мое"),
        ("ألبوم", "البوم"),
        ("カタカナ", "かたかな"),
        ("が", "が"),  # a voiced kana is another letter
        ("นกน้อย", "นกน้อย"),  # and so is a Thai tone
        ("नमस्ते", "नमस्ते"),
        ("東京City", "東京 city"),
        ("!!!", "!!!"),
        ("  ", ""),
    ],
)
def test_names_are_folded(name, words):
    assert " ".join(analyser.read(name).words) == words


@pytest.mark.parametrize(
    ("name", "joined"),
    [("AC/DC", "acdc"), ("R.E.M.", "rem"), ("Jay-Z", "jayz"), ("Sinéad O'Connor", "connor"), ("L’amour", "amour")],
)
def test_other_spellings_are_known(name, joined):
    assert joined in analyser.read(name).others


def test_runs_without_spaces_are_found_by_any_part():
    assert analyser.tokens_of("青木なつみ") == ("青木", "木な", "なつ", "つみ", "み")
    assert analyser.tokens_of("方") == ("方",)
    assert analyser.tokens_of("방탄소년단") == ("방탄소년단",)  # Korean has spaces


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("Tideline (Live)", "Tideline"),
        ("Tideline - Remastered 2011", "Tideline"),
        ("Tideline (feat. Aoki) [Radio Edit]", "Tideline"),
        ("Tideline feat. Aoki", "Tideline"),
        ("(I Can't Get No) Satisfaction", "(I Can't Get No) Satisfaction"),
        ("Live and Let Die", "Live and Let Die"),
        ("Paranoid (Part Two)", "Paranoid (Part Two)"),
        ("(Live)", "(Live)"),
        ("Cover", "Cover"),
    ],
)
def test_version_remarks_come_off(title, core):
    assert versions.core_title(title) == core


def test_exact_names_ignore_spaces_and_signs():
    keys = {asking.read(query).key for query in ("AC/DC", "ac dc", "acdc", "Ac-Dc")}
    assert keys == {"acdc"}
    assert asking.read("the the").required == ("the", "the")
    assert asking.read("the who").required == ("who",)


def test_long_text_is_cut_and_quick():
    started = time.thread_time()
    assert len(asking.read("word " * 500).words) == asking.MOST_WORDS
    assert asking.read("\ud800").words == ()
    for text in ("a" * 10_000, "Z̵̛͉̈́" * 3000, "(" * 10_000, " - " * 5000, "a(" * 5000, "'a" * 5000, "ﷺ" * 10_000):
        assert all(len(word) <= analyser.LONGEST_WORD for word in analyser.read(text).words)
        versions.core_title(text)
    assert time.thread_time() - started < 1
