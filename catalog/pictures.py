"""Choose the picture of an album, or of a track without one, among those in its files and beside them."""

from collections.abc import Sequence

from catalog import bulk, covers
from catalog.identity import Plan
from catalog.models import Album, Cover, Track


class Pictures:
    """The choices of one import."""

    def __init__(self) -> None:
        self._embedded: dict[int, bool] = {}  # by album: whether its picture came out of a file's tags

    def choose(self, plans: Sequence[Plan]) -> dict[str, Plan]:
        """Give albums, and tracks without one, the picture they want: embedded before the folder's, the first of each.

        Return, for each picture that is not cut yet, a plan whose file has it.
        """
        chosen: dict[str, Plan] = {}
        albums: dict[int, Album] = {}
        for plan in plans:
            shows = plan.album or plan.track
            if "cover" in shows.curated or not (key := _picture_of(plan)):
                continue  # what a curator chose stays, also that it has none
            if plan.album is None:
                chosen[key], plan.track.cover_wanted = plan, key
            elif self._is_better(plan, plan.album):
                self._embedded[plan.album.pk] = bool(plan.reading.picture)
                chosen[key], plan.album.cover_wanted = plan, key
                albums[plan.album.pk] = plan.album
        cut = set(Cover.objects.filter(key__in=chosen).values_list("key", flat=True))
        wanting: list[Album | Track] = [*albums.values(), *(plan.track for plan in plans if plan.album is None)]
        for row in wanting:
            if row.cover_wanted in cut:
                row.cover_key = row.cover_wanted
        bulk.save(list(albums.values()), ("cover_wanted", "cover_key"))
        return {key: plan for key, plan in chosen.items() if key not in cut}

    def _is_better(self, plan: Plan, album: Album) -> bool:
        """Tell whether a picture takes the place of the one that the album has."""
        if plan.reading.picture:
            return not self._embedded.get(album.pk)
        folder = plan.item.folder_picture
        is_news = folder is not None and folder.fresh and album.pk not in self._embedded
        return is_news or not album.cover_wanted


def ask_for(uncut: dict[str, Plan], files: dict[str, int]) -> None:
    """Ask for these pictures to be cut; `files` are the ids of the paths' rows."""
    for key, plan in uncut.items():
        if plan.item.path in files:
            image = plan.item.folder_picture
            beside = image.path if image and not plan.reading.picture else None
            covers.enqueue(key, payload={"file": files[plan.item.path], "folder_image": beside})
        elif plan.item.stored and plan.reading.picture:
            covers.enqueue(key, payload={"storage_name": plan.item.stored.name})
        elif plan.item.stored and plan.item.folder_picture:
            covers.enqueue(key, payload={"picture": plan.item.folder_picture.stored})


def _picture_of(plan: Plan) -> str:
    folder = plan.item.folder_picture
    return plan.reading.picture or (folder.key if folder else "")
