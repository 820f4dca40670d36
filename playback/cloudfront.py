"""Sign addresses at CloudFront, with django-storages' signer: RSA over a policy of one address and its expiry.

An address opens one object, as with HMAC: with a wildcard policy for all of `/media/*`, one listener's address would
open whatever was withdrawn for as long as it lives. A signature costs 0.2 to 1 ms, so each is made once in a
process and quarter of an hour, and kept.
"""

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages

KEPT = 20_000  # addresses, of about 600 bytes; the oldest go first


class CloudFront:
    """Signs with the key pair of the settings; one for the process."""

    def __init__(self, signer: Any) -> None:
        """Take botocore's CloudFrontSigner."""
        self._signer = signer
        self._kept: OrderedDict[tuple[str, int], str] = OrderedDict()
        self._keeping = threading.Lock()

    def url(self, base: str, path: str, exp: int) -> str:
        """Return the address with CloudFront's three parameters: Expires, Signature, Key-Pair-Id."""
        name = (base + path, exp)
        found = self._kept.get(name)
        if found is None:
            found = self._signer.generate_presigned_url(name[0], date_less_than=datetime.fromtimestamp(exp, UTC))
            with self._keeping:
                self._kept[name] = found
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return found


_signers: dict[tuple[str, str], CloudFront] = {}


def signer() -> CloudFront:
    """Return the process's signer; raise OSError or ValueError where the key cannot be read (a check says so first)."""
    pair = (settings.CLOUDFRONT_KEY_ID, settings.CLOUDFRONT_KEY_FILE)
    if pair not in _signers:
        storage: Any = storages["renditions"]
        _signers[pair] = CloudFront(storage.get_cloudfront_signer(pair[0], Path(pair[1]).read_text()))
    return _signers[pair]
