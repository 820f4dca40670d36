"""A sheet from another system is taken in row by row: what is wrong is told by its number, and the rest is there."""

import gzip
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import credits, search  # noqa: A004
from catalog.cells import COLUMNS
from catalog.models import Album, Artist, Credit, Genre, SearchChange, Track
from catalog.sheets import LONGEST, Refused, Sheet, Unusable
from catalog.tests import recounts

HEAD = "\t".join(COLUMNS)
ROWS = [
    "Sigur Rós\tVictory Rose\tÁgætis byrjun\tSvefn-g-englar\tPost-Rock; Ambient\t1999\t1\t2\t604000\t0\t1200000\t",
    "Sigur Rós\tVictory Rose\tÁgætis byrjun\tStarálfur\tPost-Rock/Ambient\t1999\t1\t3\t406000\t0\t800000\t",
    "JAY-Z; Kanye West feat. Otis Redding\t\tWatch the Throne\tOtis\tHip-Hop\t2011\t1\t4\t178000\t1\t5000000\t",
    "青木なつみ\tNatsumi Aoki; Aoki\t\t夏の夜\tJ-Pop\t2020\t\t\t\t\t\t",
]


@pytest.fixture
def take(tmp_path, capsys):
    """Import a sheet that is made of lines, or of bytes, and return what was said."""

    def run(content, name="sheet.tsv", status=0, **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else ("\n".join(content) + "\n").encode())
        if not status:
            call_command("import_catalog", str(path), **options)
            return capsys.readouterr().out
        with pytest.raises(CommandError) as raised:
            call_command("import_catalog", str(path), **options)
        assert raised.value.returncode == status
        return f"{capsys.readouterr().out}{raised.value}"

    return run


def rows_of(content):
    return list(Sheet(io.BytesIO(content)).rows())


def refused(*lines, head="artist\ttitle\talbum\tgenre\tyear\tdisc\ttrack\tduration_ms\texplicit\tplays\taudio"):
    """Return the reasons for which lines are refused, by number."""
    content = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in (head, *lines))
    return {row.number: row.reason for row in rows_of(content) if isinstance(row, Refused)}


@pytest.mark.django_db
def test_a_sheet_becomes_tracks_that_are_listed_found_and_counted(take):
    said = take([HEAD, *ROWS])
    assert "4 rows" in said
    assert "Added 4 tracks, 2 albums, 5 artists" in said
    first = Track.objects.select_related("album").get(title="Svefn-g-englar")
    assert (first.album.title, first.album.artist, first.album.tracks_count) == ("Ágætis byrjun", "Sigur Rós", 2)
    assert (first.year, first.disc_number, first.track_number, first.duration_ms) == (1999, 1, 2, 604000)
    assert (first.explicit, first.plays, first.card["genres"]) == (False, 1200000, ["Post-Rock", "Ambient"])
    otis = Track.objects.get(title="Otis")
    people = [(one["name"], one["role"]) for one in otis.card["artists"]]
    assert people == [("JAY-Z", "main"), ("Kanye West", "main"), ("Otis Redding", "featured")]
    assert otis.explicit
    assert otis.album.artist == "JAY-Z, Kanye West"
    single = Track.objects.get(title="夏の夜")
    assert (single.album, single.track_number, single.duration_ms, single.plays) == (None, None, 0, 0)
    assert Genre.objects.get(slug="post-rock").tracks_count == 2
    now = timezone.now()
    assert search.search("sigur ros svefn", kinds=["track"], limit=1, at=now).tracks == [first.id]
    assert search.search("victory rose", kinds=["artist"], limit=1, at=now).artists == [first.card["artists"][0]["id"]]
    assert search.search("watch the throne", kinds=["album"], limit=1, at=now).albums == [otis.album_id]
    assert not SearchChange.objects.exists()
    recounts.compare()


@pytest.mark.django_db
def test_a_song_without_audio_is_shown_and_says_that_it_cannot_be_played(take, client):
    take([HEAD, ROWS[0]])
    track = Track.objects.get()
    told = client.get(f"/api/v1/tracks/{track.id}").json()
    assert (told["title"], told["audio_url"], told["hls_url"], told["dash_url"]) == ("Svefn-g-englar", None, None, None)
    assert client.get("/api/v1/tracks").json()["results"][0]["id"] == track.id
    assert client.get("/api/v1/search?q=svefn").json()["tracks"][0]["audio_url"] is None
    assert client.post(f"/api/v1/tracks/{track.id}/play", "{}", "application/json").status_code == 409
    for page in (f"/tracks/{track.id}", f"/albums/{track.album_id}", "/search?q=svefn", "/"):
        html = client.get(page).content.decode()
        assert "Svefn-g-englar" in html, page
        assert "data-track" not in html, page
        assert "data-play" not in html, page
    assert "Not playable yet" in client.get(f"/albums/{track.album_id}").content.decode()


@pytest.mark.django_db
def test_a_sheet_that_comes_again_adds_nothing_and_one_that_has_grown_what_is_new(take):
    take([HEAD, *ROWS])
    ids = set(Track.objects.values_list("id", flat=True))
    assert "Added 0 tracks, 0 albums, 0 artists; 4 rows were there already" in take([HEAD, *ROWS])
    assert set(Track.objects.values_list("id", flat=True)) == ids
    new = "Sigur Rós\t\tÁgætis byrjun\tFlugufrelsarinn\tPost-Rock\t1999\t1\t4\t466000\t0\t1\t"
    assert "Added 1 tracks, 0 albums, 0 artists; 5 rows" in take([HEAD, *ROWS, new, new.upper()])
    assert Track.objects.count() == 5
    recounts.compare()


@pytest.mark.django_db
def test_a_track_that_is_there_takes_what_it_lacks_and_keeps_what_it_says(take):
    take(["artist\ttitle\tplays\tyear", "Low\tMonkey\t7\t2005", "Low\tSilver Rider\t\t"])
    rest = ["Low\tMonkey\t3\t1999\t258000\tSlowcore\tThe Lows", "Low\tSilver Rider\t90\t2005\t\tIndie\t"]
    assert "2 of them with less" in take(["artist\ttitle\tplays\tyear\tduration_ms\tgenre\taliases", *rest])
    one, other = Track.objects.order_by("id")
    assert (one.plays, one.year, one.duration_ms, one.card["genres"]) == (7, 2005, 258000, ["Slowcore"])
    assert (other.plays, other.year, other.card["year"]) == (90, 2005, 2005)
    assert other.bucket == Credit.objects.get(track=other).bucket < 127
    assert Artist.objects.get().aliases == "The Lows"
    found = search.search("the lows monkey", kinds=["track"], limit=1, at=timezone.now())
    assert found.tracks == [one.id]
    recounts.compare()


@pytest.mark.django_db
def test_what_curators_set_stays_and_their_titles_make_no_second_track(take):
    take([HEAD, *ROWS])
    track = Track.objects.get(title="Starálfur")
    Track.objects.filter(id=track.id).update(
        title="Staralfur", sort_title="staralfur", year=None, curated=["title", "year", "genres"]
    )
    assert "Added 0 tracks" in take([HEAD, *ROWS])
    track.refresh_from_db()
    assert (track.title, track.year) == ("Staralfur", None)


@pytest.mark.django_db
def test_one_name_is_one_artist_in_a_batch_and_across_scripts_of_case(take):
    take(["artist\ttitle\talbum\ttrack", "Moby\tOne\tPlay\t1", "MOBY\tTwo\tplay\t2", "moby \tThree\tPlay\t3"])
    assert Artist.objects.get().name == "Moby"
    assert Album.objects.get().tracks_count == 3
    assert Track.objects.filter(card__artist="MOBY").count() == 1


@pytest.mark.django_db
def test_two_artists_may_have_albums_of_one_title(take):
    take(["artist\ttitle\talbum\ttrack", "ABBA\tA\tGold\t1", "Queen\tA\tGold\t1"])
    assert sorted(Album.objects.values_list("artist", flat=True)) == ["ABBA", "Queen"]


@pytest.mark.django_db
def test_json_lines_say_the_same_as_fields(take):
    names = HEAD.split("\t")
    lines = []
    for row in ROWS:
        told = {name: value for name, value in zip(names, row.split("\t"), strict=True) if value}
        for name in {"year", "disc", "track", "duration_ms", "plays"} & told.keys():
            told[name] = int(told[name])
        if "explicit" in told:
            told["explicit"] = told["explicit"] == "1"
        lines.append(json.dumps(told))
    assert "Added 4 tracks" in take(lines, name="sheet.jsonl")
    assert "Added 0 tracks" in take([HEAD, *ROWS])
    assert "4 rows were there already" in take(gzip.compress("\n".join(lines).encode()), name="sheet.gz")


@pytest.mark.django_db
def test_a_dry_run_writes_nothing_and_says_what_the_run_then_does(take):
    bad = "Somebody\t\t\tBad\t\tnineteen\t\t\t\t\t\t"
    dry = take([HEAD, *ROWS, ROWS[0], bad], dry_run=True, status=1)
    assert "Would add 4 tracks, 2 albums, 5 artists; 1 rows were there already" in dry
    assert 'Row 7 year "nineteen" is no whole number.' in dry
    assert not any(model.objects.exists() for model in (Track, Album, Artist, Genre, SearchChange))
    assert "Added 4 tracks, 2 albums, 5 artists; 1 rows" in take([HEAD, *ROWS, ROWS[0], bad], status=1)
    assert "Would add 0 tracks, 0 albums, 0 artists; 5 rows" in take(
        [HEAD, *ROWS, ROWS[0], bad], dry_run=True, status=1
    )


@pytest.mark.django_db
def test_bad_rows_are_told_by_number_and_the_rest_is_in(take):
    said = take([HEAD, ROWS[0], "\tx\ty\t\t", ROWS[1], "A\tB\tC\tD\tE\tF\tG\tH\tI\tJ\tK\tL\tM\tN", ROWS[2]], status=1)
    assert "Row 3 has no artist." in said
    assert "Row 5 has 14 fields, and the header 12." in said
    assert "2 refused" in said
    assert Track.objects.count() == 3


def test_each_kind_of_bad_row_has_its_reason():
    """What a number cannot be, what a text cannot hold, and names of audio that lead out of the storage."""
    long = "x" * 257
    reasons = refused(
        "A\tT\t\t\tMCMXC",
        "A\tT\t\t\t99",
        "A\tT\t\t\t\t-1",
        "A\tT\t\t\t\t\t99999",
        "A\tT\t\t\t\t\t\t1e308",
        "A\tT\t\t\t\t\t\t\t2",
        "A\tT\t\t\t\t\t\t\t\t" + "9" * 400,
        f"A\t{long}",
        f"{long}\tT",
        "A\tT\x00",
        b"A\t\xff\xfe",
        b"A\tT\xed\xa0\x80",
        "\x01\u202e\tT",
        "A\t   ",
        "A\tT\t\t\t٣",
        "A\tT" + "\t" * 9 + "/etc/passwd",
        "A\tT" + "\t" * 9 + "http://127.0.0.1/x.mp3",
        "A\tT" + "\t" * 9 + "a/../../b.mp3",
        "A\tT" + "\t" * 10,
        b"A\t" + b"t" * 10_000_000,
        "A\tafter it",
    )
    assert list(reasons) == [*range(2, 20), 20, 21]
    assert reasons[2] == 'year "MCMXC" is no whole number'
    assert reasons[3] == 'year "99" is not from 1800 to 2099'
    assert reasons[7] == 'explicit "2" is not from 0 to 1'
    assert reasons[8].endswith("is not from 0 to 1000000000000000")
    assert reasons[9] == "title is longer than 256 characters"
    assert reasons[11] == "holds a NUL"
    assert reasons[12] == "is not UTF-8: byte 3 is 0xff"
    assert reasons[17] == 'audio "/etc/passwd" is no name of an object in the storage'
    assert reasons[20] == "has 12 fields, and the header 11"
    assert reasons[21] == f"is longer than {LONGEST // 1024} KB"


def test_json_of_every_kind_is_read_or_refused():
    lines = [
        '{"artist": "A", "title": "T", "year": 1999, "explicit": true, "album": null}',
        '{"artist": "A", "title": "\\ud800"}',
        '{"artist": "A", "title": "T\\u0000"}',
        '{"artist": "A", "title": ["T"]}',
        '{"artist": "A", "title": "T", "year": 1999.5}',
        '{"artist": "A", "title": "T", "plays": -3}',
        '{"artist": "A", "title": "T", "colour": "red"}',
        '{"artist": "A"}',
        '["A", "T"]',
        '{"artist": "A", "title": "T"',
        "[" * 5000,
        '{"artist": "A", "title": 1999}',
    ]
    rows = rows_of("\n".join(lines).encode())
    assert [row.number for row in rows if isinstance(row, Refused)] == [*range(2, 12)]
    assert (rows[0][1].year, rows[0][1].explicit, rows[0][1].album) == (1999, True, "")
    assert rows[-1][1].title == "1999"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "first line is empty"),
        (b"artist\tname\n", 'Unknown columns: "name"'),
        (b"artist\talbum\n", "no column title"),
        (b"artist\ttitle\tartist\n", "artist is there twice"),
        ("artist\ttitle\n".encode("utf-16"), "UTF-16"),
        ("artist\ttítle\n".encode("latin-1"), "not UTF-8"),
        (b"artist\ttitle\0\n", "NUL"),
        (b"\t".join([b"artist"] * 1_000_000), "longer than 64 KB"),
        (b'[{"artist": "A", "title": "T"}]', "an object a line"),
        (b'{"artist": "A", "titel": "T"}', 'Unknown columns: "titel"'),
        (b"{", "first line is no JSON"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    ],
)
def test_what_is_no_sheet_is_refused_before_anything_is_written(content, words):
    with pytest.raises(Unusable) as raised:
        Sheet(io.BytesIO(content))
    assert words in str(raised.value)


@pytest.mark.django_db
def test_a_file_that_breaks_off_keeps_what_was_in_it(take):
    whole = gzip.compress("\n".join([HEAD, *ROWS, *(f"A\t\t\tTitle {at}" for at in range(20_000))]).encode())
    assert "breaks off after line" in take(whole[: len(whole) // 2], name="cut.gz", status=2)
    assert Track.objects.count() >= 4000
    assert SearchChange.objects.exists()  # whoever comes next makes them found
    assert "Added" in take(whole, name="whole.gz")
    assert Track.objects.count() == 20_004


def test_quotes_are_a_part_of_names_unless_a_program_doubled_them():
    content = 'artist\ttitle\n"Weird Al" Yankovic\t"Heroes"\nX\t"""Heroes"""\nX\t"Say ""Hi"" now"\nX\t"open\nX\t""\n'
    assert [row.title for _, row in rows_of(content.encode())] == [
        *('"Heroes"', '"Heroes"', 'Say "Hi" now', '"open', '""')
    ]


def test_texts_are_cleaned_and_a_mark_of_byte_order_and_ends_of_lines_are_no_part_of_them():
    content = "\ufeffArtist\t Title \r\n  A\u202e\x07  B\tCafe\u0301\r\n\r\n=cmd()\t<script>\r\n".encode()
    assert [(number, row.artist, row.title) for number, row in rows_of(content)] == [
        (2, "A B", "Café"),
        (4, "=cmd()", "<script>"),
    ]


def test_columns_are_as_long_as_the_database_keeps_them():
    assert (credits.NAME_LIMIT, credits.CREDIT_LIMIT) == (256, 512)
    names = "; ".join("n" * 120 for _ in range(4))
    assert not refused(f"{names}\t{'t' * 256}\t{'a' * 256}")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's plan follows statistics, which a test has not")
def test_songs_without_albums_are_looked_up_by_title_and_not_among_all_of_their_kind(take):
    """4,000 rows of one artist took a minute: each walked all tracks without an album."""
    take(["artist\ttitle", "A\tOne"])
    with CaptureQueriesContext(connection) as caught:
        take(["artist\ttitle", "A\tTwo"])
    asked = next(query["sql"] for query in caught.captured_queries if "track.sort_title = given.folded" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked}")
        plan = [row[3] for row in cursor.fetchall()]
    assert any("USING INDEX track_by_title (sort_title=?)" in step for step in plan), plan
