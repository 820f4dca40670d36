"""Send the security headers that Django does not know: the content policy and the permissions policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What pages need and nothing more: our own scripts and styles, covers, and audio from here or an edge.
# blob: is the player's own objects. The API's documentation page needs inline style and has its own line.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{edge}; "
    "media-src 'self' blob:{edge}; connect-src 'self'{edge}; worker-src 'self' blob:; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
PERMISSIONS = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"


class SecurityHeaders:
    """Add the headers to every answer that has not brought its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        edge = f" {settings.MEDIA_BASE_URL}" if settings.MEDIA_BASE_URL else ""
        self.policy = POLICY.format(edge=edge)
        self.docs_policy = self.policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = self.docs_policy if request.path == "/api/docs/" else self.policy
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
