"""`manage.py serve`: everything on one machine, from an empty folder to a page that plays. `make run` ends here."""

import http.client
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from spotify_lite import collected, env, supervisor

CURATOR = "curator"
STALE = 24 * 3600  # seconds; an older message is about work that the sweep has long done
READY_SECONDS = 120.0
HOPELESS = 4  # deaths before the first answer: what stands in its way will not go by waiting


class Command(BaseCommand):
    help = "Prepare the database and the demo catalog, then run web and worker until Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if reason := supervisor.port_taken(settings.HOST, settings.PORT):
            raise CommandError(
                f"Cannot listen on {settings.HOST}:{settings.PORT}: {reason}. Another PORT= can be given."
            )
        music = env.text("MUSIC")
        if music and not Path(music).expanduser().is_dir():
            raise CommandError(f"MUSIC is no folder: {music}")
        self._prepare()
        demo = _wants_demo(music)
        connections.close_all()
        try:
            with supervisor.Supervisor() as children:
                self._run(children, demo=demo, music=music)
        except supervisor.Stopped:
            pass
        self.stdout.write("stopped")

    def _prepare(self) -> None:
        """Bring database, static files and folders to what this version needs; make the first curator."""
        settings.MEDIA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        collected.collect_changed()
        _purge_messages()
        people = get_user_model()._default_manager
        if not people.filter(is_staff=True).exists():
            password = secrets.token_urlsafe(12)
            people.create_superuser(CURATOR, password=password)
            self._say(f"curator account for /admin/: {CURATOR}, password {password} (shown only now)")

    def _run(self, children: supervisor.Supervisor, *, demo: bool, music: str) -> None:
        web = children.keep("web", _web())
        children.keep("worker", _worker())
        if demo:
            self._make_demo(children)
        until = time.monotonic() + READY_SECONDS
        children.wait(lambda: _ready() or web.failures >= HOPELESS or time.monotonic() > until)
        if web.failures >= HOPELESS or time.monotonic() > until:
            raise CommandError("The web process does not get ready; its messages are above.")
        self._say(f"ready: {_address()}")
        if music and children.run(_manage("import_music", str(Path(music).expanduser().resolve()), "--in-place")):
            self.stderr.write("The import did not finish. The next start with MUSIC= goes on.")
        children.wait_for_signal()

    def _make_demo(self, children: supervisor.Supervisor) -> None:
        """Make and import the demo catalog, or finish what an interrupted first start began."""
        folder = str(settings.VAR_DIR / "demo")
        for command in (("make_demo", folder), ("import_music", folder, "--in-place"), ("package",)):
            if children.run(_manage(*command)):
                raise CommandError(f"The demo catalog could not be made ({command[0]}); the next start tries again.")
        settings.DEMO_PENDING.unlink()

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _wants_demo(music: str) -> bool:
    """Say whether the demo is still to be made: nothing has ever been imported, or its making was interrupted."""
    if music:
        settings.DEMO_PENDING.unlink(missing_ok=True)
        return False
    if settings.DEMO_PENDING.exists():
        return True
    if any(apps.get_model("catalog", name).objects.exists() for name in ("Library", "Track")):
        return False
    settings.DEMO_PENDING.touch()
    return True


def _purge_messages() -> None:
    """Delete what has waited in the embedded queue for more than a day."""
    oldest = time.time() - STALE
    for message in (settings.QUEUE_DIR / "messages").glob("*.msg"):
        if message.stat().st_mtime < oldest:
            message.unlink(missing_ok=True)


def _web() -> list[str]:
    options = {
        "--interface": "rsgi",
        "--host": settings.HOST,
        "--port": str(settings.PORT),
        "--workers": str(settings.WEB_WORKERS),
        "--loop": "uvloop",
        "--backlog": "4096",
        "--backpressure": "4096",  # connections of a process; a thousand that wait in the front leave room for others
        "--http1-buffer-size": "65536",  # bytes of a connection: the usual 400 KB are the memory of slow listeners
        "--runtime-mode": "st",
        "--log-level": "warning",
        "--workers-kill-timeout": "5",
    }
    flat = [word for pair in options.items() for word in pair]
    return [sys.executable, "-m", "granian", *flat, "--no-ws", "--respawn-failed-workers", "spotify_lite.rsgi:app"]


def _worker() -> list[str]:
    # It warns against being root because of pickled messages; it takes none but JSON.
    python = [sys.executable, "-W", "ignore:You're running the worker"]
    command = [*python, "-m", "celery", "-q", "-A", "spotify_lite", "worker", "-B", "--pool", "threads", "-c", "2"]
    return [*command, "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def _ready() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104 - asked, not bound
    connection = http.client.HTTPConnection(host, settings.PORT, timeout=5)
    named = [name for name in settings.ALLOWED_HOSTS if not name.startswith(("*", "."))]
    try:
        connection.request("GET", "/readyz", headers={"Host": named[0]} if named else {})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _address() -> str:
    host = f"[{settings.HOST}]" if ":" in settings.HOST else settings.HOST
    return f"http://{host}:{settings.PORT}/"
