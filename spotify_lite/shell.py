"""Answer what makes a browser keep the pages' frame: the service worker, and the manifest of what can be installed.

The worker is assembled: which files the frame is made of, and the scripts that know what to do with them. Its address
has no hash, so browsers ask for it again and again; all that it names has one.
"""

import hashlib
import json
from pathlib import PurePosixPath

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from spotify_lite import assets, icons, methods

LIBRARIES = tuple(  # in the order in which they need each other
    f"workbox-{name}/build/workbox-{name}.prod.js"
    for name in (
        "core",
        "routing",
        "strategies",
        "expiration",
        "cacheable-response",
        "range-requests",
        "navigation-preload",
    )
)
OWN = tuple(f"worker/{name}.js" for name in ("storage", "frame", "pages", "covers", "media", "leaving"))
FRAME = ("css/app.css", "img/icon.svg", f"{assets.PREFIX}/{assets.FACE}")  # beside the scripts
STYLES = tuple(f"{assets.PREFIX}/{package}/index.css" for package in assets.LIBRARIES)
# It fetches what pages fetch, and starts nothing but the scripts that it names.
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'{edge}"
GROUND = "#111114"  # of the dark theme: what shows before the first page is drawn


@methods.reads
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker; 404 where its libraries are not installed: pages do without."""
    if not all(assets.installed(name) for name in LIBRARIES):
        raise Http404
    scripts = [static(f"{assets.PREFIX}/{name}") for name in LIBRARIES] + [static(name) for name in OWN]
    body = render_to_string("sw.js", {"shell": json.dumps(_shell()), "scripts": json.dumps(scripts)})
    response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
    response["Content-Security-Policy"] = POLICY.format(edge="".join(f" {edge.url}" for edge in settings.EDGES))
    patch_cache_control(response, no_cache=True, max_age=0)
    return response


@methods.reads
def manifest(request: HttpRequest) -> JsonResponse:
    """Answer how the pages present themselves once they are installed, in the reader's language."""
    drawn = [
        {"src": static(name), "sizes": f"{icon.size}x{icon.size}", "type": "image/png", "purpose": icon.purpose}
        for name, icon in icons.ICONS.items()
        if icon.purpose
    ]
    return JsonResponse(
        {
            "id": "/",
            "name": "Spotify Lite",
            "short_name": "Spotify Lite",
            "description": _("Find and play music."),
            "lang": get_language(),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": GROUND,
            "categories": ["music", "entertainment"],
            "icons": [
                {"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
                *drawn,
            ],
            "shortcuts": [
                {"name": _("Search"), "url": "/search"},
                {"name": _("On this device"), "url": "/device"},
            ],
        },
        content_type="application/manifest+json",
    )


def _shell() -> dict[str, object]:
    """Return the addresses of the frame's files, and a version that changes when one of them does.

    Files without a hash in their name are left out: before anything was collected there is nothing to keep.
    """
    hashed: dict[str, str] = getattr(staticfiles_storage, "hashed_files", {})
    wanted = [name for name in hashed if name in FRAME or name in STYLES or _of_pages(name)]
    files = sorted({static(name) for name in wanted})
    version = hashlib.sha256("\n".join(files).encode()).hexdigest()[:12]
    return {"version": version, "files": files, "static": settings.STATIC_URL}


def _of_pages(name: str) -> bool:
    """Say whether a static file is a script of the pages, one that comes late included."""
    path = PurePosixPath(name)
    return path.parts[0] == "js" and path.suffix == ".js" and "tests" not in path.parts
