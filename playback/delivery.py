"""Decide which places serve an object, the most preferred first. Pure: what is up and what is warm come in.

A place is a POP or the web node. The node serves everything, at the price of its own line, so it is last, but for an
object that no POP near the listener holds yet where COLD=web: then the node is first, fills itself through the POP, and
sends listeners there from then on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

WEB = "web"
EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Pop:
    """A POP as it was last seen."""

    name: str
    region: str
    url: str  # scheme, host and port, as listeners reach it
    up: bool = True  # answers, is not draining, and has room on its disk


@dataclass(frozen=True, slots=True)
class Place:
    """Who is to serve an object."""

    base: str  # scheme, host and port
    kind: str  # EDGE or WEB
    edge: str = ""  # the POP's name, empty for the web node


def near(region: str, pops: Sequence[Pop]) -> list[Pop]:
    """Return the POPs that are up: the region's own, then the others, each in the order of the settings."""
    up = [pop for pop in pops if pop.up]
    return [pop for pop in up if pop.region == region] + [pop for pop in up if pop.region != region]


def warm_near(region: str, pops: Sequence[Pop], warm: Collection[str]) -> list[Pop]:
    """Return the POPs to which the web node may send who asks it: they hold the object, and none is nearer.

    Where the region has no POP that is up, the nearest are those of the region whose POP comes first.
    """
    ordered = near(region, pops)
    return [pop for pop in ordered if pop.region == ordered[0].region and pop.name in warm]


def order(
    region: str, pops: Sequence[Pop], *, web: str, cold: str, warm: Collection[str] = (), stored: bool = True
) -> tuple[Place, ...]:
    """Return the places, never none of them.

    `web` is the web node's origin; `cold` is COLD, web or edge; `warm` names the POPs that hold the object whole.
    `stored` says whether the object is in the origins: a file in place is on the web node alone.
    """
    node = Place(web, WEB)
    if not stored:
        return (node,)
    first = warm_near(region, pops, warm)
    others = [pop for pop in near(region, pops) if pop not in first]
    edges = [Place(pop.url, EDGE, pop.name) for pop in (*first, *others)]
    if cold == WEB and not first:
        return (node, *edges)
    return (*edges, node)
