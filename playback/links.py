"""Make the signed addresses of a track's audio for the JSON that the catalog and the play decision answer with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from playback import signing
from spotify_lite import rest

PREFERRED = "aac128"  # the rendition that plays everywhere and starts quickly; the source until it is ready


@dataclass(frozen=True)
class Source:
    """One address that a player may try."""

    url: str  # absolute and signed
    mime: str  # with codecs
    bitrate: int | None  # kbit/s
    place: str  # who serves it: edge or web


class Links:
    """Signed addresses of one origin at one moment: equal for a quarter of an hour, so that answers can be cached."""

    def __init__(self, *, base: str, at: float) -> None:
        """Take the origin (`http://host:port`, or the edge's) and the time in Unix seconds."""
        self.base = base
        self.exp = signing.exp_for(at)
        self.kid = settings.MEDIA_SIGNING_KID
        self.expires_at = rest.timestamp(datetime.fromtimestamp(self.exp, UTC))
        self.version = f"{self.exp}:{self.kid}:{base}"  # part of the ETag of every answer that holds these links
        self._key = settings.MEDIA_SIGNING_KEYS[self.kid]

    def of(self, track_id: int, card: dict[str, Any]) -> dict[str, Any]:
        """Return audio_url, audio, hls_url and dash_url of a track, from its card."""
        audio = preferred(card)
        if audio is None:
            return {"audio_url": None, "audio": None, "hls_url": None, "dash_url": None}
        return {
            "audio_url": self.url(audio),
            "audio": {
                "mime": audio["mime"],
                "bitrate": audio["bitrate"],
                "bytes": audio["bytes"],
                "gain_db": card["gain_db"],
                "expires_at": self.expires_at,
                "fallback_urls": [],
            },
            "hls_url": None,
            "dash_url": None,
        }

    def sources(self, card: dict[str, Any]) -> list[Source]:
        """Return every address of the track's audio, most preferred first; none where there is no audio yet."""
        place = "edge" if any(edge.url == self.base for edge in settings.EDGES) else "web"
        ordered = sorted(card["audio"], key=lambda audio: audio["name"] != PREFERRED)
        return [
            Source(url=self.url(audio), mime=audio["mime"], bitrate=audio["bitrate"], place=place) for audio in ordered
        ]

    def url(self, audio: dict[str, Any]) -> str:
        """Return the absolute signed address of one entry of a card's `audio`."""
        return self.base + self.target(audio)

    def target(self, audio: dict[str, Any]) -> str:
        """Return the same without the origin: what `X-Media-Path` carries to the front."""
        key = audio["key"]
        return signing.sign(f"/media/{key[:2]}/{key}.{audio['ext']}", self.exp, self.kid, self._key)


def preferred(card: dict[str, Any], *, at_most: int | None = None) -> dict[str, Any] | None:
    """Return the card's audio to play: AAC 128 where there is one, else the source; None where there is none.

    With `at_most` (kbit/s) it is the best that does not exceed it, else the smallest there is.
    """
    ready: list[dict[str, Any]] = card["audio"]
    if not ready:
        return None
    if at_most is not None:
        fitting = [audio for audio in ready if (audio["bitrate"] or 0) <= at_most]
        if fitting:
            return max(fitting, key=lambda audio: audio["bitrate"] or 0)
        return min(ready, key=lambda audio: audio["bitrate"] or 0)
    return next((audio for audio in ready if audio["name"] == PREFERRED), ready[0])
