"""Find PostgreSQL's own programs, and lead them to the primary without showing anybody its password."""

import shutil
import subprocess
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.client import DatabaseClient

from spotify_lite import env, watching

PACKAGE = "postgresql-client"  # of Debian


class Lacking(Exception):
    """A program is not installed, or too old for the server; the message is a sentence with the package to install."""


def command(name: str, *options: str) -> list[str]:
    """Return the command line of a program that reaches this node's database; raise Lacking."""
    path = _path(name)
    return [path, *DatabaseClient.settings_to_cmd_args_env(_primary(), list(options))[0][1:]]


def alone(name: str, *options: str) -> list[str]:
    """Return the command line of a program that reads and writes its own pipes only; raise Lacking."""
    return [_path(name), *options]


def environment() -> dict[str, str]:
    """Return the environment of such a program: this process's, and the password."""
    return env.everything() | (DatabaseClient.settings_to_cmd_args_env(_primary(), [])[1] or {})


def _primary() -> dict[str, Any]:
    """Return the settings of the server that is the primary now: DATABASE_URL may name one that was."""
    alias = watching.here().primary()[1] if settings.REPLICAS else DEFAULT_DB_ALIAS
    return connections[alias].settings_dict


def _path(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Lacking(f"{name} is not installed: it is in the Debian package {PACKAGE}.")
    connection.ensure_connection()
    server = connection.pg_version // 10_000  # type: ignore[attr-defined]  # of PostgreSQL's backend
    said = subprocess.run([path, "--version"], env=environment(), capture_output=True, text=True, check=False).stdout
    major = next((word.partition(".")[0] for word in said.split() if word[0].isdigit()), "")
    if not major.isdigit() or int(major) < server:
        raise Lacking(f"{name} is version {major or 'unknown'} and the server {server}: install {PACKAGE}-{server}.")
    return path
