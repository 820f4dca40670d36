"""Curators choose covers: checked, cut in the sandbox, shown at once, and left alone by imports."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from catalog import work
from catalog.library import import_folder
from catalog.models import Album, Change, Cover, Track
from catalog.tests import audio

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(curator) -> Client:
    client = Client()
    client.force_login(curator)
    return client


def save(desk: Client, album: Album, *, picture: bytes | None = None, **fields):
    people = list(album.credits.order_by("position"))
    form = {
        "title": album.title,
        "artist": album.artist,
        "year": album.year or "",
        "credits-TOTAL_FORMS": len(people),
        "credits-INITIAL_FORMS": len(people),
    }
    for place, row in enumerate(people):
        form |= {f"credits-{place}-id": row.id, f"credits-{place}-album": album.id}
        form |= {f"credits-{place}-artist": row.artist_id, f"credits-{place}-position": row.position}
    if picture is not None:
        form["cover_file"] = SimpleUploadedFile("front.png", picture)
    return desk.post(reverse("admin:catalog_album_change", args=[album.id]), form | fields)


def shown(album: Album) -> str | None:
    return Client().get(f"/api/v1/albums/{album.id}").json()["cover_url"]


def test_picture_is_cut_and_shown_at_once(desk, make_track):
    album = make_track().album
    assert shown(album) is None
    assert save(desk, album, picture=audio.picture("teal", (900, 600))).status_code == 302
    album.refresh_from_db()
    assert album.cover_key == album.cover_wanted == Cover.objects.get().key
    assert shown(album).endswith(f"/covers/{album.cover_key[:2]}/{album.cover_key}/320.webp")
    track = Client().get("/api/v1/tracks").json()["results"][0]
    assert track["cover_url"] == shown(album)
    assert "cover" in album.curated
    assert [change.after.keys() & {"cover"} for change in Change.objects.all()] == [{"cover"}]


def test_all_sizes_are_squares_made_anew(desk, make_track, settings):
    album = make_track().album
    save(desk, album, picture=audio.picture("teal", (900, 700), format="JPEG"))
    folder = settings.MEDIA_DIR / "covers"
    sizes = {}
    for file in folder.rglob("*.webp"):
        with Image.open(file) as picture:
            sizes[file.stem] = picture.size
            assert not picture.info.get("exif")
    assert sizes == {str(size): (size, size) for size in (64, 160, 320, 640)}


def animation() -> bytes:
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


def test_animation_gives_its_first_frame(desk, make_track):
    album = make_track().album
    assert save(desk, album, picture=animation()).status_code == 302
    assert Cover.objects.get().tint == "rust"


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "is not a JPEG"),
        (b"GIF89a", "is not a JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        ("4097", "4096 x 4096"),
        ("bomb", "4096 x 4096"),
    ],
)
def test_what_is_no_cover_is_said_beside_the_field_and_nothing_is_lost(desk, make_track, picture, reason):
    album = make_track().album
    if picture == "4097":
        picture = audio.picture(size=(4097, 10))
    if picture == "bomb":
        picture = audio.picture(size=(20_000, 20_000))
    answer = save(desk, album, picture=picture, title="A title just typed")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert reason in page
    assert 'value="A title just typed"' in page
    album.refresh_from_db()
    assert (album.title, album.cover_key) == ("Slow Harbour Lights", None)
    assert not Cover.objects.exists()


def test_picture_is_kept_where_another_field_is_wrong(desk, make_track):
    album = make_track().album
    answer = save(desk, album, picture=audio.picture(), title="")
    key = Cover.objects.get().key
    assert f'value="{key}"' in answer.content.decode()
    assert f"/covers/{key[:2]}/{key}/160.webp" in answer.content.decode()
    album.refresh_from_db()
    assert album.cover_key is None
    assert save(desk, album, cover_chosen=key).status_code == 302
    album.refresh_from_db()
    assert album.cover_key == key


def test_key_that_is_no_cover_chooses_nothing(desk, make_track):
    album = make_track().album
    for key in ("ab" * 32, "../../etc/passwd", "<script>"):
        save(desk, album, cover_chosen=key)
        album.refresh_from_db()
        assert album.cover_key is None


def test_cover_that_is_taken_away_is_drawn_again(desk, make_track):
    album = make_track().album
    save(desk, album, picture=audio.picture())
    save(desk, album, cover_removed="on")
    album.refresh_from_db()
    assert (album.cover_key, album.cover_wanted) == (None, None)
    assert shown(album) is None
    assert "cover" in album.curated


def test_song_without_an_album_has_a_cover_of_its_own(desk, make_track):
    track = make_track(album=None)
    form = {
        "title": track.title,
        "artist": track.artist,
        "disc_number": 1,
        "published": "on",
        "cover_file": SimpleUploadedFile("front.png", audio.picture()),
        **{
            f"{prefix}-{name}": 0 for prefix in ("credits", "track_genres") for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        },
    }
    page = reverse("admin:catalog_track_change", args=[track.id])
    assert "cover_file" in desk.get(page).content.decode()
    assert desk.post(page, form).status_code == 302
    assert Client().get(f"/api/v1/tracks/{track.id}").json()["cover_url"]
    assert (
        "cover_file"
        not in desk.get(reverse("admin:catalog_track_change", args=[make_track("On an album").id])).content.decode()
    )


def test_import_leaves_the_cover_that_was_chosen(desk, tmp_path):
    file = audio.make(tmp_path / "a.mp3", title="A", artist="B", album="C", cover=audio.picture("red"))
    import_folder(tmp_path)
    while work.run_due(limit=10):
        pass
    album = Album.objects.get()
    found = album.cover_key
    assert found
    save(desk, album, picture=audio.picture("blue"))
    chosen = Album.objects.get().cover_key
    assert chosen != found
    audio.make(file, title="A again", artist="B", album="C", cover=audio.picture("green"))
    import_folder(tmp_path)
    while work.run_due(limit=10):
        pass
    assert Track.objects.get().title == "A again"
    assert Album.objects.get().cover_key == chosen
    save(desk, Album.objects.get(), cover_removed="on")
    audio.make(file, title="A third", artist="B", album="C", cover=audio.picture("yellow"))
    import_folder(tmp_path)
    while work.run_due(limit=10):
        pass
    assert Album.objects.get().cover_wanted is None


def test_desk_gives_the_ticket_for_large_pictures(desk, make_track):
    answer = desk.get(reverse("admin:catalog_album_change", args=[make_track().album_id]))
    assert answer.cookies["desk"]["path"] == "/admin/"
    assert answer.cookies["desk"]["httponly"]
