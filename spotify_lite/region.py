"""Say which region a request comes from: the balancer knows where listeners are, and tells in a header."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from spotify_lite.places import Edge, Origin

HEADER = "X-Region"  # set by the balancer, whatever the client sent; answers that name addresses vary by it


def of(request: HttpRequest) -> str:
    """Return the region of whoever asks: the balancer's word where it names a region of ours, else this node's."""
    return named(request.headers.get(HEADER))


def named(given: str | None) -> str:
    """Return the region that the header's value names. A client that invents one only picks among our own."""
    return given if given and given in _known(settings.ORIGINS, settings.EDGES) else settings.REGION


@lru_cache(maxsize=4)
def _known(origins: tuple[Origin, ...], edges: tuple[Edge, ...]) -> frozenset[str]:
    return frozenset([*(origin.region for origin in origins), *(edge.region for edge in edges)])
