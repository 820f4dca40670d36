"""Find tracks, artists and albums by what people type.

`search` answers from an index of its own, in which popularity is the document id: posting lists are read from the
most played down, a few of the first are put in order exactly, and the rest is never looked at. `index_pending` keeps
the index in step with the catalog's outbox; `rebuild` makes it anew.
"""

from catalog.search.answers import Found
from catalog.search.budget import Budget
from catalog.search.indexer import index_pending
from catalog.search.planner import search
from catalog.search.rebuilding import Busy, rebuild
from catalog.search.rebuilding import size as rebuild_size

__all__ = ["Budget", "Busy", "Found", "index_pending", "rebuild", "rebuild_size", "search"]
