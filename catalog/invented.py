"""Invent artists, albums and titles that read like real ones, in several languages. Pure: same seed, same names."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

SYLLABLES = {
    "latin": (
        "ba be bo bra ca cel cor da del do el en fa fen fi ga gre ha hol i ja ka kel la len lo lu ma mar mi mo na nel "
        "no o or pa pel pi ra ren ri ro sa sel sha so ta tel ti to u va vel vi wa wen win ya zel"
    ),
    "cyrillic": "ба ве во га да де жу за ка ко ла ле ли ло лю ма ми мо на не ни но па ра ре ро са се со та ти ха ю я",
    "greek": "α βα γι δο ε ζω θα κα κο λα λι μα με νι νο πα ρα σο τα τι φι χα ω",
    "arabic": "با بد تا جا حب دا را سا سم شم عا غا فا قم كا لا ما نو ها يا",
    "hangul": "가 나 다 라 마 바 사 아 자 하 고 노 도 로 모 보 소 오 구 누 두 루 비 시 이 지 현 은 영 봄",
    "han": "青 木 夏 美 月 光 星 海 山 川 花 雨 雪 風 空 夜 春 秋 林 森 田 中 小 大 東 西 南 北 明 白",
    "kana": "あ い う え お か き く こ さ し す せ そ た ち つ て と な に の は ひ ふ ま み む も や ゆ ら り る",
}
NOUNS = {
    "en": (
        "river harbour winter summer mirror shadow light city garden heart road ocean fire window train letter ghost "
        "storm morning midnight paper glass silver gold wolf bird horse moon sun star engine signal island mountain "
        "desert forest bridge tower station room door house kitchen table dream memory secret promise season colour "
        "echo anthem stranger lover dancer sailor soldier king queen tiger swallow lantern compass map ladder wire "
        "radio satellite telephone highway motel diner carnival circus parade thunder lightning rain snow ice smoke "
        "dust ash bone blood skin hand eye mouth voice song rhythm drum guitar piano violin kingdom empire village"
    ),
    "de": "Nacht Regen Sommer Straße Herz Licht Garten Fluss Mädchen Brücke Stern Traum Wald Schatten Küste Zug Höhe",
    "fr": "nuit été pluie cœur lumière rivière jardin étoile ombre fenêtre rêve forêt mer ciel chanson hiver route",
    "es": "noche corazón lluvia verano sueño luna canción camino mañana estrella sombra niño fuego río mar cielo",
    "pt": "noite coração chuva verão sonho lua canção caminho manhã estrela sombra praia fogo rio mar saudade",
    "sv": "natt sommar hjärta ljus sjö höst älv stjärna dröm skog väg måne vår ö bro sång",
    "pl": "noc serce światło deszcz gwiazda droga łąka rzeka cień sen miłość zima morze księżyc",
    "tr": "gece güneş yağmur yıldız rüya deniz ışık çiçek şarkı gölge yol kalp",
}
ADJECTIVES = {
    "en": (
        "slow quiet broken golden hidden northern southern electric paper hollow velvet silent wild endless distant "
        "burning frozen empty little last first lonely crooked gentle heavy bitter sweet crimson violet blue green "
        "black white bright pale ancient modern secret sacred restless fearless careless sleepless weightless"
    ),
    "de": "stille letzte goldene wilde blaue kalte süße schöne",
    "fr": "petite dernière belle douce noire éternelle légère",
    "es": "última pequeña dulce eterna perdida salvaje",
    "pt": "última pequena doce eterna perdida só",
    "sv": "stilla sista gyllene vilda blå långa",
    "pl": "cicha ostatnia złota dzika błękitna słodka",
    "tr": "son sessiz mavi uzun güzel",
}
SURNAMES = "son sen berg stein ford wood well more ley ton man ova etti ani ez ard aux ström"
GENRES = (
    *("Rock", "Pop", "Jazz", "Classical", "Electronic", "Hip-Hop", "Folk", "Country", "Metal", "Blues"),
    *("Reggae", "Soul", "Funk", "Ambient", "House", "Techno", "Punk", "R&B", "Latin", "Indie"),
)
BANDS = ("The {} {}s", "{} {}", "The {}s", "{} & the {}s", "{} of {}", "{}/{}", "{}-{}")
TITLES = ("{a} {n}", "{n}", "The {n}", "{n} of the {m}", "{a} {n} and {m}", "{n} in the {m}", "My {a} {n}", "{n} {m}")
REMARKS = (" (Live)", " - Remastered 2011", " (Acoustic)", " (Radio Edit)", " (Live at the {} Hall)", " (Demo)")
PLAYS_OF_THE_LEAST = 3  # of a popular artist; popularity is Zipf's: the n-th has 1/n of the first
MOST_PLAYS = 3_000_000_000


@dataclass(slots=True)
class InventedTrack:
    title: str
    number: int
    duration_ms: int
    plays: int
    genres: list[str]
    explicit: bool
    featured: int | None = None  # the number of another artist


@dataclass(slots=True)
class InventedAlbum:
    title: str
    year: int
    mbid: str
    tracks: list[InventedTrack] = field(default_factory=list)


@dataclass(slots=True)
class InventedArtist:
    number: int  # counts from 0 within a seed
    name: str
    aliases: str
    mbid: str
    albums: list[InventedAlbum]


def artists(seed: int) -> Iterator[InventedArtist]:
    """Yield artists without end, each with all of their records; each depends on the seed and its number only."""
    number = 0
    while True:
        yield artist(seed, number)
        number += 1


def artist(seed: int, number: int) -> InventedArtist:
    """Return one artist. The MusicBrainz ids are as invented as the rest, so that a second run knows the first."""
    dice = random.Random(f"{seed}/{number}")
    language = dice.choices(list(NOUNS), weights=[12, *[1] * (len(NOUNS) - 1)])[0]
    script = dice.choices(list(SYLLABLES), weights=[14, 1, 1, 1, 1, 1, 1])[0]
    name = _artist_name(dice, script, language)
    fame = min(1 / (1 - dice.random()), 1e6)  # Pareto's law with exponent 1
    genre = dice.choice(GENRES)
    records = [
        _album(dice, script, language, fame=fame, genre=genre, artist_number=number)
        for _ in range(1 + min(int(dice.expovariate(0.9)), 12))
    ]
    aliases = _word(dice, "latin").title() if script != "latin" else ""
    return InventedArtist(number, name, aliases, _mbid(dice), records)


def _album(dice: Random, script: str, language: str, *, fame: float, genre: str, artist_number: int) -> InventedAlbum:
    record = InventedAlbum(_title(dice, script, language), dice.randint(1958, 2026), _mbid(dice))
    songs = dice.randint(7, 14) if dice.random() < 0.7 else dice.randint(1, 4)
    for number in range(1, songs + 1):
        title = _title(dice, script, language)
        if record.tracks and dice.random() < 0.08:
            title = dice.choice(record.tracks).title + dice.choice(REMARKS).format(_word(dice, "latin").title())
        others = [genre] if dice.random() < 0.8 else [genre, dice.choice(GENRES)]
        track = InventedTrack(
            title=title,
            number=number,
            duration_ms=int(dice.triangular(90_000, 420_000, 215_000)),
            plays=int(min(PLAYS_OF_THE_LEAST * fame * (1 / (1 - dice.random()) - 1), MOST_PLAYS)),
            genres=list(dict.fromkeys(others)),
            explicit=dice.random() < 0.06,
        )
        if artist_number and dice.random() < 0.05:
            track.featured = dice.randrange(max(0, artist_number - 50), artist_number)
        record.tracks.append(track)
    return record


def _artist_name(dice: Random, script: str, language: str) -> str:
    if script in {"han", "kana"}:
        return "".join(dice.choices(SYLLABLES["han"].split(), k=2)) + "".join(
            dice.choices(SYLLABLES["kana"].split(), k=dice.randint(2, 3))
        )
    if script != "latin":
        return f"{_word(dice, script).title()} {_word(dice, script).title()}"
    if dice.random() < 0.55:
        return f"{_word(dice, 'latin').title()} {(_word(dice, 'latin') + dice.choice(SURNAMES.split())).title()}"
    nouns = NOUNS[language].split()
    first = dice.choice([_word(dice, "latin"), dice.choice(nouns), dice.choice(ADJECTIVES[language].split())])
    return dice.choice(BANDS).format(first.title(), dice.choice(nouns).title())


def _title(dice: Random, script: str, language: str) -> str:
    if script in {"han", "kana"} and dice.random() < 0.7:
        signs = (SYLLABLES["han"] + " " + SYLLABLES["kana"]).split()
        return "".join(dice.choices(signs, k=dice.randint(2, 7)))
    if script != "latin" and dice.random() < 0.7:
        return " ".join(_word(dice, script) for _ in range(dice.randint(1, 3))).capitalize()
    nouns = NOUNS[language].split()
    if dice.random() < 0.25:
        nouns = [_word(dice, "latin")]
    shape = dice.choice(TITLES) if language == "en" else dice.choice(("{a} {n}", "{n}", "{n} {m}"))
    title = shape.format(
        a=dice.choice(ADJECTIVES[language].split()), n=dice.choice(nouns), m=dice.choice(NOUNS[language].split())
    )
    return title.title() if language == "en" else title[:1].upper() + title[1:]


def _word(dice: Random, script: str) -> str:
    return "".join(dice.choices(SYLLABLES[script].split(), k=dice.randint(2, 4)))


def _mbid(dice: Random) -> str:
    return str(UUID(int=dice.getrandbits(128), version=4))
