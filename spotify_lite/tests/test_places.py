"""ORIGINS and EDGES: what is read from them, and what stops the start."""

import pytest

from spotify_lite import places
from spotify_lite.places import Edge, Origin


def test_origins_are_read_in_order():
    assert places.origins(["eu:https://s3.eu.example/music", "us:http://10.0.0.5:8333/music-us/"]) == (
        Origin("eu", "https://s3.eu.example", "music"),
        Origin("us", "http://10.0.0.5:8333", "music-us"),
    )


def test_masters_have_a_bucket_of_their_own():
    assert Origin("eu", "https://s3.eu.example", "music").masters == "music-masters"


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [
        ("https://s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://s3-us-west-2.amazonaws.com", "us-west-2"),
        ("https://minio.example", "us-east-1"),
        ("http://127.0.0.1:8333", "us-east-1"),
    ],
)
def test_signatures_are_for_the_region_in_the_host(endpoint: str, region: str):
    assert Origin("eu", endpoint, "music").signing_region == region


def test_edges_are_read_in_order():
    assert places.edges(["fra-1:eu:https://fra.example", "iad-1:us:http://127.0.0.1:9001/"]) == (
        Edge("fra-1", "eu", "https://fra.example"),
        Edge("iad-1", "us", "http://127.0.0.1:9001"),
    )


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "eu",
        "eu:",
        "https://s3.example/music",
        "eu:s3.example/music",
        "eu:ftp://s3.example/music",
        "eu:https://s3.example",
        "eu:https://s3.example/",
        "eu:https://s3.example/music/prefix",
        "eu:https://key:secret@s3.example/music",
        "EU:https://s3.example/music",
        "e u:https://s3.example/music",
        f"{'e' * 33}:https://s3.example/music",
    ],
)
def test_an_entry_that_is_no_origin_is_refused_with_an_example(entry: str):
    with pytest.raises(places.Wrong, match=r"such as 'eu:https://s3\.example\.org/music'"):
        places.origins([entry])


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "fra",
        "fra:eu",
        "fra:https://fra.example",
        "fra:eu:fra.example",
        "fra:eu:https://fra.example/media",
        "fra:eu:https://fra.example?x=1",
        "fra:eu:https://me@fra.example",
        "Fra:eu:https://fra.example",
        "fra:e_u:https://fra.example",
    ],
)
def test_an_entry_that_is_no_edge_is_refused_with_an_example(entry: str):
    with pytest.raises(places.Wrong, match=r"such as 'fra-1:eu:https://fra-1\.example\.org'"):
        places.edges([entry])


@pytest.mark.parametrize(
    "entry",
    ["", "eu", "eu:", "mysql://u:hidden@h/x", "Eu:postgres://u:hidden@h/x", "postgres://u:hidden@", "postgres:///x"]
    + [f"postgres://u:hidden@h:{port}/x" for port in ("abc", "99999")],
)
def test_an_entry_that_is_no_replica_is_refused_with_an_example_and_not_repeated(entry: str):
    with pytest.raises(places.Wrong, match="such as 'eu:postgres://user:password@host/name'") as refused:
        places.replicas([entry], home="eu", primary="")
    assert "hidden" not in str(refused.value)


def test_a_replica_is_in_its_region_or_at_home_and_is_not_the_server_that_it_follows():
    one, two = "postgres://a:b@one/music", "us:postgres://a:b@two:5433/music"
    found = places.replicas([one, two], home="eu", primary="postgres://a:b@two/music")
    assert found == (places.Replica("eu", one), places.Replica("us", two.removeprefix("us:")))
    with pytest.raises(places.Wrong, match="REPLICA_URLS names the server of DATABASE_URL"):
        places.replicas([one], home="eu", primary="postgres://x:y@ONE:5432/music")
    with pytest.raises(places.Wrong, match="REPLICA_URLS names one place twice"):
        places.replicas([one, "us:postgres://x:y@one:5432/music"], home="eu", primary="")


def test_a_place_is_named_once():
    with pytest.raises(places.Wrong, match="ORIGINS names one place twice"):
        places.origins(["eu:https://a.example/music", "eu:https://b.example/music"])
    with pytest.raises(places.Wrong, match="EDGES names one place twice"):
        places.edges(["fra:eu:https://a.example", "fra:us:https://b.example"])
