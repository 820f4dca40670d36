"""The door of Prometheus: `/metrics` on a port of its own (METRICS_PORT), and on a laptop's own from that laptop alone.

No balancer leads to that port. All processes of a node listen on it together, and whichever is asked tells of all.
"""

import logging
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from spotify_lite import methods, metrics

PATH = "/metrics"

logger = logging.getLogger(__name__)


class Requests:
    """Measure what Django answers; the first of the middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        metrics.answered(match.route if match else metrics.NOWHERE, response.status_code, time.perf_counter() - began)
        return response


@never_cache
@methods.reads
def here(request: HttpRequest) -> HttpResponse:
    """Tell whoever asks from this machine, in the embedded mode; for all others there is nothing at this address."""
    if not settings.EMBEDDED or "X-Forwarded-For" in request.headers or not _is_loopback(request.META["REMOTE_ADDR"]):
        raise Http404
    return HttpResponse(metrics.exposition(), content_type=metrics.TYPE)


def listen() -> None:
    """Count for the node, and answer at METRICS_PORT, beside a process that serves."""
    metrics.begin()
    if not settings.METRICS_PORT:
        return
    try:
        server = _Server((settings.METRICS_HOST, settings.METRICS_PORT), _Handler)
    except OSError as error:
        logger.error("METRICS_PORT cannot be listened on, so that nobody can look: %s", error)  # noqa: TRY400
        return
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class _Server(ThreadingHTTPServer):
    allow_reuse_port = True  # by all processes of the node
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    timeout = 10  # seconds for the head of a request
    server_version, sys_version = "metrics", ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != PATH:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            body = metrics.exposition()
        finally:
            connections.close_all()  # this thread's own, which ends with the answer
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", metrics.TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing of scrapes."""


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
