"""What the index is asked for, and what it answers. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.search.forms import Groups

HEAD, MIDDLE, WHOLE = range(3)  # tiers: the most popular documents, more of them, all
COLUMNS = "d.sid, row_id, release, title, core, names, aliases, album, tokens, fields"  # of documents, named d
VAST = 2  # letters of a beginning that is in so many documents that, among all, `ranking` had better apply it
NAMED = 2  # times the limit: documents that are looked at of those with one name, which may be thousands


@dataclass(frozen=True, slots=True)
class Ask:
    """For the most popular documents with a token of each group; or, without groups, with one of these exact names."""

    kind: str
    groups: Groups
    limit: int  # documents
    keys: Collection[str] = ()
    rare: Groups = field(default_factory=list)  # those of many groups that few documents have: where to look for all


@dataclass(frozen=True, slots=True)
class Answer:
    """The documents, as rows of their columns, in order of sid."""

    rows: Sequence[tuple[Any, ...]]
    whole: bool  # later tiers would add nothing
