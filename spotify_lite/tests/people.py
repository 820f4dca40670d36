"""One of each kind of person, who ask, and what there is for them to ask about."""

import re
from http import HTTPStatus
from typing import Any

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import sessions, tokens
from accounts.models import ApiToken, Session, User
from catalog import pocket
from catalog.models import Change, Genre, Library, LibraryFile, PocketPiece, Track, Upload, Work
from spotify_lite.tests import ladders


class People:
    """One of each of WHO, and what their requests are about."""

    def __init__(self, track: Track, listener: User, stranger: User) -> None:
        self.track = track
        self.own = {
            "language": "en",
            "track_id": track.id,
            "album_id": track.album_id,
            "artist_id": track.credits.get().artist_id,
            "slug": "ambient",
            "content_type_id": ContentType.objects.get_for_model(Track).id,
            "object_id": track.id,
            "url": "nothing",
            "rendition": ladders.give(track, 128)[0].name,
            "digest": packed(),
        }
        self.headers: dict[str, str] = {}
        self.sessions: dict[str, Client] = {}
        curator = User.objects.create_user("desk", password="desk-secret-1", is_staff=True)
        curator.groups.add(Group.objects.get(name="curators"))
        self._sign_in("listener", listener)
        self._sign_in("stranger", stranger)
        self._sign_in("curator", curator)
        self._sign_in("superuser", User.objects.create_superuser("root", password="root-secret-1"))
        self._give_token("phone", listener)
        self.own["prefix"] = ApiToken.objects.get().prefix
        self.own["handle"] = sessions.handle_of(Session.objects.get(user=listener))
        gone = User.objects.create_user("gone", password="gone-secret-1")
        self._give_token("disabled", gone)
        self._give_token("revoked", stranger)
        User.objects.filter(id=gone.id).update(is_active=False)
        ApiToken.objects.get(user=stranger).delete()
        self._listen()
        self._make_rest(curator)

    def _sign_in(self, who: str, user: User) -> None:
        self.sessions[who] = Client()
        self.sessions[who].force_login(user)

    def _give_token(self, who: str, user: User) -> None:
        self.headers[who] = f"Token {tokens.create_token(user, device=who, at=timezone.now())[1]}"

    def _listen(self) -> None:
        """Leave something begun behind, as the guest and as the listener."""
        self.sessions["guest"] = Client()
        for who in ("guest", "listener"):
            event = {"play_id": "00000000-0000-0000-0000-000000000001", "seq": 1, "at": "2026-01-02T03:04:05Z"}
            heard = {**event, "track_id": self.track.id, "position_ms": 5_000, "state": "paused"}
            state = {**event, "queue": [self.track.id], "index": 0, "position_ms": 5_000, "playing": False}
            client, kind = self.sessions[who], "application/json"
            assert client.post("/api/v1/me/progress", {"events": [heard]}, kind).json()["accepted"] == 1
            assert client.put("/api/v1/me/playback", state, kind).status_code == HTTPStatus.OK

    def _make_rest(self, curator: User) -> None:
        """Make a row of each kind that the desk shows and nothing above has made."""
        Group.objects.get_or_create(name="some")
        library = Library.objects.create(root="/music")
        LibraryFile.objects.create(library=library, path="a.mp3", size=1, mtime_ns=1)
        now = timezone.now()
        Work.objects.create(kind="source", subject_id=1, ready_at=now, created_at=now)
        upload = Upload.objects.create(
            curator=curator, name="a.mp3", sha256="0" * 64, size=1, state="failed", created_at=now
        )
        self.own["upload_id"] = upload.id
        genre = Genre.objects.get()
        address = f"/admin/catalog/genre/{genre.id}/change/"
        assert self.sessions["curator"].post(address, {"name": "Ambience"}).status_code == HTTPStatus.FOUND
        change = Change.objects.get()
        self.own |= {"change_id": change.id, "act_id": change.act, "what": "publish"}
        AccessAttempt.objects.create(username="listener", ip_address="192.0.2.1", failures_since_start=1)

    def ask(self, who: str, method: str, path: str, **options: Any) -> Any:
        """Make a request that leaves nothing behind."""
        client = Client(raise_request_exception=False, **options)
        if who in self.sessions:
            client.cookies.load({name: morsel.value for name, morsel in self.sessions[who].cookies.items()})
        headers = {"Authorization": self.headers[who]} if who in self.headers else {}
        with transaction.atomic():
            kind = "application/json" if path.startswith("/api/") else "application/x-www-form-urlencoded"
            answer = client.generic(method, path, b"", kind, headers=headers)
            transaction.set_rollback(True)
        return answer

    def at(self, address: str) -> str:
        """Return an address with something in it that is there."""
        address = address.replace("^(?P<app_label>APPS)/$", "catalog/").replace("(?P<url>.*)$", "nothing")
        if found := re.match(r"admin/(\w+)/(\w+)/<id>", address):
            row = apps.get_model(*found.groups())._default_manager.order_by("pk").first()
            address = address.replace("<id>", str(row.pk) if row else "1")
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: str(self.own[name[1]]), address)


def packed() -> str:
    """Pack the names for devices; return the address of one piece of them."""
    pocket.keep(at=timezone.now())
    return PocketPiece.objects.values_list("digest", flat=True).first() or ""
