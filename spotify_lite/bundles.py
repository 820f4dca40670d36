"""Join our own ES modules into few small files when static files are collected, by esbuild where npm has brought it.

The sources are plain modules that import each other, and are served as such where esbuild is missing. Joined, what the
first play needs comes in a file or two instead of sixty; each module that is asked for by `import()` stays a file
that comes when it is asked for. What is made has a hash in its name already, also where two files name each other,
which Django's storage could not do.
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

PAGES = ("main.js", "early.js")  # what pages start; main.js shares files with what it asks for later
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
    # Whitenoise knows files that never change by a hash behind a name; many names are `chunk`, and need one themselves.
    "--chunk-names=[name]-[hash].[hash]",
)


@dataclass(frozen=True)
class Bundles:
    """What was made of a folder of modules."""

    files: dict[str, str]  # name as pages know it -> name of the file, both relative to the folder
    imports: dict[str, tuple[str, ...]]  # what a page starts -> the names that it imports at once


def program() -> Path | None:
    """Return esbuild, or None where it is not installed; it is one file that needs no Node."""
    found = sorted(settings.NODE_MODULES.glob("@esbuild/*/bin/esbuild"))  # npm brings that of this platform alone
    return found[0] if found else None


def make(esbuild: Path, source: Path, into: Path) -> Bundles:
    """Join the modules of `source` into files of `into`; CalledProcessError says what esbuild does not understand."""
    entries = [name for name in PAGES if (source / name).is_file()]
    made = _run(esbuild, source, into, entries, "--splitting", "--entry-names=[name].[hash]")
    files: dict[str, str] = {}
    imports: dict[str, tuple[str, ...]] = {}
    for file, output in made.items():
        if file.endswith(".map"):
            continue
        name = _name(file)
        files[name] = file
        found = (one["path"] for one in output["imports"] if one["kind"] == "import-statement")
        imports[name] = tuple(sorted(_name(Path(path).name) for path in found))
    for worker in sorted(str(file.relative_to(source)) for file in source.glob(WORKERS)):
        _run(esbuild, source, into, [worker], f"--entry-names={worker.removesuffix('.js')}")
        files[worker] = worker
    return Bundles(files, {name: imports[name] for name in entries})


def _run(esbuild: Path, source: Path, into: Path, entries: Sequence[str], *further: str) -> dict[str, Any]:
    """Return what esbuild says of each file that it made, by the file's name."""
    into.mkdir(parents=True, exist_ok=True)
    meta = into / "bundles.meta"
    command = [str(esbuild), *entries, *OPTIONS, *further, f"--outdir={into.resolve()}", f"--metafile={meta.resolve()}"]
    subprocess.run(command, cwd=source, check=True, capture_output=True, text=True, timeout=60)
    outputs: dict[str, Any] = json.loads(meta.read_text())["outputs"]
    meta.unlink()
    return {Path(path).name: output for path, output in outputs.items()}


def _name(file: str) -> str:
    """Return the name without its last hash: what a page starts is known by its source's name."""
    stem, _, _ = file.removesuffix(".js").rpartition(".")
    return f"{stem}.js"
