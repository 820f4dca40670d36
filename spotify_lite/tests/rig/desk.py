"""A curator at the desk, from outside: signed in, sending files as the upload page does."""

import http.client
import re
import time
import uuid
from collections.abc import Callable, Iterator

CSRF = "c" * 32
NAME, PASSWORD = "olive", "a-curator-of-the-rig-1"
PIECE = 16 * 1024  # bytes
CURATOR = f"""
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from accounts.models import User
user = User.objects.create_user({NAME!r}, password={PASSWORD!r}, is_staff=True)
user.groups.add(Group.objects.get(name="curators"))
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "accounts.backends.ListenerBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print("session", session.session_key)
"""


def sign_in(shell: Callable[[str], str]) -> str:
    """Make a curator and return the key of their session; `shell` runs Python in an installation that is migrated."""
    found = re.search(r"session (\w+)", shell(CURATOR))
    assert found
    return found[1]


def send(port: int, session: str, content: bytes, *, pause: float = 0.0) -> bool:
    """Send a file, with a pause (seconds) after each piece of it; say whether it was acknowledged."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.mp3"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(body)),
        "Cookie": f"sessionid={session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Accept": "application/json",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/admin/catalog/upload/add/", body=_pieces(body, pause), headers=headers)
        return connection.getresponse().status == 201
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def retry(port: int, session: str, upload_id: int) -> bool:
    """Ask once more for what was given up of an upload; say whether the service has taken that."""
    headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF, "Accept": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", f"/admin/catalog/upload/{upload_id}/retry/", headers=headers)
        return connection.getresponse().status == 200
    finally:
        connection.close()


def _pieces(body: bytes, pause: float) -> Iterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]
        time.sleep(pause)
