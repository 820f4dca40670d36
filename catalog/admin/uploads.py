"""Uploads at the curators' desk: the page that sends files, one a request, and what became of them."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from accounts.models import User
from catalog import arrivals, instants, quota, reasons, receiving, sizes, uploads, work
from catalog.admin import kept
from catalog.models import Upload
from spotify_lite import bodies, tickets

REFUSALS: dict[type[Exception], tuple[int, Any]] = {
    receiving.TooLarge: (413, gettext_lazy("The file is larger than a file may be.")),
    TooManyFilesSent: (413, gettext_lazy("These are more than 100 files at once.")),
    TooManyFieldsSent: (400, gettext_lazy("The form has more fields than it may have.")),
    RequestDataTooBig: (400, gettext_lazy("The form has more fields than it may have.")),
    work.Failed: (507, gettext_lazy("The storage did not take the file whole. Please try again.")),
}


class Refused(Exception):
    """The request is not taken: an HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str, *, wait: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.wait = status, sentence, wait


REFUSED: tuple[type[Exception], ...] = (Refused, OSError, *REFUSALS)


@admin.register(Upload)
class UploadAdmin(kept.ReadOnlyAdmin):
    change_list_template = "admin/catalog/uploads.html"
    list_display = ["name", "song", "curator", "state", "why", "sized", "sent"]
    fields = ["song", "state", "why", "sender", "sent", "sized", "publish", "known_before", "sha256"]
    readonly_fields = ["song", "why", "sender", "sent", "sized"]
    list_filter = ["state", "known_before"]
    list_select_related = ["track", "curator"]
    search_fields = ["name", "reason"]
    ordering = ["-id"]

    def get_urls(self) -> list[Any]:
        """Put our page in the place of Django's form; it checks the permission before it looks at the body."""
        page = csrf_exempt(self.upload_page)  # `_receive` checks the token, once it is known who asks
        own = [
            path("add/", self.admin_site.admin_view(page), name="catalog_upload_add"),
            path("state/", self.admin_site.admin_view(self.state), name="catalog_upload_state"),
            path("<int:upload_id>/retry/", self.admin_site.admin_view(self.retry), name="catalog_upload_retry"),
        ]
        return own + super().get_urls()

    @admin.display(description=gettext_lazy("reason"))
    def why(self, upload: Upload) -> str:
        return reasons.say(upload.reason)

    @admin.display(description=gettext_lazy("song"))
    def song(self, upload: Upload) -> SafeString | str:
        if not upload.track:
            return "–"
        return format_html('<a href="{}"><bdi>{}</bdi></a>', track_url(upload.track.pk), upload.track)

    @admin.display(description=gettext_lazy("curator"))
    def sender(self, upload: Upload) -> str:
        return upload.curator.get_username() if upload.curator else "–"  # no link: accounts are no curator's business

    @admin.display(description=gettext_lazy("size"), ordering="size")
    def sized(self, upload: Upload) -> str:
        return sizes.say(upload.size)

    @admin.display(description=gettext_lazy("sent"), ordering="created_at")
    def sent(self, upload: Upload) -> SafeString:
        return instants.shown(upload.created_at)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("catalog.add_upload")

    def upload_page(self, request: HttpRequest) -> HttpResponse:
        """Show the page, or take the files of a form or of the page's script."""
        curator = self._curator(request)
        if request.method != "POST":
            return self._page(request, curator)
        try:
            _prepare(request, curator)
            return self._receive(request, curator)
        except REFUSED as error:
            refused = error if isinstance(error, Refused) else _refusal_of(error)
        answer: HttpResponse = (
            JsonResponse({"detail": refused.sentence}, status=refused.status)
            if wants_json(request)
            else self._page(request, curator, refused=refused)
        )
        if refused.wait:
            answer["Retry-After"] = str(refused.wait)
        return answer

    def state(self, request: HttpRequest) -> HttpResponse:
        """Answer where the last uploads of the curator stand, in JSON for the page's script."""
        curator = self._curator(request)
        answer = JsonResponse({"uploads": [told(one) for one in arrivals.recent(curator)]})
        tickets.give(answer, curator.pk)
        return answer

    def retry(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        """Try again what was given up of one upload."""
        curator = self._curator(request)
        if request.method == "POST":
            upload = get_object_or_404(Upload.objects.filter(curator=curator), id=upload_id)
            uploads.retry(upload)
            if wants_json(request):
                return JsonResponse({"uploads": [told(one) for one in arrivals.of([upload])]})
        return HttpResponseRedirect(reverse("admin:catalog_upload_add"))

    def _curator(self, request: HttpRequest) -> User:
        if not (isinstance(request.user, User) and self.has_add_permission(request)):
            raise PermissionDenied
        return request.user

    def _page(self, request: HttpRequest, curator: User, *, refused: Refused | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload music"),
            "opts": self.opts,
            "arrivals": arrivals.recent(curator),
            "largest": settings.UPLOAD_LARGEST,
            "refused": refused,
        }
        answer = render(request, "admin/catalog/upload/page.html", context, status=refused.status if refused else 200)
        tickets.give(answer, curator.pk)
        return answer

    @method_decorator(csrf_protect)
    def _receive(self, request: HttpRequest, curator: User) -> HttpResponse:
        files = [file for file in request.FILES.getlist("files") if isinstance(file, receiving.Received)]
        publish = "publish" in request.POST
        _check_quota(curator, files=len(files), size=sum(file.size or 0 for file in files))
        taken = [uploads.accept(curator, file, publish=publish) for file in files]
        if wants_json(request):
            if not taken:
                raise Refused(400, _("There is no file in the request."))
            return JsonResponse({"uploads": [told(one) for one in arrivals.of(taken)]}, status=201)
        said = ngettext("%(count)d file was sent.", "%(count)d files were sent.", len(taken)) % {"count": len(taken)}
        self.message_user(request, said, messages.SUCCESS if taken else messages.WARNING)
        return HttpResponseRedirect(request.path)


def _prepare(request: HttpRequest, curator: User) -> None:
    """Refuse what the request's head says is too much, and bound what is read of its body."""
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > settings.UPLOAD_LARGEST + bodies.FORM:
        raise receiving.TooLarge
    _check_quota(curator, files=1, size=size)
    request.upload_handlers = [receiving.Receiver(settings.UPLOAD_LARGEST)]


def _refusal_of(error: Exception) -> Refused:
    """Return what to answer where the files could not be taken; raise the error again if that is our own fault."""
    if isinstance(error, UnreadablePostError):
        return Refused(400, _("The file did not arrive whole."))
    if isinstance(error, OSError):
        if error.errno not in bodies.NO_ROOM:
            raise error
        return Refused(507, _("There is no room left for files on the server. Nothing was kept."))
    return next(
        Refused(status, str(sentence)) for kind, (status, sentence) in REFUSALS.items() if isinstance(error, kind)
    )


def _check_quota(curator: User, *, files: int, size: int) -> None:
    try:
        quota.check(curator, files=files, size=size, at=timezone.now())
    except quota.Exceeded as exceeded:
        raise Refused(429, _wait_words(exceeded.wait), wait=exceeded.wait) from None


def told(arrival: arrivals.Arrival) -> dict[str, Any]:
    """Return what the page's script shows of an upload."""
    upload, track = arrival.upload, arrival.upload.track
    return {
        "id": upload.id,
        "name": upload.name,
        "size": upload.size,
        "step": arrival.step,
        "words": arrival.words,
        "remarks": [reasons.say(remark) for remark in upload.remarks],
        "track": {"title": track.title, "artist": track.artist, "url": track_url(track.pk)} if track else None,
        "retry": reverse("admin:catalog_upload_retry", args=[upload.id]) if arrival.can_retry else None,
    }


def track_url(track_id: int) -> str:
    return reverse("admin:catalog_track_change", args=[track_id])


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _wait_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "You have sent as much as you may for now. There is room again in %(count)d minute.",
        "You have sent as much as you may for now. There is room again in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}
