"""Own which language a page speaks, the words that its scripts say, and the compiling of both from their sources."""

import hashlib
import logging
import os
import tempfile
from functools import cache
from pathlib import Path

from babel.messages import mofile, pofile
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_noop as _
from django.views.i18n import JSONCatalog

from spotify_lite import methods

logger = logging.getLogger(__name__)

SAME_FOR_ALL = ("/api/", "/media/", "/covers/", "/drawn/", "/static/", "/words/", "/sw.js", "/healthz", "/readyz")
DJANGOS = (  # sentences of its admin that we say otherwise: here they are extracted, and our translations go first
    _("History"),
    _("Save"),
    _("Save and add another"),
    _("Save and continue editing"),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? '
        "All of the following related items will be deleted:"
    ),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? "
        "All of the following objects and their related items will be deleted:"
    ),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related objects, "
        "but your account doesn't have permission to delete the following types of objects:"
    ),
    _(
        "Deleting the selected %(objects_name)s would result in deleting related objects, "
        "but your account doesn't have permission to delete the following types of objects:"
    ),
    _("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    _("Enter a new password for the user <strong>%(username)s</strong>."),
    _("Thanks for spending some quality time with the web site today."),
)
FOR_A_YEAR = 365 * 24 * 3600  # seconds


class Languages(LocaleMiddleware):
    """Speak the listener's language on pages: the cookie of the settings page, else Accept-Language.

    What is the same for everybody has no language, and so no `Vary` that would split the caches.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(SAME_FOR_ALL):
            translation.activate(settings.LANGUAGE_CODE)  # this thread may have spoken another one before
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if request.path_info.startswith(SAME_FOR_ALL) else super().process_response(request, response)


@methods.reads
def words(request: HttpRequest, language: str) -> HttpResponseBase:
    """Answer what the scripts say in a language, {catalog: {English: text or list by plural}}.

    The answer is immutable: its URL changes with it.
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        answer = JSONCatalog.as_view()(request)
    patch_cache_control(answer, public=True, max_age=FOR_A_YEAR, immutable=True)
    return answer


@cache
def words_version(language: str) -> str:
    """Return what changes when the language's words do: it is part of their URL."""
    file = source_of(language, "djangojs").with_suffix(".mo")
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "none"


def source_of(language: str, domain: str) -> Path:
    """Return the file that translators edit."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / f"{domain}.po"


def compile_changed() -> int:
    """Compile the translations whose sources are newer, as gettext reads them; return how many.

    The compiled files are no part of the source. Where the source cannot be written to they were compiled before.
    """
    done = 0
    for source in sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        try:
            _compile(source, target)
        except OSError as error:
            logger.warning("%s was not compiled: %s", source.name, error)
        else:
            done += 1
    return done


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalog = pofile.read_po(file)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            mofile.write_mo(file, catalog)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)  # several processes may start at once: each sees a whole file
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
