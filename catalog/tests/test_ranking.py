"""The rules of ranking, one by one; what they come to is in test_judged.py."""

import pytest
from django.utils import timezone

from catalog import search

pytestmark = pytest.mark.django_db


def test_a_misspelt_word_that_is_another_word_is_mended_where_nothing_else_answers(make_track):
    make_track("Hose", artist="Somebody Else")
    meant = make_track("Horse", artist="Halcyon Pike", plays=5)
    make_track("Tideline", artist="Halcyon Pike", plays=500)
    search.index_pending()
    found = search.search("hose halcyon pike", kinds=["track"], limit=10, at=timezone.now())
    assert found.tracks[0] == meant.id
    assert found.corrected == {"hose": "horse"}
