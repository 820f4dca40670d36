"""The curators' door to the catalog. What is kept (cards, counts, the search index) follows each save at once."""

from catalog.admin import albums, artists, changes, files, genres, queue, tracks, uploads

__all__ = ["albums", "artists", "changes", "files", "genres", "queue", "tracks", "uploads"]
