"""What a web node has in memory: what only a storage, a signer or a worker needs is loaded where there is one."""

import json
from pathlib import Path

from spotify_lite.tests.rig import server as rig

ELSEWHERE = ("boto3", "botocore", "storages", "s3transfer", "cryptography", "numpy", "av")
# In a process of its own, as a node starts: all addresses, what the front names, and then some of each kind of page.
ASK = """
import json, sys
from django.test import Client
from spotify_lite import rsgi
for path in ("/", "/search?q=a", "/api/v1/tracks", "/api/schema/", "/admin/login/", "/readyz"):
    assert Client(headers={{"host": "localhost"}}).get(path).status_code in (200, 302, 503), path
print("loaded", json.dumps([name for name in {names} if name in sys.modules]))
"""


def loaded(var: Path, **extra: str) -> list[str]:
    """Return which of these libraries a node loads."""
    variables = rig.environment(var, 8000, extra)
    var.mkdir(exist_ok=True)
    rig.make_tables(variables)
    told = rig.manage(variables, "shell", "-c", ASK.format(names=ELSEWHERE)).stdout
    found: list[str] = json.loads(told.rpartition("loaded ")[2])
    return found


def test_node_with_files_loads_no_library_of_storages_or_workers(tmp_path: Path) -> None:
    assert loaded(tmp_path / "var") == []


def test_node_with_a_storage_loads_its_library(tmp_path: Path) -> None:
    """Nobody answers there: it is loaded all the same."""
    extra = {"ORIGINS": "local:http://127.0.0.1:9/music", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "s" * 20}
    assert "boto3" in loaded(tmp_path / "var", **extra)
