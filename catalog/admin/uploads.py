"""Uploads at the curators' desk: the page that sends files, one a request, and what became of them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
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
from catalog import arrivals, instants, quota, reasons, receiving, sizes, uploads
from catalog.admin import files, kept, parcels, refusals, sending
from catalog.models import Upload
from spotify_lite import bodies, tickets


@admin.register(Upload)
class UploadAdmin(kept.ReadOnlyAdmin):
    change_list_template = "admin/catalog/uploads.html"
    list_display = ["name", "song", "curator", "state", "why", "sized", "sent"]
    fields = ["song", "sound", "state", "why", "sender", "sent", "sized", "publish", "known_before", "sha256"]
    readonly_fields = ["song", "sound", "why", "sender", "sent", "sized"]
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
            path("form/", self.admin_site.admin_view(self.give_form), name="catalog_upload_form"),
            path("arrived/", self.admin_site.admin_view(self.arrived), name="catalog_upload_arrived"),
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
        return format_html('<a href="{}"><bdi>{}</bdi></a>', parcels.track_url(upload.track.pk), upload.track)

    @admin.display(description=gettext_lazy("sound"))
    def sound(self, upload: Upload) -> SafeString | str:
        return files.sound_of(upload.track) if upload.track else "–"

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
        except refusals.REFUSED as error:
            refused = refusals.refusal_of(error)
        if parcels.wants_json(request):
            return refusals.told(refused)
        return refusals.waiting(self._page(request, curator, refused=refused), refused)

    def give_form(self, request: HttpRequest) -> HttpResponse:
        """Sign a form that takes one file straight to the storage."""
        return self._from_script(request, sending.form)

    def arrived(self, request: HttpRequest) -> HttpResponse:
        """Take in a file that the storage has."""
        return self._from_script(request, sending.arrived)

    def state(self, request: HttpRequest) -> HttpResponse:
        """Answer where the last uploads of the curator stand, in JSON for the page's script."""
        curator = self._curator(request)
        answer = JsonResponse({"uploads": [parcels.told(one) for one in arrivals.recent(curator)]})
        tickets.give(answer, curator.pk)
        return answer

    def retry(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        """Try again what was given up of one upload."""
        curator = self._curator(request)
        if request.method == "POST":
            upload = get_object_or_404(Upload.objects.filter(curator=curator), id=upload_id)
            uploads.retry(upload)
            if parcels.wants_json(request):
                return parcels.answer([upload])
        return HttpResponseRedirect(reverse("admin:catalog_upload_add"))

    def _from_script(self, request: HttpRequest, answer: Callable[[HttpRequest, User], HttpResponse]) -> HttpResponse:
        curator = self._curator(request)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:catalog_upload_add"))
        try:
            return answer(request, curator)
        except refusals.REFUSED as error:
            return refusals.told(refusals.refusal_of(error))

    def _curator(self, request: HttpRequest) -> User:
        if not (isinstance(request.user, User) and self.has_add_permission(request)):
            raise PermissionDenied
        return request.user

    def _page(self, request: HttpRequest, curator: User, *, refused: refusals.Refused | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload music"),
            "opts": self.opts,
            "arrivals": arrivals.recent(curator),
            "largest": settings.UPLOAD_LARGEST,
            "refused": refused,
            "direct": bool(settings.ORIGINS),
        }
        answer = render(request, "admin/catalog/upload/page.html", context, status=refused.status if refused else 200)
        tickets.give(answer, curator.pk)
        return answer

    @method_decorator(csrf_protect)
    def _receive(self, request: HttpRequest, curator: User) -> HttpResponse:
        files = [file for file in request.FILES.getlist("files") if isinstance(file, receiving.Received)]
        publish = "publish" in request.POST
        quota.check(curator, files=len(files), size=sum(file.size or 0 for file in files), at=timezone.now())
        taken = [uploads.accept(curator, file, publish=publish) for file in files]
        if parcels.wants_json(request):
            if not taken:
                raise refusals.Refused(400, _("There is no file in the request."))
            return parcels.answer(taken, status=201)
        said = ngettext("%(count)d file was sent.", "%(count)d files were sent.", len(taken)) % {"count": len(taken)}
        self.message_user(request, said, messages.SUCCESS if taken else messages.WARNING)
        return HttpResponseRedirect(request.path)


def _prepare(request: HttpRequest, curator: User) -> None:
    """Refuse what the request's head says is too much, and bound what is read of its body."""
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > settings.UPLOAD_LARGEST + bodies.FORM:
        raise receiving.TooLarge
    quota.check(curator, files=1, size=size, at=timezone.now())
    request.upload_handlers = [receiving.Receiver(settings.UPLOAD_LARGEST)]
