"""Why files that are sent to the desk are not taken: a status, a sentence, and how long to wait."""

from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog import direct, objects, quota, receiving, work
from spotify_lite import bodies

Answer = TypeVar("Answer", bound=HttpResponse)
REFUSALS: dict[type[Exception], tuple[int, Any]] = {
    receiving.TooLarge: (413, gettext_lazy("The file is larger than a file may be.")),
    TooManyFilesSent: (413, gettext_lazy("These are more than 100 files at once.")),
    TooManyFieldsSent: (400, gettext_lazy("The form has more fields than it may have.")),
    RequestDataTooBig: (400, gettext_lazy("The form has more fields than it may have.")),
    work.Failed: (507, gettext_lazy("The storage did not take the file whole. Please try again.")),
    direct.Unclaimed: (404, gettext_lazy("The file did not arrive whole.")),
    objects.NoStorage: (404, gettext_lazy("Files are sent through this server here.")),
}
AWAY = 5  # seconds until a storage that did not answer is asked again


class Refused(Exception):
    """The request is not taken: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str, *, wait: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.wait = status, sentence, wait


REFUSED: tuple[type[Exception], ...] = (Refused, OSError, quota.Exceeded, *REFUSALS)


def refusal_of(error: Exception) -> Refused:
    """Return what to answer where the files could not be taken; raise the error again if that is our own fault."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, UnreadablePostError):
        return Refused(400, _("The file did not arrive whole."))
    if isinstance(error, quota.Exceeded):
        return Refused(429, _wait_words(error.wait), wait=error.wait)
    if isinstance(error, OSError):
        if error.errno is None:  # said by the object storage
            return Refused(503, _("The storage did not take the file whole. Please try again."), wait=AWAY)
        if error.errno not in bodies.NO_ROOM:
            raise error
        return Refused(507, _("There is no room left for files on the server. Nothing was kept."))
    return next(
        Refused(status, str(sentence)) for kind, (status, sentence) in REFUSALS.items() if isinstance(error, kind)
    )


def told(refused: Refused) -> JsonResponse:
    """Return the answer for the page's script."""
    return waiting(JsonResponse({"detail": refused.sentence}, status=refused.status), refused)


def waiting(answer: Answer, refused: Refused) -> Answer:
    """Say in the answer's head when to ask again, where that is known."""
    if refused.wait:
        answer["Retry-After"] = str(refused.wait)
    return answer


def _wait_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "You have sent as much as you may for now. There is room again in %(count)d minute.",
        "You have sent as much as you may for now. There is room again in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
