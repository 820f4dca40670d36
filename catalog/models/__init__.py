"""What can be played, and the files behind it.

A foreign key that is the first column of another index has none of its own (`db_index=False`).
"""

from catalog.models.albums import Album, AlbumCredit, AlbumGenre
from catalog.models.artists import Artist, Genre
from catalog.models.history import Change, Distinct, Merged
from catalog.models.media import (
    BucketObject,
    Cover,
    Library,
    LibraryFile,
    Master,
    Measurement,
    Placement,
    Rendition,
    SegmentTable,
    Sweep,
)
from catalog.models.pocket import Pocket, PocketPiece
from catalog.models.state import CatalogVersion, Lane, SearchBuild, SearchChange, SearchMissed, SearchState
from catalog.models.tracks import Credit, Role, Track, TrackGenre
from catalog.models.uploads import Upload
from catalog.models.work import Work

__all__ = [
    "Album",
    "AlbumCredit",
    "AlbumGenre",
    "Artist",
    "BucketObject",
    "CatalogVersion",
    "Change",
    "Cover",
    "Credit",
    "Distinct",
    "Genre",
    "Lane",
    "Library",
    "LibraryFile",
    "Master",
    "Measurement",
    "Merged",
    "Placement",
    "Pocket",
    "PocketPiece",
    "Rendition",
    "Role",
    "SearchBuild",
    "SearchChange",
    "SearchMissed",
    "SearchState",
    "SegmentTable",
    "Sweep",
    "Track",
    "TrackGenre",
    "Upload",
    "Work",
]
