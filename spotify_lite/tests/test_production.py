"""Production refuses to start without its secrets, and is as closed as Django's own checks ask for."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "MEDIA_SIGNING_KEYS": f"a:{secrets.token_hex(32)}",
    "ALLOWED_HOSTS": "music.example",
    "PUBLIC_URL": "https://music.example",
}


def manage(tmp_path: Path, given: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **given}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_deployment_checks_find_nothing(tmp_path):
    done = manage(tmp_path, GIVEN, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "MEDIA_SIGNING_KEYS", "ALLOWED_HOSTS"])
def test_start_is_refused_without_a_secret_or_a_host(missing, tmp_path):
    done = manage(tmp_path, {name: value for name, value in GIVEN.items() if name != missing}, "check")
    assert done.returncode != 0
    assert missing in done.stderr.splitlines()[-1]


KEY = secrets.token_hex(32)
REFUSED = {
    "a short secret": {"SECRET_KEY": secrets.token_hex(24)},
    "a secret of Django's own making": {"SECRET_KEY": f"django-insecure-{secrets.token_urlsafe(40)}"},
    "a secret that repeats": {"SECRET_KEY": "abc123" * 10},
    "a secret of a document": {"SECRET_KEY": "change-me-to-something-that-nobody-else-could-ever-guess"},
    "a short old secret": {"SECRET_KEY_FALLBACKS": "old"},
    "a short signing key": {"MEDIA_SIGNING_KEYS": "a:short"},
    "a signing key of zeros": {"MEDIA_SIGNING_KEYS": f"a:{'0' * 64}"},
    "a second signing key that is known": {"MEDIA_SIGNING_KEYS": f"a:{KEY}, b:{'not so secret' * 4}"},
    "signing keys without ids": {"MEDIA_SIGNING_KEYS": KEY},
    "a signing id without a key": {"MEDIA_SIGNING_KID": "z"},
    "a secret that edges know": {"SECRET_KEY": KEY, "MEDIA_SIGNING_KEYS": f"a:{KEY}"},
    "an old secret that edges know": {"SECRET_KEY_FALLBACKS": KEY, "MEDIA_SIGNING_KEYS": f"a:{KEY}"},
    "debugging": {"DEBUG": "1"},
    "a mode that is none": {"MODE": "prod"},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
def test_start_is_refused_with(given, tmp_path):
    """Navidrome's CVE-2023-51442: the key fell back to a constant, and everybody could sign with it."""
    done = manage(tmp_path, GIVEN | given, "check")
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[-1]
    assert "ImproperlyConfigured" in sentence
    assert any(name in sentence for name in given)
    assert not any(value in done.stderr for value in given.values() if len(value) > 20)


def test_two_signing_keys_may_be_valid_at_once(tmp_path):
    keys = f"a:{KEY}, b:{secrets.token_hex(32)}"
    given = GIVEN | {
        "MEDIA_SIGNING_KEYS": keys,
        "MEDIA_SIGNING_KID": "b",
        "SECRET_KEY_FALLBACKS": secrets.token_hex(32),
    }
    assert manage(tmp_path, given, "check", "--deploy", "--fail-level", "WARNING").returncode == 0


def test_web_and_worker_refuse_as_well(tmp_path):
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **GIVEN, "SECRET_KEY": "x"}
    for module in ("spotify_lite.rsgi", "spotify_lite.celery"):
        code = f"import {module}; from django.conf import settings; settings.DEBUG"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": "spotify_lite.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "SECRET_KEY must be" in done.stderr


def test_every_laptop_has_keys_of_its_own(tmp_path):
    made = []
    for name in ("one", "two"):
        manage(tmp_path / name, {"MODE": "embedded"}, "check")
        stored = tmp_path / name / "keys.json"
        assert stored.stat().st_mode & 0o777 == 0o600
        made.append(json.loads(stored.read_text()))
    one, two = made
    assert one["secret_key"] != two["secret_key"]
    assert not set(one["media_signing_keys"].values()) & set(two["media_signing_keys"].values())
    assert all(len(bytes.fromhex(key)) == 32 for key in one["media_signing_keys"].values())


COOKIES = """
from django.test import Client
from accounts.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
User.objects.create_user("listener", password="listener-secret-1")
client = Client(SERVER_NAME="music.example", enforce_csrf_checks=True, headers={"X-Forwarded-Proto": "https"})
page = client.get("/login")
secret = page.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
form = {"username": "listener", "password": "listener-secret-1", "csrfmiddlewaretoken": secret}
print("STATUS", client.post("/login", form, headers={"Referer": "https://music.example/login"}).status_code)
for name, morsel in client.cookies.items():
    print("COOKIE", morsel.OutputString())
print("HSTS", page["Strict-Transport-Security"])
print("SPOOFED", client.get("/login", headers={"X-Forwarded-Host": "evil.example"}).status_code)
for host in ("evil.example", "music.example.evil.example", "music.example:80@evil.example", ""):
    answer = client.get("/login", headers={"Host": host})
    print("HOST", answer.status_code, "evil" in answer.content.decode(), "Content-Security-Policy" in answer.headers)
anonymous = Client(SERVER_NAME="music.example", headers={"X-Forwarded-Proto": "https"})
print("CLOSED", [anonymous.get(path).status_code for path in ("/", "/signup", "/api/v1/tracks", "/healthz")])
"""


def test_cookies_and_hosts_are_as_closed_as_can_be(tmp_path):
    done = manage(tmp_path, GIVEN, "shell", "-v0", "-c", COOKIES)
    told = done.stdout.splitlines()
    assert "STATUS 302" in told, done.stdout + done.stderr
    cookies = {line.split()[1].partition("=")[0]: line for line in told if line.startswith("COOKIE ")}
    assert {"__Host-sessionid", "__Host-csrftoken"} <= set(cookies)
    for name, line in cookies.items():
        assert name.startswith("__Host-"), line
        assert "Secure" in line
        assert "Path=/" in line
        assert "SameSite=Lax" in line
        assert "Domain" not in line
    assert "HttpOnly" in cookies["__Host-sessionid"]
    assert "HSTS max-age=31536000; includeSubDomains; preload" in told
    assert "SPOOFED 302" in told or "SPOOFED 200" in told
    assert [line for line in told if line.startswith("HOST")] == ["HOST 400 False True"] * 4
    assert "CLOSED [302, 404, 401, 200]" in told


def test_nothing_is_generated_in_production(tmp_path):
    manage(tmp_path, GIVEN, "check")
    assert not (tmp_path / "keys.json").exists()


def test_probes_are_answered_without_tls_and_pages_are_not(tmp_path):
    asked = """
from django.test import Client
client = Client(SERVER_NAME="music.example")
print(client.get("/healthz").status_code, client.get("/login").status_code)
"""
    done = manage(tmp_path, GIVEN, "shell", "-v0", "-c", asked)
    assert done.stdout.split() == ["200", "301"], done.stderr
