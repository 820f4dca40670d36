"""Import one generated folder with this project and with its peers, in one run: files a second, and the ratio.

    .venv/bin/python -m benchmarks.importing [--files 10000] [--large 40]

The peers (supysonic; maneki where there is a Python 3.13) are installed into environments of their own under a folder
that is removed at the end. All are timed by the wall clock over their whole process, one after the other, every one
with the files in the page cache; look at the ratio, the rest is the machine's.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from catalog.tests import audio

PROJECT = Path(__file__).resolve().parent.parent
KINDS = ("mp3", "mp3", "flac", "mp3", "m4a", "ogg")  # half of most libraries is MP3
LARGE_SECONDS = 320  # about 5 MB of MP3 at 128 kbit/s
MANEKI = (
    "import sys, pathlib; from maneki.audio.library.load import load_or_scan; load_or_scan(pathlib.Path(sys.argv[1]))"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=40, help="how many of them are of about 5 MB")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spotify-lite-importing-") as folder:
        measure(Path(folder), options.files, options.large)


def measure(folder: Path, files: int, large: int) -> None:
    music = folder / "music"
    generate(music, files, large)
    subprocess.run(["cat", *map(str, music.rglob("*.*"))], stdout=subprocess.DEVNULL, check=True)
    size = sum(path.stat().st_size for path in music.rglob("*.*"))
    print(f"{files} files, {size / 1e6:.0f} MB")

    environment = {**os.environ, "VAR_DIR": str(folder / "var"), "DATABASE_URL": "", "BROKER_URL": "", "REDIS_URL": ""}
    manage = [sys.executable, str(PROJECT / "manage.py")]
    timed([*manage, "migrate", "-v0"], environment)
    ours = timed([*manage, "import_music", str(music)], environment)
    again = timed([*manage, "import_music", str(music)], environment)
    print(f"this project   {files / ours:7.0f} files/s  ({ours:.1f} s; unchanged again: {again:.2f} s)")
    for name, seconds in (("supysonic", supysonic(folder, music)), ("maneki", maneki(folder, music))):
        if seconds is None:
            print(f"{name:<14} not measured: no Python for it here")
        else:
            print(f"{name:<14} {files / seconds:7.0f} files/s  ({seconds:.1f} s): {seconds / ours:.2f} times its rate")


def generate(music: Path, files: int, large: int) -> None:
    """Make albums of ten tracks, ten albums an artist, one encoding an album; the pictures lie in the first tracks."""
    cover = audio.picture(size=(600, 600), format="JPEG")
    for place in range(files):
        artist, album, track = place // 100, place // 10, place % 10 + 1
        kind = KINDS[album % len(KINDS)]
        is_large = place % max(1, files // large) == 0 if large else False
        audio.make(
            music / f"Artist {artist}" / f"Album {album}" / f"{track:02} Song {place}.{kind}",
            seconds=LARGE_SECONDS if is_large else 2,
            tone=220 + place % 16,
            options=("-b:a", "128k") if is_large and kind == "mp3" else (),
            cover=cover if track == 1 else None,
            title=f"Song {place}",
            artist=f"Artist {artist}",
            albumartist=f"Artist {artist}",
            album=f"Album {album}",
            tracknumber=f"{track}/10",
            date=str(1970 + album % 55),
            genre=("Rock", "Jazz", "Ambient", "Folk")[album % 4],
        )


def supysonic(folder: Path, music: Path) -> float | None:
    """Return the seconds of `supysonic-cli folder scan`."""
    bin_dir = installed(folder / "supysonic", sys.executable, "supysonic==0.7.9")
    (folder / "supysonic.conf").write_text(f"[base]\ndatabase_uri = sqlite:///{folder}/supysonic.db\n")
    environment = {**os.environ, "HOME": str(folder)}
    cli = [str(bin_dir / "supysonic-cli"), "folder"]
    timed([*cli, "add", "music", str(music)], environment, cwd=folder)
    return timed([*cli, "scan", "--foreground", "music"], environment, cwd=folder)


def maneki(folder: Path, music: Path) -> float | None:
    """Return the seconds that it takes to scan the folder and to write its index; None without Python 3.13."""
    found = [
        path
        for path in (shutil.which("python3.13"), *map(str, Path.home().glob(".pyenv/versions/3.13*/bin/python")))
        if path
    ]
    working = [
        path for path in found if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0
    ]
    if not working:
        return None
    bin_dir = installed(folder / "maneki", working[0], "maneki==0.29.0")
    return timed([str(bin_dir / "python"), "-c", MANEKI, str(music)], {**os.environ, "HOME": str(folder)})


def installed(folder: Path, python: str, package: str) -> Path:
    """Make an environment with the package; return its folder of programs."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(folder / "bin" / "pip"), "install", "-q", package], check=True, stderr=subprocess.DEVNULL)
    return folder / "bin"


def timed(argv: Sequence[str], environment: dict[str, str], *, cwd: Path = PROJECT) -> float:
    began = time.monotonic()
    subprocess.run(argv, env=environment, cwd=cwd, check=True, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
