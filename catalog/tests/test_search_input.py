"""Whatever is asked for, at any door: an answer or a refusal, never a broken page."""

from collections.abc import Iterator

import pytest
from django.test import Client

from catalog.models import Track
from catalog.tests.test_search import HOSTILE

pytestmark = pytest.mark.django_db


def answers(client: Client, address: str, **more: str) -> Iterator[tuple[str, int, str]]:
    """Ask for everything; yield what was asked, the status and the kind of the answer."""
    for text in HOSTILE:
        answer = client.get(address, {"q": text.encode("utf-8", "surrogatepass"), **more})
        yield text, answer.status_code, answer["Content-Type"]


def test_the_api_answers_whatever_is_asked_for_but_nul(client: Client, song: Track) -> None:
    for text, status, kind in answers(client, "/api/v1/search"):
        wanted = (400, "application/problem+json") if "\0" in text else (200, "application/json")
        assert (status, kind) == wanted, text[:80]


@pytest.mark.parametrize("more", [{}, {"partial": ""}], ids=["whole", "while typing"])
def test_the_page_answers_whatever_is_asked_for(client: Client, song: Track, more: dict[str, str]) -> None:
    for text, status, _ in answers(client, "/search", **more):
        assert status == 200, text[:80]


def test_what_is_asked_for_is_shown_as_text(client: Client, song: Track) -> None:
    for text in ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "tideline<svg onload=alert(1)>"):
        page = client.get("/search", {"q": text}).content.decode()
        assert text not in page
        assert "alert(1)" in page
