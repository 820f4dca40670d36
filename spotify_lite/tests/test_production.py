"""Production refuses to start without its secrets, and is as closed as Django's own checks ask for."""

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


def test_short_signing_key_is_refused(tmp_path):
    done = manage(tmp_path, GIVEN | {"MEDIA_SIGNING_KEYS": "a:short"}, "check")
    assert "at least 32 characters" in done.stderr


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
