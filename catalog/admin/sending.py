"""Files that the upload page's script sends straight to the storage: a form before, a word afterwards."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from accounts.models import User
from catalog import direct, receiving, uploads
from catalog.admin import parcels, refusals


def form(request: HttpRequest, curator: User) -> JsonResponse:
    """Answer with a signed form for one file, whose name and size the request tells."""
    size = request.POST.get("size", "")
    if not (size.isascii() and size.isdecimal() and size.strip("0")):
        raise refusals.Refused(400, _("There is no file in the request."))
    if len(size) > 18 or int(size) > settings.UPLOAD_LARGEST:
        raise receiving.TooLarge
    given = direct.invite(
        curator,
        name=request.POST.get("name", ""),
        size=int(size),
        publish="publish" in request.POST,
        site=settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}",
    )
    return JsonResponse({"url": given.url, "fields": given.fields, "claim": given.claim}, status=201)


def arrived(request: HttpRequest, curator: User) -> JsonResponse:
    """Answer as if the file that the request claims had come through this node."""
    return parcels.answer([uploads.accept_arrived(curator, request.POST.get("claim", ""))], status=201)
