"""The cookies of production: bound to the host, sent over TLS alone, and closed to scripts where scripts need none."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "MEDIA_SIGNING_KEYS": f"a:{secrets.token_hex(32)}",
    "ALLOWED_HOSTS": "music.example",
    "PUBLIC_URL": "https://music.example",
}
ASKED = """
import json
from django.core.management import call_command
from django.test import Client
from accounts.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("listener", password="listener-secret-1")
client = Client(SERVER_NAME="music.example", headers={"X-Forwarded-Proto": "https"})
client.get("/login")
answer = client.post("/login", {"username": "listener", "password": "listener-secret-1"})
assert answer.status_code == 302, answer.content
client.post("/settings/language", {"language": "de"})
print(json.dumps({name: dict(cookie) for name, cookie in client.cookies.items()}))
"""


def test_cookies_of_production_are_bound_to_the_host(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **GIVEN}
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", ASKED]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    cookies = json.loads(done.stdout.splitlines()[-1])
    cookies.pop("messages")  # what is said once: emptied by the page that says it
    assert set(cookies) == {"__Host-sessionid", "__Host-csrftoken", "__Host-browser", "__Host-language"}
    for name, cookie in cookies.items():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", ""), name
        assert cookie["samesite"] == "Lax", name
        assert cookie["httponly"] or name == "__Host-csrftoken", name
