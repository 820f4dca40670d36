"""The doctor before real storages, edges and brokers that are well, wrong, silent or gone; it never hangs or tells."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from django.core.management import CommandError, call_command

from catalog import looks as catalog_looks
from playback import looks as playback_looks
from spotify_lite import celery, doctor
from spotify_lite.places import Edge
from spotify_lite.tests.rig import edge, faults, redis, s3

pytestmark = [pytest.mark.rig, pytest.mark.xdist_group("doctor")]

KEY = "k" * 20 + "4f3a" * 11


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.Storage]:
    with s3.storage(tmp_path_factory.mktemp("doctor")) as running:
        yield running


@pytest.fixture
def kept(settings: Any, storage: s3.Storage) -> s3.Storage:
    """Return the storage, as the settings name it."""
    settings.ORIGINS = (storage.origin,)
    settings.S3_ACCESS_KEY, settings.S3_SECRET_KEY = storage.access_key, storage.secret_key
    settings.PUBLIC_URL, settings.UPLOAD_ENDPOINT = "https://music.example", storage.endpoint
    return storage


def of(origin: Any) -> dict[str, str]:
    """Return states by words."""
    return {found.words: found.state for found in catalog_looks.look_at(origin)}


def test_storage_that_can_hold_media_is_well_and_nothing_stays_in_it(kept: s3.Storage, settings: Any) -> None:
    found = of(kept.origin)
    assert [words for words, state in found.items() if state == doctor.OK and "takes, keeps once" in words]
    assert doctor.MISSING not in found.values()
    assert kept.names() == kept.names(kept.origin.masters) == []
    settings.UPLOAD_ENDPOINT = settings.PUBLIC_URL
    assert set(of(kept.origin).values()) == {doctor.OK}


def test_rules_for_browsers_are_looked_at(kept: s3.Storage, settings: Any) -> None:
    rule = {"AllowedOrigins": ["https://other.example"], "AllowedMethods": ["POST"], "AllowedHeaders": ["*"]}
    client = kept.client()
    client.put_bucket_cors(Bucket=kept.origin.masters, CORSConfiguration={"CORSRules": [rule]})
    assert [words for words, state in of(kept.origin).items() if state == doctor.WARNING and "CORS" in words]
    rule["AllowedOrigins"].append(settings.PUBLIC_URL)
    client.put_bucket_cors(Bucket=kept.origin.masters, CORSConfiguration={"CORSRules": [rule]})
    assert set(of(kept.origin).values()) == {doctor.OK}
    client.delete_bucket_cors(Bucket=kept.origin.masters)


def test_bucket_that_is_not_there_is_named_with_its_command(kept: s3.Storage, settings: Any) -> None:
    other = type(kept.origin)("local", kept.endpoint, "elsewhere")
    [(words, state)] = of(other).items()
    assert state == doctor.MISSING
    assert "elsewhere and no bucket elsewhere-masters: run `manage.py make_buckets`" in words
    settings.ORIGINS = (other,)
    call_command("make_buckets", verbosity=0)
    assert doctor.MISSING not in of(other).values()
    call_command("make_buckets", verbosity=0)  # twice is no mistake


def test_wrong_keys_are_told_without_the_keys(kept: s3.Storage, settings: Any) -> None:
    settings.S3_SECRET_KEY = "another-secret-of-forty-characters-00000"
    [(words, state)] = of(kept.origin).items()
    assert state == doctor.MISSING
    assert not [secret for secret in (settings.S3_SECRET_KEY, kept.secret_key, kept.access_key) if secret in words]


@pytest.mark.django_db
def test_storage_that_is_gone_or_says_nothing_is_missing_and_soon_told(
    kept: s3.Storage, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.QUEUE_DIR = settings.MEDIA_DIR / "queue"
    with faults.proxy(kept.port) as proxy:
        settings.ORIGINS = (type(kept.origin)("local", proxy.url, kept.bucket),)
        for fault in ({"refuse": True}, {"black_hole": True}):
            proxy.spoil(**fault)
            begun = time.monotonic()
            with pytest.raises(CommandError, match="origin local"):
                call_command("doctor")
            assert time.monotonic() - begun < doctor.PATIENCE + 5
            assert "does not answer" in capsys.readouterr().out


def test_edge_is_asked_whether_it_knows_us_and_refuses_others(kept: s3.Storage, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_SIGNING_KEYS, settings.MEDIA_SIGNING_KID = {"a": KEY}, "a"
    with edge.pop(tmp_path / "pop", origins=[kept], keys={"a": KEY}) as pop:
        look = lambda: list(playback_looks.look_at(pop.edge, None))  # noqa: E731 - asked again after each change
        assert [found.state for found in look()] == [doctor.OK]

        settings.MEDIA_SIGNING_KEYS = {"a": KEY, "b": KEY[::-1]}
        [found] = look()
        assert (found.state, "key b" in found.words) == (doctor.WARNING, True)
        settings.MEDIA_SIGNING_KID = "b"
        [found] = look()
        assert (found.state, "new keys go to the edges first" in found.words) == (doctor.MISSING, True)
        assert KEY[::-1] not in found.words

        settings.MEDIA_SIGNING_KEYS, settings.MEDIA_SIGNING_KID = {"a": KEY}, "a"
        (pop.cache / "drain").touch()
        wait_for(lambda: pop.health()["status"] == "draining")
        [found] = look()
        assert (found.state, "draining" in found.words) == (doctor.WARNING, True)
    [found] = look()
    assert (found.state, "sent elsewhere" in found.words) == (doctor.WARNING, True)


def test_something_else_at_an_edge_is_missing(kept: s3.Storage, settings: Any) -> None:
    """A storage that refuses everybody is no edge, though it refuses what is not signed too."""
    found = list(playback_looks.look_at(Edge("one", "local", kept.endpoint), None))
    assert doctor.MISSING in {one.state for one in found}


@pytest.mark.parametrize(("ahead", "told"), [(0, False), (1, False), (-90, True), (30, True)])
def test_clocks_that_differ_are_told(ahead: int, told: bool) -> None:
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + ahead))
    answer = urllib3.HTTPResponse(headers={"Date": date})
    assert bool(list(playback_looks._clock("edge one", answer))) is told


def test_broker_that_may_forget_is_told(settings: Any, tmp_path: Any) -> None:
    with redis.store(tmp_path / "broker", "broker") as broker, redis.store(tmp_path / "cache", "cache") as cache:
        settings.BROKER_URL = broker.url
        assert doctor.queue(celery.app).state == doctor.OK
        settings.BROKER_URL = cache.url
        found = doctor.queue(celery.app)
        assert (found.state, "noeviction" in found.words) == (doctor.WARNING, True)
        settings.REDIS_URL = cache.url
        [found] = doctor.shared_cache()
        assert (found.state, "must forget" in found.words) == (doctor.WARNING, True)
        settings.BROKER_URL = broker.url.replace(broker.password, "wrong-password")
        found = doctor.queue(celery.app)
        assert (found.state, "wrong-password" in found.words) == (doctor.WARNING, False)
    settings.BROKER_URL = broker.url
    assert doctor.queue(celery.app).state == doctor.WARNING


def test_look_that_hangs_or_raises_is_given_up_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.3)

    def hangs() -> list[doctor.Finding]:
        time.sleep(30)
        return []

    def raises() -> list[doctor.Finding]:
        raise RuntimeError("redis://:a-password@cache")

    found = list(doctor.side_by_side({"one": hangs, "two": raises}))
    assert [(one.subject, one.state) for one in found] == [("one", doctor.MISSING), ("two", doctor.MISSING)]
    assert "a-password" not in found[1].words


def wait_for(until: Any) -> None:
    end = time.monotonic() + 10
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)
