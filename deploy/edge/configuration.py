"""Read an edge's settings from the environment. Standard library alone.

README.md of this folder says what each setting means.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SIZE = re.compile(r"([0-9]{1,6})([kmgt]?)")
UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
KEY = re.compile(r"([A-Za-z0-9_-]{1,32}):([\x21-\x7e]{32,})")
PUBLIC_KEY = re.compile(r"([A-Za-z0-9-]{1,64}):(/.+)")
PUBLIC_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?/([a-z0-9.-]{3,63})")
PLAYER = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
AWS_HOST = re.compile(r"s3[.-]([a-z0-9-]+)\.amazonaws\.com")
LISTEN = re.compile(r"([0-9.]+:|\[[0-9a-f:]+\]:)?[0-9]{1,5}")
NETWORK = re.compile(r"[0-9a-fA-F.:]+(/[0-9]{1,3})?")


class Wrong(ValueError):
    """A setting cannot be used; the message is a sentence about it."""


@dataclass(frozen=True)
class Origin:
    """One object storage."""

    scheme: str
    hostname: str
    port: int
    bucket: str

    @property
    def host(self) -> str:
        """Return what the Host header says, which is signed."""
        return self.hostname if self.port == {"http": 80, "https": 443}[self.scheme] else f"{self.hostname}:{self.port}"

    @property
    def region(self) -> str:
        """Return the region that SigV4 signs for: AWS has it in the host, other storages take any."""
        found = AWS_HOST.fullmatch(self.hostname)
        return found[1] if found else "us-east-1"


@dataclass(frozen=True)
class Settings:
    """What one edge is told."""

    listen: str
    origins: list[Origin]  # nearest first
    access_key: str
    secret_key: str = field(repr=False)
    media_keys: dict[str, str] = field(repr=False)  # by key id
    signer: str  # hmac or cloudfront
    cloudfront_keys: dict[str, str]  # public keys, DER in base64, by key id
    url: str  # as listeners reach this edge; CloudFront's policies name it
    player_origins: list[str]
    cache: Path
    cache_size: int  # bytes
    min_free: int  # bytes of the disk that nginx keeps free by dropping what was not asked for long
    floor: int  # bytes; with less the edge says `full` and keeps nothing new
    index: int  # bytes of memory for the names of what is cached
    run: Path
    access_log: str
    connections: int  # a worker
    connections_of_address: int  # 0: no limit
    workers: str
    read_timeout: int  # seconds
    notice: int  # seconds between the wish to end and its beginning
    drain: int  # seconds until a transfer that has not ended is broken off
    proxies: list[str]  # addresses or networks of balancers, who say in X-Forwarded-For who asks
    certificate: str
    certificate_key: str
    modules: str
    certificates: str  # of authorities, for origins over https

    @property
    def by_name(self) -> bool:
        """Say whether an origin has a name, whose addresses may change."""
        return not all(re.fullmatch(r"[0-9.]+", origin.hostname) for origin in self.origins)


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings; raise Wrong for what cannot be used."""
    given = environment.get
    signer = given("EDGE_SIGNER") or "hmac"
    if signer not in {"hmac", "cloudfront"}:
        raise Wrong("EDGE_SIGNER must be hmac or cloudfront.")
    settings = Settings(
        listen=_matching("EDGE_LISTEN", given("EDGE_LISTEN") or "8080", LISTEN)[0],
        origins=[_origin(one) for one in _listing(given("EDGE_ORIGINS"))],
        access_key=given("EDGE_ACCESS_KEY") or "",
        secret_key=_secret(environment, "EDGE_SECRET_KEY"),
        media_keys=_media_keys(_secret(environment, "EDGE_MEDIA_KEYS")),
        signer=signer,
        cloudfront_keys=_cloudfront_keys(given("EDGE_CLOUDFRONT_KEYS")),
        url=(given("EDGE_URL") or "").rstrip("/"),
        player_origins=[_matching("PLAYER_ORIGINS", one, PLAYER)[0] for one in _listing(given("PLAYER_ORIGINS"))],
        cache=_folder("EDGE_CACHE", given("EDGE_CACHE") or "/var/cache/edge"),
        cache_size=_bytes("EDGE_CACHE_SIZE", given("EDGE_CACHE_SIZE") or "10g"),
        min_free=_bytes("EDGE_MIN_FREE", given("EDGE_MIN_FREE") or "1g"),
        floor=_bytes("EDGE_FLOOR", given("EDGE_FLOOR") or "512m"),
        index=_bytes("EDGE_INDEX", given("EDGE_INDEX") or "64m"),
        run=_folder("EDGE_RUN", given("EDGE_RUN") or "/run/edge"),
        access_log=_matching(
            "EDGE_ACCESS_LOG", given("EDGE_ACCESS_LOG") or "/dev/stdout", re.compile(r"off|/[^\s;{}]+")
        )[0],
        connections=_number("EDGE_CONNECTIONS", given("EDGE_CONNECTIONS") or "8192"),
        connections_of_address=_number("EDGE_CONNECTIONS_OF_ADDRESS", given("EDGE_CONNECTIONS_OF_ADDRESS") or "200"),
        workers=_matching("EDGE_WORKERS", given("EDGE_WORKERS") or "auto", re.compile(r"auto|[1-9][0-9]?"))[0],
        read_timeout=_number("EDGE_READ_TIMEOUT", given("EDGE_READ_TIMEOUT") or "30"),
        notice=_number("EDGE_NOTICE", given("EDGE_NOTICE") or "5"),
        proxies=[_matching("EDGE_PROXIES", one, NETWORK)[0] for one in _listing(given("EDGE_PROXIES"))],
        drain=_number("EDGE_DRAIN", given("EDGE_DRAIN") or "60"),
        certificate=given("EDGE_CERTIFICATE") or "",
        certificate_key=given("EDGE_CERTIFICATE_KEY") or "",
        modules=given("EDGE_MODULES") or "/usr/lib/nginx/modules",
        certificates=given("EDGE_AUTHORITIES") or "/etc/ssl/certs/ca-certificates.crt",
    )
    if not settings.origins:
        raise Wrong("EDGE_ORIGINS must name at least one storage, such as https://s3.example.org/music.")
    if not settings.media_keys:
        raise Wrong("EDGE_MEDIA_KEYS must hold kid:key pairs, the same as MEDIA_SIGNING_KEYS of the web nodes.")
    if signer == "cloudfront" and not (settings.cloudfront_keys and settings.url):
        raise Wrong("EDGE_SIGNER=cloudfront needs EDGE_CLOUDFRONT_KEYS and EDGE_URL.")
    if settings.floor > settings.min_free:
        raise Wrong("EDGE_FLOOR must not be above EDGE_MIN_FREE: the edge would never come back.")
    return settings


def _listing(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _secret(environment: Mapping[str, str], name: str) -> str:
    """Return the value of NAME, or what the file NAME_FILE holds: that one is read again at every reload."""
    path = environment.get(f"{name}_FILE")
    try:
        return Path(path).read_text().strip() if path else environment.get(name, "")
    except OSError as error:
        raise Wrong(f"{name}_FILE cannot be read: {error.strerror}.") from error


def _media_keys(text: str) -> dict[str, str]:
    found = {}
    for part in re.split(r"[,\s]+", text.strip()) if text.strip() else []:
        pair = KEY.fullmatch(part)
        if pair is None:
            raise Wrong("EDGE_MEDIA_KEYS must hold kid:key pairs with keys of at least 32 characters.")
        found[pair[1]] = pair[2]
    return found


def _cloudfront_keys(text: str | None) -> dict[str, str]:
    found = {}
    for part in _listing(text):
        kid, path = _matching("EDGE_CLOUDFRONT_KEYS", part, PUBLIC_KEY).groups()
        try:
            pem = Path(path).read_text()
        except OSError as error:
            raise Wrong(f"EDGE_CLOUDFRONT_KEYS: {path} cannot be read: {error.strerror}.") from error
        public = PUBLIC_PEM.search(pem)
        if public is None or "PRIVATE" in pem:
            raise Wrong("EDGE_CLOUDFRONT_KEYS must name public keys in PEM: an edge only verifies.")
        found[kid] = "".join(public[1].split())
    return found


def _origin(text: str) -> Origin:
    scheme, hostname, port, bucket = _matching("EDGE_ORIGINS", text.rstrip("/"), ORIGIN).groups()
    return Origin(scheme, hostname, int(port or {"http": 80, "https": 443}[scheme]), bucket)


def _matching(name: str, text: str, pattern: re.Pattern[str]) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise Wrong(f"{name} has a part that cannot be used: {text!r}.")
    return found


def _bytes(name: str, text: str) -> int:
    number, unit = _matching(name, text.lower(), SIZE).groups()
    return int(number) * int(1024 ** UNITS[unit])


def _number(name: str, text: str) -> int:
    return int(_matching(name, text, re.compile(r"[0-9]{1,6}"))[0])


def _folder(name: str, text: str) -> Path:
    return Path(_matching(name, text, re.compile(r"/[A-Za-z0-9._/-]+"))[0])
