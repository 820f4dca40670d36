"""What the demo catalog holds: invented people and records, with the names that real libraries have trouble with."""

import uuid
from dataclasses import dataclass, field

from catalog.demo.styles import Piece

VARIOUS = "Various Artists"
NAMESPACE = uuid.UUID("6c0d5e1a-7f0e-4d0c-9d6b-2b7d3f1a9c55")  # of the made-up MusicBrainz ids


@dataclass(frozen=True)
class Song:
    title: str
    piece: Piece
    artists: tuple[str, ...] = ()  # several values of one tag; the record's artist when empty
    credit: str = ""  # one line instead, as `A feat. B`
    genres: tuple[str, ...] = ()  # the record's when empty
    disc: int = 1
    explicit: bool = False
    year: int = 0  # the record's when 0
    remixer: str = ""
    composer: str = ""


@dataclass(frozen=True)
class Record:
    artist: str  # of the album
    title: str
    year: int
    genres: tuple[str, ...]
    kind: str  # a key of `catalog.demo.files.CODECS`
    songs: tuple[Song, ...]
    embedded: bool = True  # is the cover in the files, or beside them?
    replay_gain: bool = False
    musicbrainz: bool = False  # does it carry MusicBrainz ids?
    aliases: dict[str, str] = field(default_factory=dict)  # how artists sort: name -> sort name

    @property
    def compilation(self) -> bool:
        return self.artist == VARIOUS

    @property
    def discs(self) -> int:
        return max(song.disc for song in self.songs)

    def on_disc(self, disc: int) -> list[Song]:
        return [song for song in self.songs if song.disc == disc]

    def number(self, song: Song) -> int:
        """Return a song's number on its disc."""
        return self.on_disc(song.disc).index(song) + 1


def mbid(*names: str) -> str:
    """Return an id in MusicBrainz's form that these names always have."""
    return str(uuid.uuid5(NAMESPACE, "/".join(names)))


RECORDS = (
    Record(
        "Marisol Vântu", "Casa de sal", 2019, ("Folk", "Acoustic"), "mp3-160",
        (
            Song("Casa de sal", Piece("folk", 2, 104)),
            Song("Țărmul", Piece("waltz", 0, 158)),
            Song("Carta a nadie", Piece("folk", -3, 98, mood=1, form=1)),
            Song("Lumânări", Piece("folk", 5, 112, mood=2, form=1), credit="Marisol Vântu feat. Earth, Wax & Wire"),
        ),
        replay_gain=True,
    ),
    Record(
        "Earth, Wax & Wire", "Sunday Static", 2021, ("Lo-fi", "Jazz"), "mp3-128",
        (
            Song("Kettle On", Piece("lofi", 0, 82)),
            Song("Half a Biscuit", Piece("lofi", 3, 88, mood=1, form=1)),
            Song("Radiator Song (feat. Marisol Vântu)", Piece("lofi", -2, 76, mood=2, form=1)),
            Song("Rain, Then Toast", Piece("lofi", 5, 85, mood=3)),
        ),
        embedded=False,
    ),
    Record(
        "Earth, Wax & Wire", "Live at the Print Shop", 2023, ("Jazz",), "flac",
        (
            Song("Walking the Press", Piece("jazz", -2, 152)),
            Song("Ink Dries Slowly", Piece("jazz", 3, 138, mood=1), composer="Łukasz Zieliński"),
        ),
        embedded=False, replay_gain=True,
    ),
    Record(
        "N!ght Bus", "Last Stop, Neon", 2022, ("Synthwave", "Electronic"), "mp3-192",
        (
            Song("Route 9", Piece("synthwave", 0, 102)),
            Song("Chrome Rain", Piece("synthwave", 2, 96, mood=1)),
            Song("N!ght Bus", Piece("synthwave", -4, 110, mood=2, form=1)),
            Song("Don’t Miss It", Piece("synthwave", 5, 104, mood=3), artists=("N!ght Bus", "青木なつみ")),
        ),
    ),
    Record(
        "OHM/AMP", "Volts/Jolts", 2018, ("Rock",), "mp3-160",
        (
            Song("Short Circuit", Piece("rock", 0, 168)),
            Song("Damn the Voltage", Piece("rock", -5, 148, mood=1, form=1), explicit=True),
            Song("AC or DC?", Piece("rock", 2, 156, mood=2, form=1), genres=("Rock", "Garage Rock")),
        ),
    ),
    Record(
        "Łukasz Zieliński", "Nokturny i drobiazgi", 2020, ("Classical", "Piano"), "m4a",
        (
            Song("Nokturn I: Zmierzch", Piece("piano", 0, 84), composer="Łukasz Zieliński"),
            Song("Nokturn II: Świt", Piece("piano", 3, 92, mood=1, form=1), composer="Łukasz Zieliński"),
            Song("Kołysanka", Piece("piano", -4, 78, mood=3, form=1), composer="Łukasz Zieliński"),
            Song("Nokturn III: Deszcz", Piece("piano", 2, 96, mood=2), disc=2, composer="Łukasz Zieliński"),
            Song("Walc na jedną rękę", Piece("piano", -2, 90, mood=4, form=2), disc=2, composer="Łukasz Zieliński"),
        ),
        replay_gain=True, musicbrainz=True, aliases={"Łukasz Zieliński": "Zieliński, Łukasz"},
    ),
    Record(
        "青木なつみ", "夜のプール", 2024, ("City Pop", "J-Pop"), "opus",
        (
            Song("夜のプール", Piece("city", 0, 110)),
            Song("シャワーのあと", Piece("city", 4, 102, mood=1)),
            Song("Platform 4", Piece("city", -3, 114, mood=2, form=1), artists=("青木なつみ", "N!ght Bus")),
        ),
        aliases={"青木なつみ": "Aoki, Natsumi"},
    ),
    Record(
        "The Quiet Machinery", "Tide Tables", 2017, ("Ambient",), "opus",
        (
            Song("Low Water", Piece("ambient", 0, 60)),
            Song(
                "Instructions for Leaving a Lighthouse Unattended Through One Whole Winter, Read Slowly and "
                "From Memory by Somebody Who Never Meant to Leave It",
                Piece("ambient", 3, 66, mood=1, form=1),
            ),
            Song("Högvatten", Piece("ambient", -4, 56, mood=2, form=2), genres=("Ambient", "Drone")),
        ),
        embedded=False,
    ),
    Record(
        "Saltlamp Sound", "Chart of the Reefs", 2016, ("Dub", "Reggae"), "mp3-128",
        (
            Song("Compass Rose", Piece("dub", 0, 76)),
            Song("Chart of the Reefs", Piece("dub", -2, 80, mood=1, form=1)),
            Song("Reef Version", Piece("dub", 3, 72, mood=2, form=1), artists=("Saltlamp Sound", "OHM/AMP")),
        ),
    ),
    Record(
        VARIOUS, "Night Line: Songs for the Last Bus Home", 2025, ("House", "Electronic"), "mp3-160",
        (
            Song("Ticket to Nowhere", Piece("house", 0, 122), artists=("Vela Mono",)),
            Song("Doors Closing", Piece("house", -3, 124, mood=1, form=1), artists=("Vela Mono", "N!ght Bus")),
            Song("ليل طويل", Piece("oud", 0, 94), artists=("نور الساحل",), genres=("Oud", "World"), year=2023),
            Song("Depot (Vela Mono Remix)", Piece("house", 4, 120, mood=2), artists=("OHM/AMP",), remixer="Vela Mono"),
            Song(
                "שיר לאוטובוס האחרון", Piece("waltz", -5, 150, mood=1), credit="Marisol Vântu ft. Łukasz Zieliński",
                genres=("Folk",),
            ),
        ),
        embedded=False,
    ),
)  # fmt: skip
