"""Let devices search by themselves: the names of the catalog, packed, versioned, and brought up to date by differences.

A worker gathers the most played songs (`gathering`), packs them into pieces that are named by their bytes (`packing`)
and keeps these in the database (`keeping`), where every web node finds them. What changes after that is one more
piece, until so much has changed that all are packed anew. Scripts (`static/js/pocket/`) make an index of it that
answers as `catalog.search` does.
"""

from catalog.pocket.keeping import keep

__all__ = ["keep"]
