"""Find tracks, artists and albums by what people type.

`search` answers from an index of its own, in which popularity is the document id: posting lists are read from the
most played down, a few of the first are put in order exactly, and the rest is never looked at. `index_pending` keeps
the index in step with the catalog's outbox; `rebuild` makes it anew.
"""

from catalog.search.indexer import index_pending, rebuild
from catalog.search.planner import Found, search

__all__ = ["Found", "index_pending", "rebuild", "search"]
