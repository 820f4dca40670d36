"""Every address of the service; each app owns its own table."""

from django.contrib import admin
from django.urls import include, path, register_converter
from django.views.decorators.cache import cache_page
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from spotify_lite import addresses, health, languages, scrapes, shell

SCHEMA_KEPT = 300  # seconds: making the document takes a tenth of one
READS = ["get", "head"]  # of the document and its page; REST framework would describe itself to OPTIONS

register_converter(addresses.IdConverter, "id")
register_converter(addresses.WordConverter, "word")
handler400 = "spotify_lite.problems.bad_request"
handler403 = "spotify_lite.problems.forbidden"
handler404 = "spotify_lite.problems.not_found"
handler500 = "spotify_lite.problems.server_error"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", scrapes.here),
    path("sw.js", shell.worker, name="worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("words/<word:language>.json", languages.words, name="words"),
    path("api/schema/", cache_page(SCHEMA_KEPT)(SpectacularAPIView.as_view(http_method_names=READS)), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema", http_method_names=READS), name="docs"),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("playback.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("catalog.urls")),
]
