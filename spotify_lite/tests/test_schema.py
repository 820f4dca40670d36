"""The OpenAPI document: it holds every call, its page works under our policy, and answers are what it promises."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.cache import cache
from django.db import close_old_connections
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from accounts import tokens
from accounts.models import User
from catalog import search
from conftest import MakeTrack
from spotify_lite.wsgi import application

EXAMPLES = 10  # a call: its parameters' edges are tried besides, and all of it stays well under a minute
PROMISES = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
]


document = schemathesis.openapi.from_wsgi("/api/schema/", application)


@pytest.fixture
def some_music(make_track: MakeTrack) -> None:
    for n in range(3):
        make_track(title=f"Song {n}", plays=n)
    search.index_pending()


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the test's transaction: a request to the bare application would close its connection, as Client does not."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture
def token(listener: User) -> str:
    return tokens.create_token(listener, device="phone", at=timezone.now())[1]


few_examples = settings(
    max_examples=EXAMPLES,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)


@document.parametrize()
@few_examples
def test_every_answer_to_anyone_is_one_that_the_document_promises(case: schemathesis.Case, some_music: None):
    case.call_and_validate(checks=PROMISES)


@document.parametrize()
@few_examples
def test_every_answer_to_a_listener_is_one_that_the_document_promises(
    case: schemathesis.Case, some_music: None, token: str
):
    case.call_and_validate(checks=PROMISES, headers={"Authorization": f"Token {token}"})


def test_every_call_is_in_the_document():
    documented = {operation.ok().path for operation in document.get_all_operations()}

    assert documented == set(addresses(get_resolver(), ""))


def addresses(resolver: URLResolver, before: str) -> Iterator[str]:
    """Return the REST addresses of the URL table, as OpenAPI writes them."""
    for pattern in resolver.url_patterns:
        here = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
        elif here.startswith("api/v1/"):
            yield f"/{here}"


def test_the_names_of_calls_differ():
    names = [operation.ok().definition.raw["operationId"] for operation in document.get_all_operations()]

    assert len(names) == len(set(names))


def test_reads_need_no_login_only_where_guests_may_listen(client: Client, settings: Any):
    def open_to_all() -> bool:
        cache.clear()
        told = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
        return {} in told["paths"]["/api/v1/tracks"]["get"]["security"]

    settings.GUESTS = True
    assert open_to_all()
    settings.GUESTS = False
    assert not open_to_all()


def test_the_page_of_the_document_has_no_inline_script(client: Client):
    page = client.get("/api/docs/")

    assert page.status_code == 200
    assert "script-src 'self';" in page["Content-Security-Policy"]
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.content.decode(), re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
