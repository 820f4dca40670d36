"""Take a music folder into the catalog."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from catalog import library, stores
from catalog.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Take a music folder into the catalog; run it again to take in what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", metavar="DIR", type=Path, help="the folder")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--in-place", action="store_true", help="play the files where they are (the default)")
        way.add_argument("--copy", action="store_true", help="copy the files into the media storage")

    def take_in(self, options: dict[str, Any], **how: Callable[..., Any]) -> library.Report:
        folder: Path = options["dir"].expanduser()
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        try:
            return library.import_folder(folder, copy=options["copy"], **how)
        except stores.Unreachable:
            raise
        except OSError as error:
            raise CommandError(f"{folder} cannot be listed: {error.strerror}.") from error
