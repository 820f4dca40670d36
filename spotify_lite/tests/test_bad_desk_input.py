"""What a browser, a tester or a mistake may send to the curators' desk: an answer in words, never a failure."""

import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from catalog.models import Album, Artist, Track
from conftest import MakeTrack

NO_IDS = ["0", "-1", "abc", "%00", "1%00", "%0a", "..", "1.5", "9" * 19, "9" * 30, "9" * 5000, "_3A", "%D9%A3", "%ff"]
QUERIES = [
    "q=%00", "q=%ff%fe", "q=" + "a" * 5000, "q=" + "%22" * 50, "q=%25_%5C", "q=" + "a+" * 500, "q=%ed%a0%80",
    "p=0", "p=-1", "p=abc", "p=999999999999999999999", "p=%00", "all=", "o=1", "o=-99", "o=1.2.3.99", "o=abc", "o=%00",
    "id__exact=abc", "id__in=1,abc", "id__gt=" + "9" * 30, "nothing=1", "user__password__startswith=a", "e=1",
    "published__exact=abc", "state__exact=%00", "_popup=1", "_to_field=password", "_to_field=id",
    "_changelist_filters=%00",
    "kind=nothing", "verb=%00", "after=%00", "after=" + "a" * 5000, "ids=1", "ids=a,b,-1", "ids=" + "9" * 400,
    "ids=,,,",
    "keep=%00", "keep=" + "9" * 30,
]  # fmt: skip


class Browser(Client):
    """Goes on after a request that the database refused, as a connection outside of a test's transaction does."""

    def request(self, **request: Any) -> Any:
        with transaction.atomic():
            answer = super().request(**request)
            transaction.set_rollback(answer.status_code >= 400)
        return answer


@pytest.fixture
def desk(superuser: User, make_track: MakeTrack) -> Client:
    make_track("One")
    make_track("Two", artist="Other", album="Another")
    client = Browser(raise_request_exception=False)
    client.force_login(superuser)
    return client


def names() -> list[str]:
    return [f"/admin/{model._meta.label_lower.replace('.', '/')}/" for model in admin.site._registry]


def pages() -> list[str]:
    """Return the desk's own pages that take a query, beside the lists."""
    known = [
        "catalog_artist_merge",
        "catalog_album_merge",
        "catalog_duplicates",
        "catalog_deleted",
        "catalog_upload_add",
    ]
    return [reverse(f"admin:{name}") for name in known]


@pytest.mark.parametrize("value", NO_IDS)
def test_an_id_that_cannot_be_leads_back(desk: Client, value: str) -> None:
    wrong = []
    for name in names():
        for end in ("change/", "delete/", "history/", ""):
            answer = desk.get(f"{name}{value}/{end}")
            if answer.status_code not in {302, 400, 403, 404}:
                wrong.append(f"{name}{value}/{end}: {answer.status_code}")
    for path in (
        f"/admin/catalog/change/{value}/revert/",
        f"/admin/catalog/change/act/{value}/",
        f"/admin/catalog/upload/{value}/retry/",
        f"/admin/catalog/track/together/{value}/",
        f"/admin/r/{value}/{value}/",
    ):
        statuses = {desk.get(path).status_code, desk.post(path).status_code}
        if not statuses <= {302, 400, 404}:
            wrong.append(f"{path}: {statuses}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("query", QUERIES)
def test_a_list_takes_any_query(desk: Client, query: str) -> None:
    wrong = []
    for path in (*names(), *pages()):
        answer = desk.get(f"{path}?{query}")
        if answer.status_code not in {200, 302, 400}:
            wrong.append(f"{path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


FIELDS: list[dict[str, Any]] = [
    {},
    {"title": "\0", "name": "\0"},
    {"title": "x" * 10_000, "name": "x" * 10_000},
    {"title": " \u202e ", "name": "\u202e"},
    {"title": "a", "name": "a", "album": "abc", "year": "-1", "disc_number": "99999999999", "track_number": "9" * 20},
    {
        "title": "a",
        "name": "a",
        "album": "9" * 30,
        "year": "1e3",
        "release_at_0": "0000-00-00",
        "release_at_1": "99:99",
    },
    {"title": "a", "release_at_0": "9999-12-31", "release_at_1": "23:59:59", "release_at": "9999-12-31T23:59"},
    {"title": "a", "credits-TOTAL_FORMS": "300", "credits-INITIAL_FORMS": "-5"},
    {"title": "a", "credits-TOTAL_FORMS": "1", "credits-INITIAL_FORMS": "1", "credits-0-id": "abc"},
    {"action": "delete_selected", "_selected_action": ["abc", "9" * 30, "\0"]},
    {"action": "nothing", "_selected_action": ["1"], "index": "abc"},
    {"action": "__class__", "_selected_action": ["1"], "select_across": "x"},
    {"ids": "1," * 51_000, "keep": "abc", "step": "done"},
    {"ids": "9" * 11 + ",1", "keep": "9" * 11, "step": "\0", "seal": "\0"},
]


@pytest.mark.parametrize("fields", FIELDS, ids=range(len(FIELDS)))
def test_a_form_takes_any_fields(desk: Client, fields: dict[str, Any]) -> None:
    before = counts()
    wrong = []
    for name in names():
        row = apps.get_model(*name.strip("/").split("/")[1:])._default_manager.first()
        for path in (name, f"{name}add/", *([f"{name}{row.pk}/change/"] if row else [])):
            answer = desk.post(path, fields)
            if answer.status_code not in {200, 302, 400, 403}:
                wrong.append(f"{path}: {answer.status_code}")
    together = [reverse(f"admin:catalog_{kind}_together", args=["edit"]) for kind in ("track", "album")]
    for path in (*pages(), *together, f"/admin/catalog/change/act/{uuid.uuid4()}/"):
        answer = desk.post(path, fields)
        if answer.status_code not in {200, 302, 400, 403}:
            wrong.append(f"{path}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert {kind: rows for kind, rows in counts().items() if rows < before[kind]} == {}, "nothing was lost"


@pytest.mark.parametrize(
    "query",
    ["", "app_label=catalog", "app_label=catalog&model_name=track&field_name=artist&term=a", "term=%00",
     "app_label=catalog&model_name=credit&field_name=artist&term=%00", "app_label=%00&model_name=x&field_name=y",
     "app_label=catalog&model_name=credit&field_name=artist&term=a&page=abc",
     "app_label=accounts&model_name=apitoken&field_name=user&term=a",
     "app_label=accounts&model_name=user&field_name=password&term=a"],
)  # fmt: skip
def test_the_search_of_a_field_takes_any_query(desk: Client, curator: User, query: str) -> None:
    assert desk.get(f"/admin/autocomplete/?{query}").status_code in {200, 302, 400, 403, 404}
    as_curator = Browser()
    as_curator.force_login(curator)
    answer = as_curator.get(f"/admin/autocomplete/?{query}")
    assert answer.status_code in {200, 302, 400, 403, 404}
    assert "superuser" not in answer.content.decode()


def test_what_a_curator_may_not_see_is_not_filtered_by(curator: User, make_track: MakeTrack) -> None:
    """A filter that reaches into other tables tells, by what it finds, what stands there."""
    make_track()
    client = Client()
    client.force_login(curator)
    for query in ("uploads__curator__password__startswith=a", "album__tracks__plays__user__email=x", "work__id=1"):
        for name in ("track", "artist", "album", "upload"):
            answer = client.get(f"/admin/catalog/{name}/?{query}")
            assert answer.status_code in {302, 400}


def test_markup_in_a_search_stays_text(desk: Client) -> None:
    markup = "<img src=x onerror=alert(1)>"
    for name in names():
        assert markup.encode() not in desk.get(f"{name}?q={quote(markup)}").content


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Track, Album, Artist, User)}
