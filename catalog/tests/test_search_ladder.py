"""The ladder, rung by rung: a search answers 200 in time, with what a slow, locked or dead database leaves of it."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import psycopg
import pytest

from catalog.search import budget, pulse
from spotify_lite.tests.rig import faults, lack, postgres, server
from spotify_lite.tests.rig.searchers import Answer, ask

pytestmark = [pytest.mark.rig, pytest.mark.slow, pytest.mark.xdist_group("search ladder")]

TRACKS = 200
HEAD = 9  # of them, in a tier of their own
ARTIST, SONG = "Halcyon Pike", "Tideline"
KEPT, MISSPELT, THIN = "tideline halcyon", "tidelime halcyon", "halcyon"
SLACK = 0.6  # seconds: a server, a proxy and PostgreSQL share two cores with other tests
WITHIN = 15.0  # seconds in which a state is reached, or is over
SHEET = "artist\ttitle\talbum\tplays\n" + "".join(
    f"{ARTIST}\t{SONG} {number or ''}\tSlow Harbour\t{1000 - number}\n" for number in range(TRACKS)
)


@dataclass
class Line:
    """A server, and the proxy between it and its database."""

    node: server.Server
    proxy: faults.Proxy
    url: str  # of the database itself

    def until(self, stage: int, query: str, *, tracks: bool = False) -> Answer:
        """Ask until the answer is of a stage, with `tracks`: how slow a database is shows after a few statements."""
        ends = time.monotonic() + WITHIN
        while (told := ask(self.node, query)).stage != stage or (tracks and not told.tracks):
            assert told.status == 200
            assert time.monotonic() < ends, told
            time.sleep(0.05)
        return told


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    if postgres.programs() is None:
        lack(f"the Debian package {postgres.PACKAGE}")
    place = tmp_path_factory.mktemp("ladder")
    sheet = place / "songs.tsv"
    sheet.write_text(SHEET)
    with postgres.cluster() as url:
        port = int(url.rpartition(":")[2].partition("/")[0])
        filled = server.environment(place / "var", server.free_port(), {"DATABASE_URL": url})
        server.manage(filled, "migrate", "--verbosity=0")
        server.manage(filled, "import_catalog", str(sheet))
        with psycopg.connect(url) as connection:
            first = connection.execute("SELECT sid FROM search_track ORDER BY sid OFFSET %s LIMIT 1", [HEAD]).fetchone()
            assert first
            connection.execute("INSERT INTO search_tier (kind, tier, sid) VALUES ('track', 'head', %s)", first)
        with faults.proxy(port, http=False) as proxy:
            behind = {"DATABASE_URL": url.replace(f":{port}/", f":{proxy.port}/")}
            with server.running(place / "var", migrate=False, extra=behind) as node:
                yield Line(node, proxy, url)


@pytest.fixture
def line(running: Line) -> Line:
    """Return a line that is in order, on which `KEPT` was asked for."""
    running.proxy.heal()
    running.until(0, KEPT)
    return running


def test_all_of_it_where_there_is_time(line: Line) -> None:
    told = line.until(0, MISSPELT, tracks=True)
    assert not told.partial


def test_misspelt_words_are_not_mended_where_a_statement_takes_long(line: Line) -> None:
    line.proxy.spoil(latency=0.15)
    told = line.until(1, MISSPELT)
    assert told.partial
    assert told.seconds < budget.WHOLE + 0.15 + SLACK


def test_only_the_most_popular_are_told_where_later_tiers_would_take_too_long(line: Line) -> None:
    assert len(line.until(0, THIN).tracks) == 10
    line.proxy.spoil(latency=0.15)
    told = line.until(2, THIN)
    assert told.partial
    assert len(told.tracks) == HEAD


def test_first_letters_answer_where_the_postings_do_not(line: Line) -> None:
    with psycopg.connect(line.url) as locking, closing(locking):
        locking.execute("LOCK TABLE search_artist IN ACCESS EXCLUSIVE MODE")
        told = line.until(3, KEPT, tracks=True)
        locking.rollback()
    assert told.partial


def test_what_was_found_before_is_told_where_there_is_time_for_its_rows_alone(line: Line) -> None:
    line.proxy.spoil(latency=0.5)
    told = line.until(4, KEPT, tracks=True)
    assert told.partial
    assert told.seconds < budget.WHOLE + 0.5 + SLACK


@pytest.mark.parametrize("fault", [{"refuse": True}, {"black_hole": True}], ids=["refused", "swallowed"])
def test_a_dead_database_costs_all_hits_and_no_answer(line: Line, fault: dict[str, bool]) -> None:
    line.proxy.spoil(**fault)
    told = line.until(5, "something else")
    assert (told.partial, told.tracks) == (True, ())
    kept = ask(line.node, KEPT)
    assert (kept.status, kept.partial, kept.tracks) == (200, True, ())
    assert kept.seconds < pulse.DEAD  # it is not asked
    line.proxy.heal()
    line.until(0, KEPT, tracks=True)
