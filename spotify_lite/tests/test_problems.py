"""What no view answers: problem documents under /api/, pages elsewhere."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from spotify_lite import problems


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/tracks/", "/api/v2/tracks", "/api/", "/api/v1/../etc"])
def test_an_unknown_address_of_the_api_is_a_problem(client: Client, db: None, path: str):
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "errors": None,
    }


def test_an_unknown_address_elsewhere_is_a_page(client: Client, db: None):
    answer = client.get("/nothing")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_a_foreign_host_is_refused_without_a_redirect(client: Client, db: None, settings: Any):
    settings.ALLOWED_HOSTS = ["radio.example"]

    answer = client.get("/api/v1/tracks", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "Location" not in answer
    assert b"evil" not in answer.content


def test_a_failure_is_a_problem_without_its_reason():
    answer = problems.server_error(RequestFactory().get("/api/v1/tracks"))

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert b'"status":500' in answer.content
