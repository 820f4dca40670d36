"""Found pictures become covers of four sizes, and hostile ones a reason."""

import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from PIL import Image, ImageCms, PngImagePlugin

from catalog import covers, cutter, media, work
from catalog.models import Album, Artist, CatalogVersion, Cover, Library, LibraryFile, Master, Track, Work
from catalog.tests import audio

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "music").mkdir()
    return tmp_path / "music"


@pytest.fixture
def want(make_track, folder):
    """Return a wisher: the picture lies beside the song, its album wants it, and the work is done."""

    def wish(picture: bytes, *, key: str = "") -> str:
        key = key or hashlib.sha256(picture).hexdigest()
        make_track()
        (folder / "cover.jpg").write_bytes(picture)
        Album.objects.update(cover_wanted=key)
        covers.enqueue(key, payload={"file": _song(folder, b"song").id, "folder_image": "cover.jpg"})
        work.run_due(limit=1)
        return key

    return wish


def _song(folder: Path, content: bytes) -> LibraryFile:
    path = folder / "song.mp3"
    if not path.exists():
        path.write_bytes(content)
    library, _ = Library.objects.get_or_create(root=str(folder))
    seen = path.stat()
    return LibraryFile.objects.create(library=library, path="song.mp3", size=seen.st_size, mtime_ns=seen.st_mtime_ns)


def cover(key: str, size: int) -> Image.Image:
    with storages["covers"].open(f"{key[:2]}/{key}/{size}.webp") as file:
        return Image.open(io.BytesIO(file.read())).copy()


def saved(image: Image.Image, format: str = "PNG", **options) -> bytes:  # noqa: A002
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def near(colour: tuple[int, ...], other: tuple[int, int, int], by: int = 12) -> bool:
    return all(abs(one - two) <= by for one, two in zip(colour, other, strict=True))


def test_picture_becomes_four_squares_and_is_shown(want):
    key = want(audio.picture("#c8502f", (900, 700), "JPEG"))
    assert not Work.objects.exists()
    assert [cover(key, size).size for size in cutter.SIZES] == [(64, 64), (160, 160), (320, 320), (640, 640)]
    assert Cover.objects.get().tint == "rust"
    assert Album.objects.get().cover_key == key
    assert Artist.objects.get().cover_key == key
    card = Track.objects.get().card
    assert (card["cover_key"], card["tint"]) == (key, "rust")


def test_cutting_twice_changes_nothing(want, folder):
    key = want(audio.picture())
    version = CatalogVersion.objects.get().number
    covers.enqueue(key, payload={"file": LibraryFile.objects.get().id, "folder_image": "cover.jpg"})
    work.run_due(limit=1)
    assert not Work.objects.exists()
    assert Cover.objects.count() == 1
    assert CatalogVersion.objects.get().number == version


def test_one_picture_of_two_albums_is_cut_once_and_shown_on_both(make_track, folder):
    picture = audio.picture("navy")
    key = hashlib.sha256(picture).hexdigest()
    make_track("One", album="Left")
    make_track("Two", album="Right")
    make_track("Three", album=None)
    (folder / "cover.png").write_bytes(picture)
    file = _song(folder, b"song")
    Album.objects.update(cover_wanted=key)
    Track.objects.filter(album=None).update(cover_wanted=key)
    for _ in range(2):
        covers.enqueue(key, payload={"file": file.id, "folder_image": "cover.png"})
    assert work.run_due(limit=9) == 1
    assert {card["cover_key"] for card in Track.objects.values_list("card", flat=True)} == {key}


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "opus", "m4a", "aiff"])
def test_embedded_picture_is_read_from_the_song_again(kind, make_track, folder):
    picture = audio.picture("#2c7f86", (300, 300))
    key = hashlib.sha256(picture).hexdigest()
    song = audio.make(folder / f"song.{audio.FORMATS[kind][0]}", format=kind, title="Tideline", cover=picture)
    stored = media.put_master(song, song.suffix.lstrip("."))
    track = make_track()
    Master.objects.create(track=track, fingerprint="f", storage_name=stored.name, container=kind, size=stored.size)
    Album.objects.update(cover_wanted=key)
    covers.enqueue(key, payload={"storage_name": stored.name})
    work.run_due(limit=1)
    assert not Work.objects.exists(), Work.objects.get().reason
    assert cover(key, 640).size == (300, 300)  # no larger than it was
    assert Album.objects.get().cover_key == key


def test_photo_is_turned_upright_and_keeps_no_place(want):
    lying = Image.new("RGB", (400, 400), "red")
    lying.paste("blue", (0, 0, 400, 200))  # blue is up in the file, and left when upright
    exif = Image.Exif()
    exif[0x0112] = 8  # turn by 270 degrees clockwise
    exif[0x010E] = "at home, 12 Quiet Street"
    key = want(saved(lying, "JPEG", exif=exif, quality=95))
    upright = cover(key, 320).convert("RGB")
    assert near(upright.getpixel((20, 160)), (0, 0, 255))
    assert near(upright.getpixel((300, 160)), (255, 0, 0))
    with storages["covers"].open(f"{key[:2]}/{key}/320.webp") as shown:
        assert b"Quiet Street" not in shown.read()


def test_wide_picture_is_cut_in_the_middle(want):
    wide = Image.new("RGB", (300, 100), "red")
    wide.paste("lime", (100, 0, 200, 100))
    key = want(saved(wide))
    assert near(cover(key, 160).convert("RGB").getpixel((3, 50)), (0, 255, 0), by=60)
    assert near(cover(key, 160).convert("RGB").getpixel((50, 50)), (0, 255, 0))


@pytest.mark.parametrize(
    ("image", "format", "expected"),
    [
        (Image.new("CMYK", (80, 80), (0, 255, 255, 0)), "JPEG", (254, 0, 0)),
        (Image.new("RGBA", (80, 80), (0, 0, 255, 0)), "PNG", (255, 255, 255)),
        (Image.new("L", (80, 80), 128), "PNG", (128, 128, 128)),
        (Image.new("I;16", (80, 80), 32768), "PNG", (128, 128, 128)),
        (Image.new("1", (80, 80), 1), "PNG", (255, 255, 255)),
        (Image.new("P", (80, 80), 0), "GIF", (0, 0, 0)),
    ],
)
def test_every_way_to_write_colours_is_read(image, format, expected, want):  # noqa: A002
    key = want(saved(image, format))
    assert near(cover(key, 64).convert("RGB").getpixel((30, 30)), expected), Work.objects.values("reason")


def test_colours_are_brought_to_srgb(want):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    key = want(saved(Image.new("RGB", (80, 80), (120, 120, 120)), "PNG", icc_profile=lab.tobytes()))
    file = cover(key, 64)
    assert "icc_profile" not in file.info


def test_long_animation_costs_one_frame(want):
    frames = [Image.new("RGB", (64, 64), (step % 256, 0, 0)) for step in range(300)]
    key = want(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert getattr(cover(key, 64), "n_frames", 1) == 1


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (SVG, "The picture is not a JPEG, PNG, WebP, GIF or BMP."),
        (b"", "The picture is not a JPEG, PNG, WebP, GIF or BMP."),
        (b"%PDF-1.7 not a picture", "The picture is not a JPEG, PNG, WebP, GIF or BMP."),
        (audio.picture()[:60], "The picture cannot be decoded (OSError)."),
    ],
)
def test_what_is_no_picture_is_refused_in_words(picture, words, want):
    want(picture)
    row = Work.objects.get()
    assert (row.state, row.reason) == (Work.State.FAILED, words)
    assert not Cover.objects.exists()
    assert Album.objects.get().cover_key is None
    assert not list((settings.MEDIA_DIR / "covers").rglob("*.webp"))


def test_decompression_bomb_is_refused_by_its_header(want):
    want(saved(Image.new("1", (20_000, 20_000))))
    assert Work.objects.get().reason == "The picture is larger than 4096 x 4096 pixels."


def test_picture_over_ten_megabytes_is_refused(want):
    info = PngImagePlugin.PngInfo()
    info.add(b"juNk", bytes(11 * 1024 * 1024))
    want(saved(Image.new("RGB", (9, 9)), "PNG", pnginfo=info))
    assert Work.objects.get().reason == "The picture is larger than 10 MB."


def test_picture_that_changed_since_waits_for_the_next_scan(want):
    want(audio.picture(), key="0" * 64)
    assert Work.objects.get().reason == "The picture is no longer in the file; the next scan looks again."


def test_picture_of_a_file_that_is_gone_is_not_looked_for(want, folder):
    file = _song(folder, b"song")
    covers.enqueue("1" * 64, payload={"file": file.id, "folder_image": None})
    file.delete()
    work.run_due(limit=1)
    assert not Work.objects.exists()


@pytest.mark.parametrize("name", [*cutter.TINTS, cutter.COLOURLESS])
def test_tint_of_its_own_colour_is_itself(name):
    colour = cutter.TINTS.get(name, 0x6B7480)
    pixels = [(colour >> 16, colour >> 8 & 255, colour & 255)] * 9
    assert cutter.tint_of(pixels) == name


def test_tint_is_of_what_is_coloured_and_not_of_the_ground():
    ground, mark = [(250, 248, 244)] * 80, [(63, 111, 181)] * 20
    assert cutter.tint_of(ground + mark) == "sky"
    assert cutter.tint_of(ground + mark[:2]) == "slate"
