"""Fill a catalog with everything that is hard to draw, and the people who look at it, through the real writers.

Runs in a process with the settings of the server that shows it: `stage.fill` calls `tell`.
"""

import json
import sys
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import translation

from accounts import tokens
from accounts.models import User
from catalog import curation, drawn, library, names, pocket, search, wishes
from catalog.models import Album, Artist, Change, Genre, Master, Track, Work
from catalog.tests import audio
from spotify_lite import problems
from spotify_lite.tests.rig import plays

PASSWORD = "correct horse battery staple"  # of all people here
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36"
)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
DEVICES = ("Pixel 9", "تلفون ليلى", "A kitchen radio with a name that is far longer than any list can show at once")
KEPT_GENRE = "Folk"
SECONDS = 30.0  # of each song that is played in tests
THOUSAND = 1000  # songs of the longest album
LONG = (
    "The song whose title the singer wrote down on the back of a train ticket between two cities that nobody has ever "
    "heard of and then forgot in the pocket of a coat which still hangs in the hall today"
)
REASONS = (  # why work is given up, in the words that are kept
    "ffmpeg could not read it: " + "Error while decoding stream #0:0: Invalid data found when processing input; " * 3,
    "It took longer than 300 s.",
    "It should be 214.3 s long, and 97.1 s can be read.",
    "Its file is gone from the library.",
    "There is no audio in it.",
    "It has 8 channels; at most 2 can be played.",
    "The storage did not take 0f/0f3c9c.mp4 whole.",
    "Its encoder was killed.",
)
GENRES = (
    *("Ambient", "Afrobeat", "Balearic", "Bebop", "Bluegrass", "Bossa Nova", "Chamber Pop", "Chanson", "Cumbia"),
    *("Dub", "Electro", "Fado", "Field Recordings", "Folk", "Gamelan", "Garage Rock", "Gospel", "Grime", "Hip-Hop"),
    *("House", "Italo Disco", "Jazz", "Jungle", "Klezmer", "Krautrock", "Metal", "Musique concrète", "New Age"),
    *(
        "Northern Soul",
        "Opera",
        "Post-Rock",
        "Psychedelia",
        "Punk",
        "Qawwali",
        "R&B",
        "Raï",
        "Reggae",
        "Rumba",
        "Salsa",
    ),
    *("Shoegaze", "Singer-Songwriter", "Ska", "Spoken Word", "Synth-Pop", "Tango", "Techno", "Trip-Hop", "Zydeco"),
)


@dataclass(frozen=True)
class Record:
    """An album to be made; without a picture its cover is drawn."""

    artist: str
    title: str
    songs: tuple[str, ...]
    genres: tuple[str, ...] = ("Folk",)
    picture: str = ""  # what its picture is drawn from
    year: int = 2024
    advisory: str = "0"  # 1: explicit


RECORDS = {
    "plain": Record("Halcyon Pike", "Slow Harbour Lights", ("Tideline", "Low Water", "Pilot Boat"), picture="harbour"),
    "right_to_left": Record("ליאור בן־נון", "לילה על החוף (Live)", ("שיר לערב", "מים, רוח ואבן 2", "الطريق إلى البحر")),
    "arabic": Record(
        "ليلى الحداد", "مرافئ بعيدة", ("نافذة على المطر", "صباح الخير يا بحر", "Remix · آخر الليل"), ("Raï",)
    ),
    "cjk": Record(
        "青木なつみ", "夜行列車の窓から見えるもの", ("始発", "雨の日のプラットホーム", "바다로 가는 길", "山路")
    ),
    "emoji": Record("🌊🌙 tidal", "👩‍🚀 ✨ ∞", ("🌧️", "Café 🎷 at 3 a.m.", "Zalgo t̸̢͝e̷͙͝x̵̱̕t̶̗̚"), ("Electro",)),
    "long": Record(
        "The Municipal Orchestra and Choir of the Retired Lighthouse Keepers of the Outer Northern Archipelago",
        LONG,
        (LONG, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "x"),
        picture="lighthouse",
    ),
    "explicit": Record(
        "Nettle & Brine", "Loud Words", ("Said It", "Said It Again"), ("Punk",), picture="brine", advisory="1"
    ),
    "double": Record("The Halcyon Pike", "Slow Harbour Lights (Deluxe Edition)", ("Tideline",)),
    "scheduled": Record("Halcyon Pike", "Not Yet", ("Tomorrow, Maybe",)),
    "thousand": Record(
        "Many Hands", "A Thousand Small Hours", tuple(f"Hour {n}" for n in range(1, THOUSAND + 1)), GENRES
    ),
}


@dataclass(frozen=True)
class Showcase:
    """Where to look and who may."""

    albums: dict[str, int]  # by their names in RECORDS
    artists: dict[str, int]
    tracks: dict[str, int]  # the first of each album
    empty_artist: int  # with no songs
    genre: str  # a slug
    genre_id: int
    act: str  # of a curator, in the history
    failure: dict[str, str]  # the page of a failure, by its language
    password: str = PASSWORD
    people: tuple[str, ...] = ("listener", "curator", "superuser")


def fill(folder: Path) -> Showcase:
    """Make the files in `folder`, import them in place, and let the people do what leaves traces."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, record in RECORDS.items():
        _record(folder / name, record)
    library.import_folder(folder)
    now = datetime.now(UTC)
    listener, curator = _people(at=now)
    genre = Genre.objects.get(name=KEPT_GENRE)
    _curate(curator, genre, folder.parent / "uploads")
    albums = {name: Album.objects.get(title=record.title) for name, record in RECORDS.items()}
    wishes.note_plays(Track.objects.filter(album=albums["plain"]).values_list("id", flat=True))
    call_command("package", verbosity=0, stdout=sys.stderr)
    _work(albums, at=now)
    _schedule(albums["scheduled"], at=now + timedelta(days=30))
    nobody, _ = Artist.objects.get_or_create(
        name="Nobody Yet",
        sort_name="nobody yet",
        match_key=names.artist_key("Nobody Yet"),
        defaults={"created_at": now},
    )
    while search.index_pending():
        pass
    pocket.keep(at=now)
    plays.tell(at=now)
    tracks = {name: album.tracks.order_by("disc_number", "track_number")[0] for name, album in albums.items()}
    _listen(listener, [track for name, track in tracks.items() if name != "scheduled"])
    return Showcase(
        albums={name: album.id for name, album in albums.items()},
        artists={name: album.credits.get().artist_id for name, album in albums.items()},
        tracks={name: track.id for name, track in tracks.items()},
        empty_artist=nobody.id,
        genre=genre.slug,
        genre_id=genre.id,
        act=str(Change.objects.order_by("id").values_list("act", flat=True).last()),
        failure={code: _failure(code) for code, _ in settings.LANGUAGES},
    )


def _failure(language: str) -> str:
    with translation.override(language):
        return problems.server_error(RequestFactory().get("/")).content.decode()


def _record(folder: Path, record: Record) -> None:
    many = len(record.songs) > len(GENRES)
    for number, title in enumerate(record.songs, start=1):
        path = folder / f"{number:04}.mp3"
        audio.make(
            path,
            seconds=1.0 if many else SECONDS,
            cover=drawn.png(record.picture, 600) if record.picture else None,
            title=title,
            artist=record.artist,
            albumartist=record.artist,
            album=record.title,
            tracknumber=number,
            date=record.year,
            genre=record.genres[number % len(record.genres)] if many else record.genres,
            itunesadvisory=record.advisory,
        )


def _schedule(album: Album, *, at: datetime) -> None:
    tracks = list(Track.objects.filter(album=album).values_list("id", flat=True))
    Track.objects.filter(id__in=tracks).update(release_at=at)
    curation.refresh(curation.reach_of_tracks(tracks))


def _people(*, at: datetime) -> tuple[Client, Client]:
    """Make a listener with devices, a curator and a superuser; return the browsers of the first two."""
    listener = User.objects.create_user("listener", password=PASSWORD)
    User.objects.create_user("superuser", password=PASSWORD, is_staff=True, is_superuser=True)
    curator = User.objects.create_user("curator", password=PASSWORD, is_staff=True)
    curator.groups.add(Group.objects.get(name="curators"))
    for device in DEVICES:
        tokens.create_token(listener, device=device, at=at)
    _browser("listener", PHONE)
    return _browser("listener", DESKTOP), _browser("curator", DESKTOP)


def _browser(name: str, agent: str) -> Client:
    client = Client(SERVER_NAME="localhost", headers={"User-Agent": agent})
    signed_in = client.post("/login", {"username": name, "password": PASSWORD})
    assert signed_in.status_code == 302, signed_in.content
    return client


def _curate(curator: Client, genre: Genre, folder: Path) -> None:
    """Upload a good file and a bad one, and rename a genre there and back, which leaves its history."""
    good = audio.make(folder / "good.mp3", title="Sent In", artist="Halcyon Pike", album="Sent In", genre=genre.name)
    files = [SimpleUploadedFile("01 Sent In.mp3", good.read_bytes()), SimpleUploadedFile("cover.mp3", b"<svg/>" * 99)]
    sent = curator.post("/admin/catalog/upload/add/", {"files": files, "publish": "on"})
    assert sent.status_code == 302, sent.content
    for name in ("Folk and more", genre.name):
        changed = curator.post(f"/admin/catalog/genre/{genre.id}/change/", {"name": name})
        assert changed.status_code == 302, changed.content


def _work(albums: dict[str, Album], *, at: datetime) -> None:
    """Leave work behind as workers would: one is at it, some waits, and some was given up."""

    def masters(name: str) -> list[int]:
        found = Master.objects.filter(track__album=albums[name]).order_by("track__track_number")
        return list(found.values_list("id", flat=True))

    rows: list[tuple[int, str, dict[str, Any]]] = [
        (masters("cjk")[0], Work.State.RUNNING, {"attempts": 1, "progress": 42, "lease_until": at + timedelta(days=1)})
    ]
    rows += [(master, Work.State.QUEUED, {"attempts": 1, "reason": REASONS[1]}) for master in masters("right_to_left")]
    failed = (*masters("long"), *masters("thousand")[: len(REASONS)])
    rows += [
        (master, Work.State.FAILED, {"attempts": 5, "reason": REASONS[number % len(REASONS)]})
        for number, master in enumerate(failed)
    ]
    Work.objects.bulk_create(
        Work(kind="ladder", subject_id=master, state=state, ready_at=at, created_at=at - timedelta(minutes=3), **more)
        for master, state, more in rows
    )


def _listen(client: Client, heard: list[Track]) -> None:
    """Leave songs open at several places, minutes apart."""
    now = datetime.now(UTC)
    events: list[dict[str, Any]] = [
        {
            "play_id": str(uuid.uuid4()),
            "seq": 1,
            "track_id": track.id,
            "position_ms": max(300, track.duration_ms * (place + 1) // (len(heard) + 2)),
            "state": "paused",
            "at": (now - timedelta(minutes=5 * place)).isoformat(),
        }
        for place, track in enumerate(heard)
    ]
    answer = client.post("/api/v1/me/progress", {"events": events}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["accepted"] == len(events), answer.json()


def tell(folder: str) -> None:
    """Fill, and print where to look and who may, as JSON: see `Showcase`."""
    print(json.dumps(asdict(fill(Path(folder)))))
