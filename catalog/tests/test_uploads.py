"""Curators upload files: stored before they are acknowledged, read by a worker, shown once they can be played."""

from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog import imports, uploads, work
from catalog.models import Master, Track, Upload, Work
from catalog.tests import audio

pytestmark = pytest.mark.django_db

PAGE = "/admin/catalog/upload/add/"
STATE = "/admin/catalog/upload/state/"


@pytest.fixture
def desk(curator) -> Client:
    client = Client()
    client.force_login(curator)
    return client


def send(desk: Client, *files: tuple[str, bytes], publish: bool = True, json: bool = True):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    headers = {"Accept": "application/json"} if json else {}
    return desk.post(PAGE, {"files": sent, **({"publish": "on"} if publish else {})}, headers=headers)


def song(tmp_path: Path, name: str = "song.mp3", **tags) -> bytes:
    tags = {"title": "Lantern", "artist": "Mira Vale", "album": "Harbour", "tracknumber": 1, **tags}
    return audio.make(tmp_path / name, **tags).read_bytes()


def do_all() -> None:
    while work.run_due(limit=20):
        pass


def steps(desk: Client) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["step"], one["words"]) for one in desk.get(STATE).json()["uploads"]}


def test_file_is_stored_read_and_published(desk, tmp_path):
    answer = send(desk, ("whatever.mp3", song(tmp_path)))
    assert answer.status_code == 201
    assert answer.json()["uploads"][0]["step"] == "waiting"
    upload = Upload.objects.get()
    assert storages["masters"].exists(upload.storage_name)
    assert not Track.objects.exists()
    do_all()
    told = desk.get(STATE).json()["uploads"][0]
    assert (told["step"], told["track"]["title"]) == ("ready", "Lantern")
    track = Track.objects.get()
    assert track.published
    listed = Client().get("/api/v1/tracks").json()["results"]
    assert [one["title"] for one in listed] == ["Lantern"]
    assert listed[0]["audio_url"]
    assert told["track"]["url"] == reverse("admin:catalog_track_change", args=[track.id])
    assert not Work.objects.exists()


def test_track_is_hidden_until_it_can_be_played(desk, tmp_path):
    send(desk, ("a.mp3", song(tmp_path)))
    upload = Work.objects.get(kind="upload")
    work.run(upload.id)
    assert Client().get("/api/v1/tracks").json()["results"] == []
    assert steps(desk)["a.mp3"][0] == "preparing"
    assert not Track.objects.get().published
    do_all()
    assert steps(desk)["a.mp3"][0] == "ready"


def test_track_stays_hidden_where_it_was_not_to_be_published(desk, tmp_path):
    send(desk, ("a.mp3", song(tmp_path)), publish=False)
    do_all()
    assert steps(desk)["a.mp3"][0] == "hidden"
    assert Client().get("/api/v1/tracks").json()["results"] == []
    assert Client().get("/api/v1/genres").json()["results"] == []


def test_bad_file_among_good_ones_disturbs_none(desk, tmp_path):
    good = [
        (f"{n}.mp3", song(tmp_path, f"{n}.mp3", title=f"Song {n}", tone=300 + n, tracknumber=n)) for n in range(1, 4)
    ]
    answer = send(desk, good[0], ("bad.mp3", b"<!doctype html><p>no"), *good[1:])
    assert [one["step"] for one in answer.json()["uploads"]] == ["waiting", "failed", "waiting", "waiting"]
    do_all()
    told = steps(desk)
    assert told.pop("bad.mp3") == ("failed", "It is not audio but HTML.")
    assert {step for step, _ in told.values()} == {"ready"}
    assert Track.objects.count() == 3


def test_same_bytes_are_one_master_and_the_second_links_to_the_track(desk, tmp_path):
    content = song(tmp_path)
    send(desk, ("a.mp3", content), ("b.mp3", content))
    do_all()
    again = send(desk, ("c.mp3", content)).json()["uploads"][0]
    track = Track.objects.get()
    assert (again["step"], again["track"]["title"]) == ("here", track.title)
    assert steps(desk)["b.mp3"][0] == "here"
    assert Master.objects.count() == 1
    do_all()
    assert Track.objects.count() == 1


def test_hidden_track_is_not_published_by_a_second_upload(desk, tmp_path):
    content = song(tmp_path)
    send(desk, ("a.mp3", content), publish=False)
    do_all()
    send(desk, ("b.mp3", content))
    do_all()
    assert not Track.objects.get().published


def test_file_without_tags_takes_its_title_from_its_name(desk, tmp_path):
    send(desk, ("03 Night Ferry.flac", audio.make(tmp_path / "x.flac").read_bytes()))
    do_all()
    track = Track.objects.get()
    assert (track.title, track.track_number) == ("Night Ferry", 3)


def test_plain_form_works_without_scripts(desk, tmp_path):
    assert "files" in desk.get(PAGE).content.decode()
    answer = send(desk, ("a.mp3", song(tmp_path)), json=False)
    assert (answer.status_code, answer.url) == (302, PAGE)
    assert "a.mp3" in desk.get(PAGE).content.decode()
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../x.mp3", "x.mp3"),
        ("C:\\music\\x.mp3", "x.mp3"),
        ("-i", "-i"),
        ("con.mp3", "con.mp3"),
        ("x.mp3.html", "x.mp3.html"),
        ("a\r\nSet-Cookie: b.mp3", "a Set-Cookie: b.mp3"),
        ("fdp\u202e3pm.exe", "fdp3pm.exe"),
        ("nul\0l.mp3", "null.mp3"),
        ("ü" * 300 + ".mp3", "ü" * 251 + ".mp3"),
    ],
)
def test_name_is_a_label_and_never_a_path(desk, tmp_path, name, label):
    content = song(tmp_path)
    body = (
        b'--B\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n'
        % name.replace("\r\n", "%0D%0A").encode()
    )
    body += b"Content-Type: audio/mpeg\r\n\r\n" + content + b"\r\n--B--\r\n"
    answer = desk.post(
        PAGE, body, content_type="multipart/form-data; boundary=B", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 201, answer.content
    upload = Upload.objects.get()
    assert upload.name in {label, label.replace("\r\n", "%0D%0A"), name.replace("\r\n", "%0D%0A")}
    assert not any(mark in upload.name for mark in "/\\\0\r\n\u202e")
    assert len(upload.name) <= 255
    assert upload.storage_name == f"{upload.sha256[:2]}/{upload.sha256}.mp3"
    do_all()
    assert Track.objects.get().title == "Lantern"


def test_listener_and_stranger_cannot_upload(listener, tmp_path):
    for client in (Client(), Client()):
        answer = send(client, ("a.mp3", song(tmp_path)))
        assert answer.status_code in {302, 403}
        client.force_login(listener)
        assert send(client, ("a.mp3", b"x")).status_code in {302, 403}
    assert not Upload.objects.exists()


def test_upload_without_the_csrf_token_is_refused(curator, tmp_path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(curator)
    assert send(client, ("a.mp3", song(tmp_path))).status_code == 403
    token = client.get(PAGE).cookies["csrftoken"].value
    answer = client.post(PAGE, {"files": SimpleUploadedFile("a.mp3", song(tmp_path))}, headers={"X-CSRFToken": token})
    assert answer.status_code == 302
    assert Upload.objects.count() == 1


def test_work_that_was_given_up_can_be_tried_again(desk, tmp_path):
    send(desk, ("a.mp3", song(tmp_path)))
    upload, row = Upload.objects.get(), Work.objects.get(kind="upload")
    Work.objects.filter(id=row.id).update(state=Work.State.FAILED, reason="The disk was away.")
    told = desk.get(STATE).json()["uploads"][0]
    assert (told["step"], told["words"]) == ("failed", "The disk was away.")
    assert "Try again" in desk.get(PAGE).content.decode()
    answer = desk.post(told["retry"], headers={"Accept": "application/json"})
    assert answer.json()["uploads"][0]["step"] == "waiting"
    do_all()
    assert steps(desk)["a.mp3"][0] == "ready"
    assert desk.post(reverse("admin:catalog_upload_retry", args=[upload.id + 1])).status_code == 404


def test_two_uploads_of_a_song_that_cannot_be_played_both_say_so(desk, tmp_path):
    content = song(tmp_path)
    send(desk, ("one.mp3", content), ("two.mp3", content))
    while row := Work.objects.filter(kind="upload").first():
        work.run(row.id)
    Work.objects.update(state=Work.State.FAILED, reason="There is no audio in it.")
    assert steps(desk) == dict.fromkeys(("one.mp3", "two.mp3"), ("failed", "There is no audio in it."))


def test_upload_waits_while_an_import_runs(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "TURN", 0.1)
    send(desk, ("a.mp3", song(tmp_path)))
    with imports.turn(stop=lambda: False) as ours:  # tests beside this one import, too
        assert ours
        assert work.run(Work.objects.get(kind="upload").id)
    row = Work.objects.get(kind="upload")
    assert (row.state, row.attempts) == (Work.State.QUEUED, 0)
    assert not Track.objects.exists()
