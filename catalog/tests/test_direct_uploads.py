"""Files that browsers send straight to the storage: what the form lets in, what a claim is good for, what is swept."""

import hashlib
import json
import urllib.error
import urllib.request
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog import direct, uploads, work
from catalog.models import Master, Track, Upload, Work
from catalog.tests import audio
from catalog.tests.conftest import ON_S3
from spotify_lite.places import Origin
from spotify_lite.tests.rig import faults, s3

pytestmark = [pytest.mark.django_db, *ON_S3]

FORM, ARRIVED = "/admin/catalog/upload/form/", "/admin/catalog/upload/arrived/"
STATE = "/admin/catalog/upload/state/"
LOST = {"detail": "The file did not arrive whole."}


@pytest.fixture
def other(curator: User) -> Client:
    """Return the browser of a second curator."""
    user = User.objects.create_user("other", is_staff=True)
    user.groups.add(Group.objects.get(name="curators"))
    client = Client()
    client.force_login(user)
    return client


def song(tmp_path: Path, **tags: Any) -> bytes:
    return audio.make(tmp_path / "song.mp3", **{"title": "Lantern", "artist": "Mira Vale", **tags}).read_bytes()


def ask(desk: Client, content: bytes, name: str = "song.mp3", **fields: Any) -> dict[str, Any]:
    """Return a signed form for the file."""
    answer = desk.post(FORM, {"name": name, "size": len(content), "publish": "on", **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def send(form: dict[str, Any], content: bytes, *, site: str = "http://testserver", **changed: str) -> tuple[int, str]:
    """Send the file as a page of this site would, and return what the storage says."""
    parts = [(f'name="{name}"', value.encode()) for name, value in {**form["fields"], **changed}.items()]
    parts.append(('name="file"; filename="song.mp3"', content))
    body = b"".join(b"--B\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (n.encode(), v) for n, v in parts)
    head = {"Content-Type": "multipart/form-data; boundary=B", "Origin": site}
    request = urllib.request.Request(form["url"], body + b"--B--\r\n", head)
    try:
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] in {site, "*"}
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def arrive(desk: Client, form: dict[str, Any]) -> Any:
    return desk.post(ARRIVED, {"claim": form["claim"]})


def finish(desk: Client) -> dict[str, tuple[str, str]]:
    while work.run_due(limit=20):
        pass
    return {one["name"]: (one["step"], one["words"]) for one in desk.get(STATE).json()["uploads"]}


def masters(storage: s3.Storage) -> list[str]:
    return storage.names(storage.origin.masters)


def test_file_goes_to_the_storage_and_becomes_a_song(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    content = song(tmp_path)
    form = ask(desk, content)
    assert form["fields"]["key"].startswith("incoming/")
    assert send(form, content) == (204, "")
    answer = arrive(desk, form)
    assert (answer.status_code, answer.json()["uploads"][0]["step"]) == (201, "waiting")
    assert masters(storage) == [form["fields"]["key"]]
    assert finish(desk) == {"song.mp3": ("ready", "Ready")}
    upload, master = Upload.objects.get(), Master.objects.get()
    assert (upload.size, upload.sha256, upload.storage_name) == (len(content), master.sha256, master.storage_name)
    assert masters(storage) == [f"masters/{master.storage_name}"]
    assert storages["masters"].open(master.storage_name).read() == content
    assert Track.objects.get().published
    assert not Work.objects.exists()


def test_the_word_that_it_arrived_counts_once(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    content = song(tmp_path)
    form = ask(desk, content)
    send(form, content)
    told = [arrive(desk, form).json()["uploads"][0]["id"] for _ in range(2)]
    finish(desk)
    told.append(arrive(desk, form).json()["uploads"][0]["id"])
    assert told == [Upload.objects.get().id] * 3
    assert Track.objects.count() == 1


def test_a_word_without_a_file_is_not_believed(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    answer = arrive(desk, ask(desk, song(tmp_path)))
    assert (answer.status_code, answer.json()) == (404, LOST)
    assert not Upload.objects.exists()


def test_file_of_another_size_than_was_asked_for_is_not_taken(
    desk: Client, storage: s3.Storage, tmp_path: Path
) -> None:
    content = song(tmp_path)
    form = ask(desk, content)
    status, said = send(form, content + b"x")
    assert (status, "EntityTooLarge" in said) == (400, True)
    assert send(form, content[:-1]) == (204, "")  # a stump passes the storage, and not the desk
    assert (arrive(desk, form).status_code, Upload.objects.count()) == (404, 0)


def test_file_over_the_limit_gets_no_form(desk: Client, storage: s3.Storage, settings: Any) -> None:
    settings.UPLOAD_LARGEST = 5000
    answer = desk.post(FORM, {"name": "a.mp3", "size": 5001})
    assert (answer.status_code, answer.json()) == (413, {"detail": "The file is larger than a file may be."})
    assert desk.post(FORM, {"name": "a.mp3", "size": 10**30}).status_code == 413


@pytest.mark.parametrize("size", ["", "0", "-1", "1e3", "x", "٣"])
def test_size_that_is_none_gets_no_form(desk: Client, storage: s3.Storage, size: str) -> None:
    assert desk.post(FORM, {"name": "a.mp3", "size": size}).status_code == 400


def test_form_takes_no_other_key(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    content = song(tmp_path)
    form = ask(desk, content)
    for key in ("masters/aa/stolen.mp3", f"incoming/{uuid.uuid4()}", "ready", f"{form['fields']['key']}/../x"):
        assert send(form, content, key=key)[0] in {400, 403}
    assert masters(storage) == []


def test_expired_form_is_refused(desk: Client, storage: s3.Storage, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(direct, "FORM_LIVES", timedelta(seconds=-5))
    status, said = send(ask(desk, song(tmp_path)), song(tmp_path))
    assert (status, "expired" in said) == (403, True)
    assert masters(storage) == []


def test_claim_is_good_for_its_curator_alone(
    desk: Client, other: Client, storage: s3.Storage, tmp_path: Path, monkeypatch: Any
) -> None:
    content = song(tmp_path)
    form = ask(desk, content)
    send(form, content)
    assert arrive(other, form).status_code == 404
    for claim in ("", "x", form["claim"][:-1], form["claim"] + "x", form["fields"]["key"]):
        assert desk.post(ARRIVED, {"claim": claim}).json() == LOST
    with monkeypatch.context() as later:
        later.setattr(direct, "CLAIM_LIVES", timedelta(seconds=-1))
        assert arrive(desk, form).status_code == 404
    assert not Upload.objects.exists()
    assert arrive(desk, form).status_code == 201


def test_bad_file_says_why_as_through_the_node(desk: Client, storage: s3.Storage) -> None:
    for name, content in (("page.mp3", b"<!doctype html><p>no"), ("noise.mp3", b"x" * 9000)):
        form = ask(desk, content, name)
        send(form, content)
        assert arrive(desk, form).status_code == 201
    assert finish(desk) == {
        "page.mp3": ("failed", "It is not audio but HTML."),
        "noise.mp3": ("failed", "It holds no audio that can be recognised."),
    }
    assert masters(storage) == []


def test_same_bytes_are_one_master(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    content = song(tmp_path)
    forms = [ask(desk, content, f"{number}.mp3") for number in range(3)]
    for form in forms[:2]:
        send(form, content)
        arrive(desk, form)
    finish(desk)
    send(forms[2], content)
    arrive(desk, forms[2])
    assert finish(desk) == {
        "0.mp3": ("ready", "Ready"),
        "1.mp3": ("here", "Already here"),
        "2.mp3": ("here", "Already here"),
    }
    assert (Master.objects.count(), Track.objects.count()) == (1, 1)
    assert masters(storage) == [f"masters/{Master.objects.get().storage_name}"]


def test_damaged_master_is_replaced_by_the_bytes_that_were_sent_again(
    desk: Client, storage: s3.Storage, tmp_path: Path
) -> None:
    content = song(tmp_path)
    key = hashlib.sha256(content).hexdigest()
    there = {"Bucket": storage.origin.masters, "Key": f"masters/{key[:2]}/{key}.mp3"}
    storage.client().put_object(**there, Body=bytes(len(content)), ChecksumAlgorithm="SHA256")
    form = ask(desk, content)
    send(form, content)
    arrive(desk, form)
    assert finish(desk) == {"song.mp3": ("ready", "Ready")}
    assert storage.client().get_object(**there)["Body"].read() == content


def test_quota_is_asked_before_a_form_and_again_at_arrival(
    desk: Client, storage: s3.Storage, tmp_path: Path, settings: Any
) -> None:
    content = song(tmp_path)
    settings.UPLOADS_PER_HOUR = 1
    forms = [ask(desk, content, f"{number}.mp3") for number in range(2)]
    for form in forms:
        send(form, content)
    assert arrive(desk, forms[0]).status_code == 201
    refused = [arrive(desk, forms[1]), desk.post(FORM, {"name": "a.mp3", "size": 5})]
    for answer in refused:
        assert answer.status_code == 429
        assert 3500 < int(answer["Retry-After"]) <= 3601
        assert "in 60 minutes" in answer.json()["detail"]
    assert masters(storage) == sorted(form["fields"]["key"] for form in forms)
    settings.UPLOADS_PER_HOUR, settings.UPLOAD_QUOTA = 0, len(content) + 10
    assert desk.post(FORM, {"name": "a.mp3", "size": 11}).status_code == 429
    settings.UPLOAD_QUOTA = 0
    assert arrive(desk, forms[1]).status_code == 201  # there is room again, and the file need not be sent again


def test_word_that_is_counted_against_itself_loses_nothing(
    desk: Client, storage: s3.Storage, tmp_path: Path, settings: Any, monkeypatch: Any
) -> None:
    """A page that heard no answer says it again while the first is on its way: the file that was taken was deleted."""
    settings.UPLOADS_PER_HOUR = 1
    content = song(tmp_path)
    form = ask(desk, content)
    send(form, content)
    look = direct.look

    def look_late(incoming: uuid.UUID) -> Any:
        monkeypatch.setattr(direct, "look", look)
        assert arrive(desk, form).status_code == 201
        return look(incoming)

    monkeypatch.setattr(direct, "look", look_late)
    assert arrive(desk, form).status_code == 201
    assert finish(desk) == {"song.mp3": ("ready", "Ready")}
    assert Upload.objects.count() == 1


def test_bytes_that_change_after_they_were_read_are_not_what_is_kept(
    desk: Client, storage: s3.Storage, tmp_path: Path, monkeypatch: Any
) -> None:
    """The form is good for some minutes: who sends other bytes of the same length meanwhile gains nothing."""
    content = song(tmp_path)
    form = ask(desk, content)
    send(form, content)
    arrive(desk, form)
    named = uploads._name

    def swap(*args: Any) -> bool:
        assert send(form, bytes(len(content))) == (204, "")
        return named(*args)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(uploads, "_name", swap)
        work.run(Work.objects.get().id)
    assert masters(storage) == [form["fields"]["key"]]
    Work.objects.update(ready_at=timezone.now())
    assert finish(desk)["song.mp3"] == ("failed", "It holds no audio that can be recognised.")


def test_storage_that_is_away_is_said_and_the_work_waits(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    content = song(tmp_path)
    forms = [ask(desk, content, f"{number}.mp3") for number in range(2)]
    for form in forms:
        send(form, content)
    arrive(desk, forms[0])
    storage.stop()
    try:
        answer = arrive(desk, forms[1])
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        work.run(Work.objects.get().id)
        assert Work.objects.get().reason == "The storage did not give the file back."
    finally:
        storage.start()
    Work.objects.update(ready_at=timezone.now())
    assert finish(desk)["0.mp3"][0] == "ready"
    assert arrive(desk, forms[1]).status_code == 201


def test_what_nobody_claims_is_swept_after_a_day(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    content = song(tmp_path)
    claimed, unclaimed = ask(desk, content), ask(desk, content)
    for form in (claimed, unclaimed):
        send(form, content)
    arrive(desk, claimed)
    assert direct.sweep(at=timezone.now() + timedelta(hours=23)) == 0
    assert direct.sweep(at=timezone.now() + timedelta(hours=25)) == 1
    assert masters(storage) == [claimed["fields"]["key"]]
    assert finish(desk)["song.mp3"][0] == "ready"


def test_bucket_is_told_once_whose_pages_it_answers(desk: Client, storage: s3.Storage, tmp_path: Path) -> None:
    client, bucket = storage.client(), storage.origin.masters
    own = {"AllowedOrigins": ["https://elsewhere.example"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [own]})
    direct._let.clear()
    for _ in range(2):
        ask(desk, song(tmp_path))
    direct._let.clear()  # as another process
    ask(desk, song(tmp_path))
    rules = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert [rule["AllowedOrigins"] for rule in rules] == [["https://elsewhere.example"], ["http://testserver"]]


def test_bucket_that_hangs_is_asked_once_for_a_form(desk: Client, storage: s3.Storage, settings: Any) -> None:
    """It was asked three times, of 20 seconds each, while all other forms waited on threads that listeners need."""
    with faults.proxy(storage.port) as line:
        line.spoil(black_hole=True)
        origin = Origin("local", line.url, storage.bucket)
        home = settings.STORAGES["masters"] | {"OPTIONS": {"origin": origin, "location": "masters"}}
        settings.STORAGES = settings.STORAGES | {"masters": home}
        direct._let.clear()
        ask(desk, b"12345")
        assert line.connections == 1


def test_where_media_lie_in_folders_there_is_no_form(desk: Client) -> None:
    assert desk.post(FORM, {"name": "a.mp3", "size": 5}).status_code == 404
    assert 'data-form=""' in desk.get("/admin/catalog/upload/add/").content.decode()


def test_form_is_for_who_may_upload(storage: s3.Storage, listener: User) -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    for user, status in ((listener, 302), (staff, 403)):
        client = Client()
        client.force_login(user)
        assert client.post(FORM, {"name": "a.mp3", "size": 5}).status_code == status
        assert client.post(ARRIVED, {"claim": "x"}).status_code == status


def test_requests_need_the_token_of_the_page(storage: s3.Storage, curator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(curator)
    assert client.post(FORM, {"name": "a.mp3", "size": 5}).status_code == 403
    assert client.post(ARRIVED, {"claim": "x"}).status_code == 403


def test_content_policy_lets_the_upload_page_alone_reach_the_storage(storage: s3.Storage, desk: Client) -> None:
    policy = {
        page: desk.get(page)["Content-Security-Policy"] for page in ("/admin/", "/admin/catalog/upload/add/", "/")
    }
    assert [storage.endpoint in one for one in policy.values()] == [False, True, False], json.dumps(policy)
