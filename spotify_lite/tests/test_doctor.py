"""The doctor names what is missing and lives without what only degrades."""

import pytest
from django.core.management import CommandError, call_command


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
