"""What makes the pages installable and lets them outlive the server: the worker, the manifest, the icons."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from spotify_lite import assets, icons, shell


@pytest.fixture
def worker(client: Client) -> Any:
    if not all(assets.installed(name) for name in shell.LIBRARIES):
        pytest.skip("npm has not been reached")
    return client.get("/sw.js")


def test_worker_is_asked_for_again_and_may_reach_nothing_but_us(worker: Any, settings: Any) -> None:
    assert worker.status_code == 200
    assert worker["Content-Type"].startswith("text/javascript")
    assert "no-cache" in worker["Cache-Control"]
    assert "immutable" not in worker["Cache-Control"]
    assert worker["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; connect-src 'self'")
    assert not worker.cookies
    assert "Cookie" not in worker.get("Vary", "")


def test_worker_names_scripts_that_are_served(worker: Any) -> None:
    scripts = json.loads(re.search(r"importScripts\(\.\.\.(\[.*\])\)", worker.content.decode())[1])  # type: ignore[index]
    assert len(scripts) == len(shell.LIBRARIES) + len(shell.OWN)
    for script in scripts:
        assert finders.find(script.removeprefix("/static/")), script


def test_worker_is_the_same_until_a_file_of_the_frame_changes(
    worker: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/sw.js").content == worker.content
    hashed = {
        "css/app.css": "css/app.0123456789ab.css",
        "js/main.js": "js/main.ABCDEFGH.js",
        "js/tests/main.test.js": "js/tests/main.test.0123456789ab.js",
        "desk/desk.js": "desk/desk.0123456789ab.js",
    }
    monkeypatch.setattr(shell.staticfiles_storage, "hashed_files", hashed, raising=False)
    one = shell._shell()
    assert one["files"] == ["/static/css/app.css", "/static/js/main.js"] or one["files"] == [
        "/static/css/app.0123456789ab.css",
        "/static/js/main.ABCDEFGH.js",
    ]
    hashed["js/later.js"] = "js/later.ABCDEFGH.js"
    assert shell._shell()["version"] != one["version"]


def test_worker_is_missing_where_its_libraries_are(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.NODE_MODULES = tmp_path
    assert client.get("/sw.js").status_code == 404


def test_pages_can_be_installed(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    manifest = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert [manifest["display"], manifest["start_url"], manifest["lang"]] == ["standalone", "/", "en"]
    assert [shortcut["url"] for shortcut in manifest["shortcuts"]] == ["/search", "/device"]
    drawn = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= drawn
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/")), icon


def test_manifest_speaks_the_language_of_the_reader(client: Client) -> None:
    answer = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"})
    assert answer.json()["lang"] == "de"
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("name", icons.ICONS)
def test_icon_has_its_size_a_ground_and_the_lamp(name: str) -> None:
    icon = icons.ICONS[name]
    picture = Image.open(io.BytesIO(icons.png(icon))).convert("RGBA")
    assert picture.size == (icon.size, icon.size)
    middle = icon.size // 2
    assert picture.getpixel((middle, middle)) == (0xE8, 0xA3, 0x3D, 255)
    opaque = picture.getpixel((0, 0))[3] == 255  # type: ignore[index]
    assert opaque == (icon.corner == 0)  # the system cuts the corners of what it masks


def test_maskable_icon_keeps_its_figure_within_the_safe_circle() -> None:
    picture = Image.open(io.BytesIO(icons.png(icons.ICONS["img/icon-maskable-512.png"]))).convert("L")
    safe = 0.4 * 512  # W3C manifest: the radius of what no mask cuts
    bright = (
        (x, y)
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if picture.getpixel((x, y)) > 100  # type: ignore[operator]
    )
    assert all((x - 256) ** 2 + (y - 256) ** 2 <= safe**2 for x, y in bright)


@pytest.mark.django_db
def test_page_of_the_device_is_the_same_for_everybody(client: Client) -> None:
    answer = client.get("/device")
    assert answer.status_code == 200
    assert b"data-device" in answer.content
    assert b'rel="manifest"' in answer.content
    assert answer.content.count(b'name="theme-color"') == 2
