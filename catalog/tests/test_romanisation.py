"""Names of other scripts are found by what people type in Latin letters, each with their own habits."""

import pytest

from catalog.search import analyser, romanisation


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Земфира", "zemfira"),
        ("Цой", "tsoi tsoy tsoj choi"),
        ("Чайковский", "chaikovskii tchaikovsky tschaikowski chaikovskij"),
        ("Юлия", "yuliya iulia julija"),
        ("Хор", "khor hor"),
        ("Θεοδωράκης", "theodorakis teodorakis"),
        ("Ζορμπάς", "zorbas zormpas"),
        ("Ευαγγελία", "evangelia"),
        ("しんじつ", "shinjitsu sinzitu"),
        ("とうきょう", "tokyo toukyou"),
        ("ラーメン", "ramen raamen"),
        ("マッチャ", "matcha maccha"),
        ("シェリー", "sheri sherii"),
        ("ファイト", "faito"),
        ("きゃりーぱみゅぱみゅ", "kyaripamyupamyu"),
        ("方", "fang"),
        ("周杰倫", "zhoujielun zhou jie lun"),
        ("周杰伦", "zhoujielun"),
        ("宇多田ヒカル", "hikaru"),
        ("봄날", "bomnal pomnal"),
        ("კინო", "kino"),
    ],
)
def test_a_name_is_found_as_it_is_typed(name, typed):
    found_by = set(analyser.read(name).others)
    for word in typed.split():
        assert found_by & {word, *romanisation.skeletons(word)}, (word, found_by)


@pytest.mark.parametrize("name", ["Metallica", "Beyoncé", "فيروز", "נעמי שמר", "लता", "นกน้อย", "!!!"])
def test_latin_names_and_scripts_without_vowels_have_no_other_spelling(name):
    assert analyser.read(name).others == ()


def test_letters_that_a_keyboard_lacks_are_written_out():
    assert "aerzte" in analyser.read("Die Ärzte").others
    assert "motoerhead" in analyser.read("Moto\u0308rhead").others
    assert "haavard" in analyser.read("Håvard").others


def test_a_sentence_without_spaces_is_not_spelt():
    assert romanisation.spellings("あ" * 100) == romanisation.parts("青" * 100) == ()
