"""What may not be uploaded is refused in words, leaves nothing behind, and disturbs nobody."""

import io
import resource
import struct
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from mutagen import id3, mp3

from catalog import work
from catalog.models import Cover, Rendition, Track, Upload
from catalog.tests import audio
from spotify_lite.tests import corpus

pytestmark = pytest.mark.django_db

PAGE = "/admin/catalog/upload/add/"
STATE = "/admin/catalog/upload/state/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(curator) -> Client:
    client = Client()
    client.force_login(curator)
    return client


def send(desk: Client, *contents: bytes, **fields):
    files = [SimpleUploadedFile(f"{place}.mp3", content) for place, content in enumerate(contents)]
    return desk.post(PAGE, {"files": files, "publish": "on", **fields}, headers=JSON)


def finish(desk: Client) -> dict[str, tuple[str, str]]:
    while work.run_due(limit=20):
        pass
    return {one["name"]: (one["step"], one["words"]) for one in desk.get(STATE).json()["uploads"]}


def stored() -> list[str]:
    folder = Path(storages["masters"].path(""))
    return [str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()]


def test_one_byte_over_the_limit_is_refused(desk, settings):
    settings.UPLOAD_LARGEST = 5000
    assert send(desk, b"x" * 5000).status_code == 201
    answer = send(desk, b"x" * 5001)
    assert (answer.status_code, answer.json()) == (413, {"detail": "The file is larger than a file may be."})
    assert Upload.objects.count() == 1


def test_length_in_the_head_is_refused_before_the_body_is_read(desk, settings):
    settings.UPLOAD_LARGEST = 5000

    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = desk.generic(
        "POST",
        PAGE,
        b"",
        content_type="multipart/form-data; boundary=B",
        headers=JSON,
        **{"CONTENT_LENGTH": str(5001 + 1024 * 1024), "wsgi.input": Unread()},
    )
    assert answer.status_code == 413


def test_a_hundred_and_one_files_are_refused(desk):
    answer = send(desk, *[b"x"] * 101)
    assert (answer.status_code, answer.json()["detail"]) == (413, "These are more than 100 files at once.")
    assert not Upload.objects.exists()


def test_a_thousand_and_one_fields_are_refused(desk):
    answer = send(desk, b"x", **{f"field{place}": "x" for place in range(1001)})
    assert answer.status_code == 400
    assert not Upload.objects.exists()


@pytest.mark.parametrize("body", [b"", b"--B\r\n", b"no multipart", b"--B\r\nContent-Disposition: x\r\n\r\nx\r\n--B--"])
def test_broken_form_is_refused(desk, body):
    answer = desk.generic("POST", PAGE, body, content_type="multipart/form-data; boundary=B", headers=JSON)
    assert answer.status_code == 400
    answer = desk.generic("POST", PAGE, body, content_type="multipart/form-data", headers=JSON)
    assert answer.status_code == 400


def test_form_without_scripts_says_the_same_in_the_page(desk):
    files = [SimpleUploadedFile("a.mp3", b"x")] * 101
    answer = desk.post(PAGE, {"files": files})
    assert answer.status_code == 413
    assert "more than 100 files" in answer.content.decode()


@pytest.fixture
def small_disk():
    """No file of this process may grow over 300 KB for the while: what a full disk does to a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))

    yield fill
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_is_said_in_words_and_nothing_is_half_done(desk, small_disk, tmp_path):
    content = audio.make(tmp_path / "long.wav", seconds=5, title="Long").read_bytes()
    assert len(content) > 400_000
    small_disk()
    answer = send(desk, content)
    assert answer.status_code == 507
    assert "no room" in answer.json()["detail"]
    assert not Upload.objects.exists()
    assert stored() == []


def test_quota_of_files_is_said_with_when_there_is_room_again(desk, settings):
    settings.UPLOADS_PER_HOUR = 2
    assert send(desk, b"x", b"y").status_code == 201
    answer = send(desk, b"z")
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3601
    assert "in 60 minutes" in answer.json()["detail"]
    assert Upload.objects.count() == 2


def test_quota_of_bytes_is_counted_by_day(desk, settings):
    settings.UPLOAD_QUOTA = 10_000
    assert send(desk, b"x" * 6000).status_code == 201
    assert send(desk, b"y" * 6000).status_code == 429
    assert send(desk, b"y" * 1000).status_code == 201


def test_files_that_are_no_music_are_refused_at_once_with_a_reason(desk):
    contents = {
        b"": "It is empty.",
        b"ID3": "It holds no audio that can be recognised.",
        b"<!DOCTYPE html><html><body>404</body></html>": "It is not audio but HTML.",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>': "It is not audio but XML.",
        b"%PDF-1.7\n" + bytes(900): "It is not audio but a PDF document.",
        b"PK\x03\x04" + bytes(900): "It is not audio but an archive.",
        b"MZ\x90" + bytes(900): "It is not audio but a program.",
        b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/secret.ts\n": "It is not audio but a playlist.",
        b"ffconcat version 1.0\nfile /etc/passwd\n": "It is not audio but a playlist.",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n": "It holds no audio that can be recognised.",
        b"\x89PNG\r\n\x1a\n" + bytes(900): "It is not audio but a picture.",
    }
    told = send(desk, *contents).json()["uploads"]
    assert [(one["step"], one["words"]) for one in told] == [("failed", reason) for reason in contents.values()]
    assert finish(desk)["0.mp3"] == ("failed", "It is empty.")  # still said after a reload
    assert stored() == []
    assert not Track.objects.exists()


def test_damaged_and_strange_music_fails_with_a_reason(desk, tmp_path):
    bad = corpus.make_bad(tmp_path / "bad")
    strange = {
        "channels.wav": ["-ac", "16"],
        "rate.wav": ["-ar", "384000"],
    }
    for name, options in strange.items():
        source = ["-f", "lavfi", "-i", "sine=duration=1", *options, str(tmp_path / "bad" / name)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source], check=True)
    day = tmp_path / "bad" / "day.wav"
    day.write_bytes(b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 1, 1, 1, 8) + b"data")
    with day.open("ab") as file:
        file.write(struct.pack("<I", 90_000) + bytes(90_000))
    names = [*bad, *strange, "day.wav"]
    files = [SimpleUploadedFile(name, (tmp_path / "bad" / name).read_bytes()) for name in names]
    good = SimpleUploadedFile("good.mp3", audio.make(tmp_path / "good.mp3", title="Good").read_bytes())
    assert desk.post(PAGE, {"files": [*files, good], "publish": "on"}, headers=JSON).status_code == 201
    told = finish(desk)
    assert told.pop("good.mp3")[0] == "ready"
    print("\n".join(f"{name}: {words}" for name, (_, words) in told.items()))
    assert {step for step, _ in told.values()} == {"failed"}
    assert all(words.startswith("It ") and words.endswith(".") for _, words in told.values())
    assert "192 kHz" in told["rate.wav"][1]
    assert "8 channels" in told["channels.wav"][1]
    assert "24 hours" in told["day.wav"][1]
    assert [track.title for track in Track.objects.all()] == ["Good"]
    assert len(stored()) == 1


def test_truncated_file_is_never_shown(desk, tmp_path):
    whole = audio.make(tmp_path / "a.m4a", seconds=4, title="Cut").read_bytes()
    send(desk, whole[: len(whole) * 2 // 3])
    step, words = finish(desk)["0.mp3"]
    assert step == "failed", words
    assert Client().get("/api/v1/tracks").json()["results"] == []


def test_suffix_is_not_believed(desk, tmp_path):
    flac = audio.make(tmp_path / "a.flac", title="Flac inside").read_bytes()
    upload = send(desk, flac).json()["uploads"][0]
    assert finish(desk)[upload["name"]][0] == "ready"
    assert Rendition.objects.get(name="source").mime == 'audio/mp4; codecs="flac"'


def test_polyglot_is_served_as_the_sound_alone(desk, tmp_path):
    mp3_bytes = audio.make(tmp_path / "a.mp3", title="Both").read_bytes()
    send(desk, mp3_bytes + b"<html><script>alert(1)</script></html>" + b"PK\x05\x06" + bytes(18))
    assert finish(desk)["0.mp3"][0] == "ready"
    assert Rendition.objects.get(name="source").mime == "audio/mpeg"


@pytest.mark.parametrize("frames", [5_000, 50_000])
def test_tags_out_of_bounds_are_cut_and_said(desk, tmp_path, frames):
    """A reader may refuse fifty thousand frames; it may not hang or fall over, nor refuse a tenth of them."""
    huge = audio.make(tmp_path / "huge.mp3", title="<script>alert(1)</script>\u202e", artist="N" * 1_000_000)
    tags = mp3.MP3(huge)
    for place in range(frames):
        tags.tags.add(id3.TXXX(encoding=3, desc=f"N{place}", text=["n"]))
    tags.tags.add(id3.TXXX(encoding=3, desc="NOISE", text=["n" * 10_000_000]))
    tags.save()
    assert send(desk, huge.read_bytes()).status_code == 201
    step, words = finish(desk)["0.mp3"]
    if step == "failed":
        assert (frames, words[:3]) == (50_000, "It ")
        return
    track = Track.objects.get()
    assert track.title == "<script>alert(1)</script>"
    assert len(track.artist) <= 512
    page = desk.get(PAGE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    remarks = desk.get(STATE).json()["uploads"][0]["remarks"]
    assert any("markup" in remark for remark in remarks)


@pytest.mark.parametrize("kind", ["svg", "bomb", "40 MB"])
def test_picture_that_is_not_taken_costs_the_track_nothing(desk, tmp_path, kind):
    picture = {
        "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
        "bomb": lambda: audio.picture(size=(20_000, 20_000), format="PNG"),
        "40 MB": lambda: audio.picture() + bytes(40_000_000),
    }[kind]()
    send(desk, audio.make(tmp_path / "a.mp3", title="Pictured", album="A", artist="B", cover=picture).read_bytes())
    assert finish(desk)["0.mp3"][0] == "ready"
    assert not Cover.objects.exists()
    assert Client().get("/api/v1/tracks").json()["results"][0]["cover_url"] is None
