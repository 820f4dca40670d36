"""Pages leave compressed where the client takes it; what is no page leaves as it is."""

import gzip

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
TAKES = {"Accept-Encoding": "gzip, deflate, br"}


def test_page_is_compressed_and_says_on_what_that_hangs(client: Client) -> None:
    answer = client.get("/login", headers=TAKES)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert b"</html>" in gzip.decompress(answer.content)
    assert int(answer["Content-Length"]) == len(answer.content)


def test_client_that_takes_no_compression_gets_none(client: Client) -> None:
    answer = client.get("/login")
    assert "Content-Encoding" not in answer
    assert b"</html>" in answer.content


def test_same_page_is_never_of_the_same_length(client: Client) -> None:
    """Who can put text into a page and see its length could else guess the secrets beside it (BREACH)."""
    assert len({client.get("/no-such-page", headers=TAKES)["Content-Length"] for _ in range(20)}) > 1


@pytest.mark.parametrize("path", ["/api/v1/tracks", "/api/schema/", "/healthz"])
def test_what_is_no_page_is_left_as_it_is(client: Client, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers=TAKES)
