"""Tell the script of the upload page what became of uploads, in JSON."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse

from catalog import arrivals, reasons
from catalog.models import Upload


def answer(sent: Iterable[Upload], *, status: int = 200) -> JsonResponse:
    """Return where these uploads stand."""
    return JsonResponse({"uploads": [told(one) for one in arrivals.of(sent)]}, status=status)


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
