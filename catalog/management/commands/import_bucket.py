"""Take the music of a bucket into the catalog."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError

from catalog import bucketimport, library, objects, stores
from catalog.management.importing import ImportCommand


class Command(ImportCommand):
    help = "Take the music of a bucket at the home storage into the catalog; run it again to take in what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", metavar="PREFIX", help="what the names of the objects begin with; '' for all")
        parser.add_argument("--bucket", metavar="NAME", help="the bucket; without it the one of what is served")

    def take_in(self, options: dict[str, Any], **how: Callable[..., Any]) -> library.Report:
        try:
            return bucketimport.import_bucket(options["prefix"], bucket=options["bucket"], **how)
        except objects.NoStorage:
            raise CommandError("There is no storage to import from: ORIGINS is not set.") from None
        except bucketimport.Ours as error:
            raise CommandError(str(error)) from None
        except stores.Unreachable:
            raise
        except OSError as error:
            raise CommandError(f"{error}.") from error
