"""What tests read of a page."""

import json
import re
from html import unescape
from typing import Any

from django.test import Client


def tracks_on(page: str) -> list[dict[str, Any]]:
    """Return what a page hands to the player, in order."""
    return [json.loads(unescape(data)) for data in re.findall(r'data-track="([^"]*)"', page)]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()
