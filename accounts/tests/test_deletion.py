"""The end of an account: the password is asked, the page says what goes, and nothing of the person is left."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test import Client

from accounts import deletion, tokens
from accounts.models import User
from conftest import MakeTrack
from playback import listening
from playback.merging import PLAYING, Event
from playback.models import Play, PlayEvent, ResumePoint

PAGE = "/settings/delete"
FORM = {"password": "listener-secret-1"}


@pytest.fixture
def here(listener: User) -> Client:
    client = Client()
    client.force_login(listener)
    return client


def listen(client: Client, track_id: int) -> None:
    at = datetime.now(UTC).isoformat()
    play_id = client.post(f"/api/v1/tracks/{track_id}/play", content_type="application/json").json()["play_id"]
    event = {"play_id": play_id, "seq": 1, "track_id": track_id, "position_ms": 5_000, "state": "playing", "at": at}
    state = {"play_id": play_id, "seq": 2, "at": at, "queue": [track_id], "index": 0, "position_ms": 5_000}
    kind = "application/json"
    assert client.post("/api/v1/me/progress", {"events": [event]}, kind).json()["accepted"] == 1
    assert client.put("/api/v1/me/playback", {**state, "playing": True}, kind).status_code == 200


def rows_of(user_id: int) -> dict[str, int]:
    """Return how many rows of each kind point to the user, whatever app they are of."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.fields:
            if field.remote_field and field.remote_field.model is User:
                count = model._default_manager.filter(**{field.attname: user_id}).count()
                if count:
                    found[model._meta.label] = count
    return found


def test_no_row_of_the_person_is_left(here: Client, listener: User, make_track: MakeTrack) -> None:
    listen(here, make_track().id)
    tokens.create_token(listener, device="Phone", at=datetime.now(UTC))
    Client().post("/login", {"username": "listener", "password": "wrong"})
    before = rows_of(listener.id)
    wanted = {
        "accounts.Session",
        "accounts.ApiToken",
        "playback.ResumePoint",
        "playback.Play",
        "playback.PlaybackState",
    }
    assert wanted <= set(before)
    assert PlayEvent.objects.exists()
    answer = here.post(PAGE, FORM, follow=True)
    assert answer.redirect_chain == [("/settings", 302)]
    assert "The account listener and everything that was its own is deleted." in answer.content.decode()
    assert rows_of(listener.id) == {}
    assert not User.objects.exists()
    assert not PlayEvent.objects.exists()
    assert not AccessAttempt.objects.exists()
    me = here.get("/api/v1/me").json()
    assert (me["listener"], me["guest"]) == (None, False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="there, one writes at a time")
def test_progress_that_is_being_written_leaves_no_row(here: Client, listener: User, make_track: MakeTrack) -> None:
    """A resume point that was committed while its listener was deleted stayed for ever."""
    listen(here, make_track().id)
    play, now_ms = Play.objects.get(), int(datetime.now(UTC).timestamp() * 1000)
    event = Event(play.track_id, play.play_id, 9, now_ms, 9_000, PLAYING)
    ResumePoint.objects.all().delete()  # the first event of a song makes a row: nothing to lock is there before

    def delete() -> None:
        try:
            deletion.delete_account(listener)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            listening.store([listening.Listening(listener.id, "", datetime.now(UTC), events=(event,))])
            deleted = pool.submit(delete)
            assert not wait([deleted], timeout=0.5).done
        deleted.result(10)
    assert rows_of(listener.id) == {}


def test_others_keep_what_is_theirs(here: Client, stranger: User, make_track: MakeTrack) -> None:
    track = make_track()
    other = Client()
    other.force_login(stranger)
    for client in (here, other):
        listen(client, track.id)
    kept = rows_of(stranger.id)
    here.post(PAGE, FORM)
    assert rows_of(stranger.id) == kept
    assert Play.objects.get().listener == stranger


def test_next_one_at_the_browser_gets_another_csrf_token(here: Client) -> None:
    """By it a guest is found again: nobody may be taken for who was here before."""
    before = here.get("/api/v1/me").json()["csrf_token"]
    secret = here.cookies["csrftoken"].value
    here.post(PAGE, FORM)
    assert before
    assert here.cookies["csrftoken"].value != secret


def test_page_says_what_goes(here: Client) -> None:
    page = here.get(PAGE).content.decode()
    for words in ("your place in every song", "your queue", "every device and token"):
        assert words in page


@pytest.mark.parametrize("password", ["wrong", ""])
def test_without_the_password_nothing_goes(here: Client, password: str) -> None:
    answer = here.post(PAGE, {"password": password})
    assert answer.status_code == 200
    assert b"id_password_error" in answer.content
    assert User.objects.exists()


def test_looking_deletes_nothing(here: Client) -> None:
    assert here.get(PAGE).status_code == 200
    assert User.objects.exists()


def test_name_is_free_again(here: Client) -> None:
    here.post(PAGE, FORM)
    secret = "a-long-secret-9"
    assert (
        Client().post("/signup", {"username": "listener", "password1": secret, "password2": secret}).status_code == 302
    )


def test_last_superuser_stays(superuser: User) -> None:
    client = Client()
    client.force_login(superuser)
    answer = client.post(PAGE, {"password": "superuser-secret-1"})
    assert "the only one who can manage accounts" in answer.content.decode()
    assert User.objects.get() == superuser


def test_superuser_goes_where_another_one_stays(superuser: User) -> None:
    User.objects.create_superuser("other", password="other-secret-1")
    client = Client()
    client.force_login(superuser)
    assert client.post(PAGE, {"password": "superuser-secret-1"}).status_code == 302
    assert [user.username for user in User.objects.all()] == ["other"]


def test_disabled_superuser_is_no_successor(superuser: User) -> None:
    User.objects.create_superuser("other", password="other-secret-1", is_active=False)
    client = Client()
    client.force_login(superuser)
    client.post(PAGE, {"password": "superuser-secret-1"})
    assert User.objects.count() == 2


def test_last_superuser_cannot_be_deleted_in_the_admin_either(superuser: User, listener: User, client: Client) -> None:
    client.force_login(superuser)
    page = f"/admin/accounts/user/{superuser.id}/delete/"
    chosen = {"action": "delete_selected", "_selected_action": [superuser.id, listener.id], "post": "yes"}
    for answer in (client.get(page), client.post(page, {"post": "yes"}), client.post("/admin/accounts/user/", chosen)):
        assert "the last superuser, who alone can manage accounts" in answer.content.decode()
    assert User.objects.count() == 2
    chosen["_selected_action"] = [listener.id]
    Client().post("/login", {"username": "listener", "password": "wrong"})
    client.post("/admin/accounts/user/", chosen)
    assert not AccessAttempt.objects.exists()  # as where one leaves by oneself
    assert [user.username for user in User.objects.all()] == ["superuser"]


def test_account_that_worked_in_the_admin_goes_too(curator: User, listener: User) -> None:
    LogEntry.objects.create(user=curator, action_flag=1, object_repr="x", content_type_id=None)
    client = Client()
    client.force_login(curator)
    assert client.post(PAGE, {"password": "curator-secret-1"}).status_code == 302
    assert rows_of(curator.id) == {}


def test_strangers_are_led_to_sign_in(client: Client, db: None) -> None:
    for answer in (client.get(PAGE), client.post(PAGE, FORM)):
        assert answer["Location"] == f"/login?next={PAGE}"


def test_form_is_csrf_checked(listener: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(listener)
    assert browser.post(PAGE, FORM).status_code == 403
    assert User.objects.exists()
