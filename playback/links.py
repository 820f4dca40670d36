"""Make the signed addresses of a track's audio for the JSON that the catalog and the play decision answer with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from playback import cloudfront, delivery, edges, passes, residents, signing
from spotify_lite import rest

PREFERRED = "aac128"  # the rendition that plays everywhere and starts quickly; the source until it is ready
LADDER = "aac"  # begins the names of renditions between which a player may change: those that have manifests


@dataclass(frozen=True)
class Source:
    """One address that a player may try."""

    url: str  # absolute and signed
    mime: str  # with codecs
    bitrate: int | None  # kbit/s
    place: str  # who serves it: edge or web


@dataclass(frozen=True)
class Address:
    """Where one place serves an object."""

    url: str  # absolute and signed
    place: str  # edge or web
    edge: str  # the POP's name, empty for the web node


class Links:
    """Signed addresses for one listener's region at one moment: equal for a quarter of an hour and as long as the same
    POPs are up, so that answers can be cached."""

    def __init__(self, *, base: str, at: float, region: str = "") -> None:
        """Take the web node's origin (`http://host:port`), the time in Unix seconds, and who asks (this node's)."""
        seen = edges.view()
        kid = settings.MEDIA_SIGNING_KID
        self.base = base
        self.region = region or settings.REGION
        self.exp = signing.exp_for(at)
        self.expires_at = rest.timestamp(datetime.fromtimestamp(self.exp, UTC))
        # part of the ETag of every answer that holds these links
        self.version = f"{self.exp}:{kid}:{base}:{self.region}:{seen.version}"
        self._pops = seen.pops
        self._at_web = signing.Hmac(kid, settings.MEDIA_SIGNING_KEYS[kid])
        self._at_edges: signing.Signer = self._at_web
        if self._pops and settings.MEDIA_SIGNER == "cloudfront":
            self._at_edges = cloudfront.signer()
        self._orders: dict[tuple[str, ...], Sequence[delivery.Place]] = {}  # by which POPs are warm
        self._web = (delivery.Place(base, delivery.WEB),)

    @property
    def covers(self) -> str:
        """Return the origin of covers: the nearest POP's, where there is one."""
        nearest = delivery.near(self.region, self._pops)
        return nearest[0].url if nearest else self.base

    def of(self, track_id: int, card: dict[str, Any]) -> dict[str, Any]:
        """Return audio_url, audio, hls_url and dash_url of a track, from its card."""
        audio = preferred(card)
        if audio is None:
            return {"audio_url": None, "audio": None, "hls_url": None, "dash_url": None}
        urls = self._urls(audio, self._order(audio), self.exp)
        return {
            "audio_url": urls[0],
            "audio": {
                "mime": audio["mime"],
                "bitrate": audio["bitrate"],
                "bytes": audio["bytes"],
                "gain_db": card["gain_db"],
                "album_gain_db": card.get("album_gain_db"),  # no card of an earlier version has it
                "expires_at": self.expires_at,
                "fallback_urls": urls[1:],
            },
            **self._manifests(track_id, card),
        }

    def sources(self, card: dict[str, Any]) -> list[Source]:
        """Return every address of the track's audio, most preferred first; none where there is no audio yet.

        All places of one rendition come before the next rendition.
        """
        found = []
        for audio in sorted(card["audio"], key=lambda audio: audio["name"] != PREFERRED):
            order = self._order(audio)
            urls = self._urls(audio, order, self.exp)
            found += [
                Source(url=url, mime=audio["mime"], bitrate=audio["bitrate"], place=place.kind)
                for url, place in zip(urls, order, strict=True)
            ]
        return found

    def addresses(self, audio: dict[str, Any], exp: int | None = None) -> list[Address]:
        """Return where one entry of a card's `audio` is for longer than a press of play, most preferred first.

        POPs come before the web node whatever they hold: a POP fetches a cold segment alone. `exp` is the expiry in
        Unix seconds, where it is not the usual one.
        """
        order: Sequence[delivery.Place] = self._web
        if not audio.get("in_place"):
            order = delivery.order(self.region, self._pops, web=self.base, cold=delivery.EDGE)
        urls = self._urls(audio, order, exp or self.exp)
        return [Address(url, place.kind, place.edge) for url, place in zip(urls, order, strict=True)]

    def url(self, audio: dict[str, Any]) -> str:
        """Return the most preferred signed address of one entry of a card's `audio`."""
        return self._urls(audio, self._order(audio)[:1], self.exp)[0]

    def target(self, audio: dict[str, Any]) -> str:
        """Return the web node's, without the origin: what `X-Media-Path` carries to the front."""
        return self._at_web.target(path_of(audio), self.exp)

    def _manifests(self, track_id: int, card: dict[str, Any]) -> dict[str, str | None]:
        if not any(audio["name"].startswith(LADDER) for audio in card["audio"]):
            return {"hls_url": None, "dash_url": None}
        track = f"/api/v1/tracks/{track_id}"
        return {
            "hls_url": self.base + passes.address(f"{track}/hls.m3u8", self.exp),
            "dash_url": self.base + passes.address(f"{track}/dash.mpd", self.exp),
        }

    def _order(self, audio: dict[str, Any]) -> Sequence[delivery.Place]:
        if not self._pops or audio.get("in_place"):
            return self._web
        warm = tuple(residents.warm(audio["key"]))
        if warm not in self._orders:
            self._orders[warm] = delivery.order(self.region, self._pops, web=self.base, cold=settings.COLD, warm=warm)
        return self._orders[warm]

    def _urls(self, audio: dict[str, Any], order: Sequence[delivery.Place], exp: int) -> list[str]:
        path = path_of(audio)
        return [
            (self._at_edges if place.kind == delivery.EDGE else self._at_web).url(place.base, path, exp)
            for place in order
        ]


def path_of(audio: dict[str, Any]) -> str:
    """Return the path that is signed."""
    key = audio["key"]
    return f"/media/{key[:2]}/{key}.{audio['ext']}"


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
