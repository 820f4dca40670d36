"""The web node's front: media and covers are answered in the event loop, everything else by Django on threads.

An RSGI application for granian (`granian --interface rsgi spotify_lite.rsgi:app`). The media server is named by
settings.MEDIA_SERVER, since this package may not import the apps above it.
"""

import asyncio
import gc
import resource
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from granian.rsgi import ProtocolClosed

from spotify_lite import answers, bodies, bridge, drain, metrics, threads, tickets
from spotify_lite.answers import Answer
from spotify_lite.wsgi import application

# Objects made before a collection. A list of 50 makes some 700, almost all of them freed without one: with Python's
# own 700, 10, 10 the collector takes 8 % of such a call's time.
COLLECT_AFTER = (10_000, 20, 20)
MEDIA = ("/media/", "/covers/")
MEDIA_PATH = "x-media-path"  # Django's answer: send the bytes of this signed address instead of the body

WSGI = Callable[..., Iterable[bytes]]
MediaServer = Callable[..., Awaitable[Answer]]  # method, path, raw query, headers; stay=True: no redirect


class Front:
    """One process's front; the server calls `__rsgi_init__` once in each worker."""

    def __init__(self, wsgi: WSGI, serve_media: MediaServer, starts: Iterable[Callable[[], None]] = ()) -> None:
        self._wsgi = wsgi
        self._serve_media = serve_media
        self._starts = starts
        self._intake = bodies.Intake(largest=settings.UPLOAD_LARGEST, admits=tickets.valid)
        self._threads: threads.Threads  # made where the loop is: in the worker

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._threads = threads.Threads(loop, number=settings.WEB_THREADS)
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # shells give 1,024: fewer than connections may be
        drain.watch(loop, notice=settings.WEB_NOTICE)  # here, where the server has set its own handlers
        for start in self._starts:
            start()
        gc.freeze()  # what is loaded by now stays: no collection need walk it again
        gc.set_threshold(*COLLECT_AFTER)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        head = scope.method == "HEAD"
        try:
            if scope.path.startswith(MEDIA):
                answer = await self._serve_media(scope.method, scope.path, scope.query_string, scope.headers)
                answers.send(protocol, answer, head=head)
                metrics.sent(scope.path, answer.status, 0 if head else answer.size)
            else:
                await self._serve_django(scope, protocol, head=head)
        except ProtocolClosed:
            return  # the client has gone
        except bodies.Refused as refused:
            metrics.refused(scope.path, refused.status)
            retry = [answers.retry_after()] if refused.status == 503 else []
            answers.send(protocol, answers.refused(scope.path, refused.status, refused.sentence, *retry), head=head)
        except threads.Full:
            metrics.refused(scope.path, 503)
            busy = "The service is busy. Please try again."
            answers.send(protocol, answers.refused(scope.path, 503, busy, answers.retry_after()), head=head)

    async def _serve_django(self, scope: Any, protocol: Any, *, head: bool) -> None:
        if reason := malformed(scope):
            raise bodies.Refused(400, reason)
        patient = scope.path in settings.PATIENT_PATHS
        self._threads.admit(patient=patient)  # what would be refused need not be read
        body = await self._intake.read(scope, protocol)

        def work() -> Answer | None:
            """Answer from this thread, unless the answer is a media file's bytes, which the loop looks up."""
            with body.file:
                answer = bridge.call(self._wsgi, bridge.environ(scope, body))
            if any(name == MEDIA_PATH for name, _ in answer.headers):
                return answer
            answers.send(protocol, answer, head=head)
            return None

        size = min(body.length, bodies.IN_MEMORY)
        deferred = await self._threads.run(work, patient=patient, size=size)
        if deferred is not None:
            answers.send(protocol, await self._resolve(scope, deferred), head=head)

    async def _resolve(self, scope: Any, answer: Answer) -> Answer:
        """Return the media answer that Django's answer points to, under Django's own caching and cookies."""
        path, _, query = next(value for name, value in answer.headers if name == MEDIA_PATH).partition("?")
        found = await self._serve_media(scope.method, path, query, scope.headers, stay=True)
        own = [(name, value) for name, value in answer.headers if name in {"cache-control", "vary", "set-cookie"}]
        named = {name for name, _ in own}
        headers = own + [(name, value) for name, value in found.headers if name not in named]
        return Answer(found.status, headers, found.body, found.file, found.start, found.end)


def malformed(scope: Any) -> str:
    """Return why the request is not one that Django is to see, empty where it may.

    Host and the authority (HTTP/2, absolute form) may not differ. The server leaves out header values that are not
    ASCII: one that says who is asked, or who asks, would be missing without a word. Django takes `get` for GET.
    """
    headers = scope.headers
    hosts = headers.get_all("host")
    named = len(hosts) or bool(scope.authority) or scope.http_version == "1"  # HTTP/1.0 knows no Host
    if not named or len(hosts) > 1 or (hosts and scope.authority and hosts[0] != scope.authority):
        return "The request names no host, or more than one."
    if ("host" in headers and not hosts) or ("authorization" in headers and headers.get("authorization") is None):
        return "A header is not text."
    return "" if scope.method.isupper() else "The method is not one."


app = Front(application, import_string(settings.MEDIA_SERVER), list(map(import_string, settings.FRONT_STARTS)))
