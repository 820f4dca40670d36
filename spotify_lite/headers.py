"""Send the security headers that Django does not know: the content policy and the permissions policy."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What pages need and nothing more: our own scripts and styles, covers, and audio from here or an edge.
# blob: is the player's own objects.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{edge}; "
    "media-src 'self' blob:{edge}; connect-src 'self'{edge}; worker-src 'self' blob:; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
# Text becomes markup by the one rule of static/js/trusted.js, in browsers that know Trusted Types.
TRUSTED = "; require-trusted-types-for 'script'; trusted-types pages"
# Django's admin brings jQuery, which writes markup from text of its own; so does the API's documentation, which needs
# inline style as well.
ADMIN, DOCS = "/admin/", "/api/docs/"
UPLOADS = "/admin/catalog/upload/add/"  # sends files straight to the storage, where there is one
PERMISSIONS = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
)


class SecurityHeaders:
    """Add the headers to every answer that has not brought its own, static files too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        policy = POLICY.format(edge="".join(f" {edge.url}" for edge in settings.EDGES))
        own = "connect-src 'self'"
        self.policies = {
            UPLOADS: policy.replace(own, f"{own} {settings.UPLOAD_ENDPOINT}") if settings.UPLOAD_ENDPOINT else policy,
            ADMIN: policy,
            DOCS: policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
            "/": policy + TRUSTED,
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self._policy_of(request.path))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    def _policy_of(self, path: str) -> str:
        return next(policy for place, policy in self.policies.items() if path.startswith(place))
