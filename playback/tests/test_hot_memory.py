"""The node's memory of objects, where what it needs cannot even be asked for."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from playback.hotcache import Hot
from playback.upstream import Away
from playback.windows import SLICE
from spotify_lite.places import Origin

OBJECT = f"media/ab/ab{'0' * 62}.mp4"


@pytest.fixture
def no_credentials(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Name an origin, and have no key to it: the settings give none, and the instance has no role."""
    settings.ORIGINS, settings.EDGES = (Origin("local", "http://127.0.0.1:1", "nobodys"),), ()
    settings.S3_ACCESS_KEY = settings.S3_SECRET_KEY = ""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.mark.usefixtures("no_credentials")
def test_listener_hears_that_there_are_no_credentials(tmp_path: Path) -> None:
    """The first request asked again and again, for ever and without a pause."""

    async def ask() -> None:
        await asyncio.wait_for(Hot(tmp_path / "hot", budget=4 * SLICE).size(OBJECT), 10)

    with pytest.raises(Away):
        asyncio.run(ask())
