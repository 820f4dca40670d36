"""What a curator chose in a list, carried from page to page in one field of the form."""

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog import edits


class Excess(BadRequest):
    """More was chosen than one act may change; the message says so."""

    def __init__(self) -> None:
        super().__init__(_("Choose at most %(number)d at once.") % {"number": edits.MOST})


def of_queryset(queryset: Any) -> list[int]:
    """Return the ids of a list's selection, all pages of it where the curator said so."""
    return few_enough(list(queryset.order_by("pk").values_list("pk", flat=True)[: edits.MOST + 1]))


def few_enough(ids: list[int]) -> list[int]:
    """Return these ids; raise Excess for more than one act may change."""
    if len(ids) > edits.MOST:
        raise Excess
    return ids


def of_request(request: HttpRequest) -> list[int]:
    """Return the ids that a page carries, each once; what is no id is left out."""
    given = request.POST.get("ids", "") if request.method == "POST" else request.GET.get("ids", "")
    ids = (int(part) for part in given.split(",") if part.isascii() and part.isdecimal() and len(part) < 12)
    return few_enough(list(dict.fromkeys(ids)))


def written(ids: list[int]) -> str:
    """Return what the field of the next page holds."""
    return ",".join(map(str, ids))
