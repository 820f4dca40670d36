"""What was played, to look at, and how well: listeners write it, and nobody else."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playback import charts, report
from playback.models import Play

PERIODS = {"hour": gettext_lazy("Hour"), "day": gettext_lazy("Day"), "week": gettext_lazy("Week")}
SOURCES = {
    "device": gettext_lazy("the device"),
    "edge": gettext_lazy("a POP"),
    "web": gettext_lazy("a web node"),
}
ERRORS = {
    "network": gettext_lazy("the server or the place was not reached"),
    "decode": gettext_lazy("the browser could not play it"),
    "source": gettext_lazy("no place gave the audio"),
    "expired": gettext_lazy("the address had expired"),
    "refused": gettext_lazy("it was not allowed"),
    "missing": gettext_lazy("the song was gone"),
    "busy": gettext_lazy("the service was busy"),
    "device": gettext_lazy("the device had no room or no sound"),
    "other": gettext_lazy("something else"),
}


@admin.register(Play)
class PlayAdmin(admin.ModelAdmin):
    show_full_result_count = False
    list_display = ["track", "listener", "device", "started_at", "counted_at"]
    list_select_related = ["track", "listener"]
    ordering = ["-id"]

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.quality_page)
        return [path("quality/", page, name="playback_quality"), *super().get_urls()]

    def quality_page(self, request: HttpRequest) -> HttpResponse:
        """Show how plays went: numbers of nobody in particular, so all of the staff may see them."""
        asked, now = request.GET.get("period", ""), timezone.now()
        regions = report.regions(at=now)
        period = asked if asked in PERIODS else "day"
        region = request.GET.get("region", "")
        region = region if region in regions else ""
        made = report.make(report.PERIODS[period], at=now, region=region)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Listening quality"),
            "period": period,
            "periods": PERIODS.items(),
            "region": region,
            "regions": regions if len(regions) > 1 else [],
            "told": settings.BEACONS,
            "all": made.all,
            "sources": [(capfirst(SOURCES[name]), figures) for name, figures in made.sources.items()],
            "places": list(made.regions.items()) if len(made.regions) > 1 else [],
            "errors": [(ERRORS.get(word, word), number) for word, number in made.all.errors.most_common()],
            **_drawn(made),
        }
        return TemplateResponse(request, "admin/playback/quality.html", context)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _drawn(made: report.Report) -> dict[str, Any]:
    """Return the paths of both charts, with their scales."""
    figures = [one for _, one in made.steps]
    medians, slowest = [one.median for one in figures], [one.slowest for one in figures]
    marks = charts.scale([*medians, *slowest])
    plays = [one.plays for one in figures]
    most = max([1, *plays])
    moments = [moment for moment, _ in made.steps]
    return {
        "marks": marks,
        "medians": charts.line(medians, marks),
        "slowest": charts.line(slowest, marks),
        "most": most,
        "played": charts.bars(plays, most),
        "stalled": charts.bars([one.stalled for one in figures], most),
        "moments": [moments[0], moments[len(moments) // 2], moments[-1]],
        "days": "SHORT_DATE_FORMAT" if moments[-1] - moments[0] > report.PERIODS["day"].length else "H:i",
    }
