"""Own where a call comes from, as far as throttles can believe it."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

PREFIX = 64  # bits: a line's own IPv6 network; counting single addresses of it would count nothing


def address(request: HttpRequest) -> str | None:
    """Return the client's IPv4 address, or the /64 network of its IPv6 address; None where there is none.

    Every proxy appends the address that it was called from to X-Forwarded-For. What the nearest TRUSTED_PROXIES of
    them wrote is true; whatever stands before that the client may have written itself.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    told = request.headers.get("X-Forwarded-For", "").split(",") if settings.TRUSTED_PROXIES else []
    claimed = told[-settings.TRUSTED_PROXIES] if len(told) >= settings.TRUSTED_PROXIES > 0 else ""
    return _counted(claimed) or _counted(peer)


def _counted(raw: str) -> str | None:
    try:
        found = ip_address(raw.strip().partition("%")[0])
    except ValueError:
        return None
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((found, PREFIX), strict=False).network_address)
