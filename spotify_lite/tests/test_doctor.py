"""The doctor names what is missing and lives without what only degrades."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from catalog import derived, looks, search
from catalog.models import SearchBuild, SearchState
from catalog.search import postgres_filling, state
from spotify_lite import doctor


@pytest.mark.django_db
def test_healthy_installation_passes(capsys, settings, tmp_path):
    settings.QUEUE_DIR = tmp_path
    tmp_path.chmod(0o700)
    call_command("doctor")
    assert "all applied" in capsys.readouterr().out


@pytest.mark.django_db
def test_missing_media_folder_fails_with_its_name(capsys, settings, tmp_path):
    settings.QUEUE_DIR = tmp_path / "queue"
    settings.MEDIA_DIR = tmp_path / "gone"
    with pytest.raises(CommandError, match="media"):
        call_command("doctor")
    assert "gone is not a folder" in capsys.readouterr().out


@pytest.mark.django_db
def test_open_queue_folder_is_a_warning(capsys, settings, tmp_path):
    settings.QUEUE_DIR = tmp_path
    tmp_path.chmod(0o755)
    call_command("doctor")
    assert "who can write there runs tasks" in capsys.readouterr().out


@pytest.mark.django_db
def test_search_index_is_told_by_what_it_holds(make_track):
    make_track("Nothing Else Matters", artist="Metallica")
    search.index_pending()
    found = looks.search_index()
    assert found.state == doctor.OK, found
    assert "1 tracks, 1 artists, " in found.words
    assert f"layout {state.LAYOUT}, " in found.words
    assert "0 changes wait" in found.words


@pytest.mark.django_db
def test_changes_that_no_worker_takes_are_a_warning(make_track):
    changed = make_track("One")
    search.index_pending()
    derived.note_search_changes("track", [changed.id])
    found = looks.search_index()
    assert (found.state, found.words.endswith("1 changes wait; nobody takes them: does a worker run?")) == (
        doctor.WARNING,
        True,
    )


@pytest.mark.django_db
def test_index_of_other_code_or_in_the_building_is_told():
    SearchState.objects.update_or_create(id=1, defaults={"layout": state.NEVER_BUILT})
    SearchBuild.objects.create(
        id=1, index="search_12345678", layout=state.LAYOUT, step="documents", kind="album", started_at=timezone.now()
    )
    found = looks.search_index()
    assert found.state == doctor.WARNING
    assert "UTC, at albums; it was never built" in found.words
    SearchState.objects.update(layout=state.LAYOUT + 1)
    assert f"newer code built it, and this has layout {state.LAYOUT}: " in looks.search_index().words


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has indexes of popular documents")
def test_index_of_popular_documents_that_is_not_there_is_a_warning(make_track, monkeypatch):
    monkeypatch.setitem(postgres_filling.TIERS, "head", {1: 1})
    make_track("One")
    make_track("Two")
    search.index_pending()
    found = looks.search_index()
    assert found.state == doctor.WARNING
    assert "without the head of tracks" in found.words
