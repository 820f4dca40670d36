"""Join our own ES modules into few small files when static files are collected, by esbuild where npm has brought it.

The sources are plain modules that import each other, and are served as such where esbuild is missing. Joined, what the
first play needs comes in a file or two instead of sixty; each module that is asked for by `import()` stays a file
that comes when it is asked for. What is made has a hash in its name already, also where two files name each other,
which Django's storage could not do.
"""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

MAIN = "main.js"  # what listeners' pages start, and what asks for the rest
STARTED = {  # folder of modules -> those that pages start
    "js": (MAIN,),
    "desk": ("cover.js", "desk.js", "moments.js", "preview.js", "ticked.js", "upload.js"),
}
EARLY = "early.js"  # runs before the first paint, by itself
# What modules start beside the page, by `new URL("./worker.js", import.meta.url)`: one file, which shares nothing, in
# the place and by the name of its source.
WORKERS = "**/*worker.js"
OPTIONS = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--sourcemap",
    "--legal-comments=none",
    "--log-level=error",
    "--entry-names=[dir]/[name]",
)
HASHED = ("--entry-names=[name].[hash]",)
SPLIT = (
    *HASHED,
    "--splitting",
    # Whitenoise knows files that never change by a hash behind a name; many names are `chunk`, and need one themselves.
    "--chunk-names=[name]-[hash].[hash]",
)
# As if every module imported main.js, which is there whenever one of them comes: or else esbuild makes a file of each
# set of modules that some share and others do not.
AFTER_MAIN = f"--inject:./{MAIN}"


class NotJoined(Exception):
    """A module is not one, or imports what is not there."""


@dataclass(frozen=True)
class Bundles:
    """What was made of a folder of modules."""

    files: dict[str, str]  # name as pages know it -> name of the file, both relative to the folder
    imports: dict[str, tuple[str, ...]]  # what a page starts -> the names that it imports at once


def program() -> Path | None:
    """Return esbuild, or None where it is not installed; it is one file that needs no Node."""
    found = sorted(settings.NODE_MODULES.glob("@esbuild/*/bin/esbuild"))  # npm brings that of this platform alone
    return found[0] if found else None


def make(esbuild: Path, source: Path, into: Path, started: tuple[str, ...]) -> Bundles:
    """Join the modules of `source` into files of `into`; NotJoined says what esbuild does not understand."""
    made = _run(esbuild, source, into, *started, *SPLIT, *([AFTER_MAIN] if MAIN in started else []))
    if (source / EARLY).is_file():
        made |= _run(esbuild, source, into, EARLY, *HASHED)
    files = {_name(file): file for file in made if file.endswith(".js")}
    imports = {_name(file): _imported(output) for file, output in made.items() if "entryPoint" in output}
    for worker in sorted(str(file.relative_to(source)) for file in source.glob(WORKERS)):
        _run(esbuild, source, into, worker, f"--outbase={source.resolve()}")
        files[worker] = worker
    return Bundles(files, {name: imports[name] for name in (*started, EARLY) if name in imports})


def _run(esbuild: Path, source: Path, into: Path, *what: str) -> dict[str, Any]:
    """Return what esbuild says of each file that it made, by the file's name."""
    into.mkdir(parents=True, exist_ok=True)
    meta = into / "bundles.meta"
    command = [str(esbuild), *OPTIONS, *what, f"--outdir={into.resolve()}", f"--metafile={meta.resolve()}"]
    done = subprocess.run(command, cwd=source, check=False, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise NotJoined(done.stderr)
    outputs: dict[str, Any] = json.loads(meta.read_text())["outputs"]
    meta.unlink()
    return {Path(path).name: output for path, output in outputs.items()}


def _imported(output: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the files that one imports at once."""
    at_once = (one["path"] for one in output["imports"] if one["kind"] == "import-statement")
    return tuple(sorted(_name(Path(path).name) for path in at_once))


def _name(file: str) -> str:
    """Return the name without its last hash: what a page starts is known by its source's name."""
    stem, _, _ = file.removesuffix(".js").rpartition(".")
    return f"{stem}.js"
