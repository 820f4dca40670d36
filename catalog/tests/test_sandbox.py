"""Readers of untrusted files run behind walls, and one bad file costs itself alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog import sandbox, walls
from catalog.sandbox import Job

READER = "catalog.tests.test_sandbox:reader"
walled = pytest.mark.skipif(not walls.work(), reason="needs bubblewrap (apt-get install bubblewrap)")


def reader(file, do="read"):  # noqa: C901 - a list of crimes
    """Runs in the child."""
    match do:
        case "die":
            os._exit(1)
        case "hang":
            while True:
                pass
        case "hoard":
            return len(bytearray(1 << 40))
        case "babble":
            return "x" * 1_000_000
        case "refuse":
            raise sandbox.Unreadable("is not to my taste")
        case "write":
            Path("/tmp/imp-sandbox-was-here").write_text("x" * 10)
        case "look":
            return [Path(path).exists() for path in ("/etc/passwd", "/proc/1/environ", walls.PROJECT / "manage.py")]
        case "connect":
            import socket

            socket.create_connection(("127.0.0.1", 9), timeout=1)
        case "environment":
            return sorted(os.environ)
    return file.read().decode()


def files(folder: Path, count: int) -> list[str]:
    paths = [folder / f"{place}.txt" for place in range(count)]
    for place, path in enumerate(paths):
        path.write_text(str(place))
    return [str(path) for path in paths]


def test_every_file_is_answered_with_its_own_content(tmp_path):
    paths = files(tmp_path, 500)
    with sandbox.Pool(READER) as pool:
        answers = list(pool.map(Job(path, tag=place) for place, path in enumerate(paths)))
        again = list(pool.map([Job(paths[0])]))
    assert {answer.job.tag: answer.value for answer in answers} == {place: str(place) for place in range(500)}
    first = next(answer for answer in answers if answer.job.tag == 0)
    assert (first.size, first.reason) == (1, "")
    assert again[0].value == "0"


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        ("die", "made the reader fail"),
        ("hang", "took longer than 1 s to read"),
        ("hoard", "needs more memory than a file may"),
        ("babble", "has more in its tags than we keep"),
        ("refuse", "is not to my taste"),
    ],
)
def test_culprit_is_named_and_the_rest_goes_on(do, reason, tmp_path):
    paths = files(tmp_path, 60)
    jobs = [Job(path, {"do": do} if place in {7, 30} else {}, tag=place) for place, path in enumerate(paths)]
    with sandbox.Pool(READER, patience=1.0) as pool:
        answers = {answer.job.tag: answer for answer in pool.map(jobs)}
    assert {place for place, answer in answers.items() if answer.reason} == {7, 30}
    assert answers[7].reason == answers[30].reason == reason
    assert len(answers) == 60


def test_what_is_no_file_is_never_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    names = [tmp_path / "pipe", tmp_path, tmp_path / "none"]
    with sandbox.Pool(READER) as pool:
        reasons = [answer.reason for answer in pool.map(Job(str(path)) for path in names)]
    assert reasons == ["is not a file", "is not a file", "could not be opened: no such file or directory"]


def test_file_names_need_not_be_text(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_text("here")
    with sandbox.Pool(READER) as pool:
        assert [answer.value for answer in pool.map([Job(os.fsdecode(path))])] == ["here"]


@walled
def test_child_sees_no_system_no_network_and_no_secrets(tmp_path):
    path = files(tmp_path, 1)[0]
    with sandbox.Pool(READER, size=1) as pool:
        looked, connected, environment = pool.map(Job(path, {"do": do}) for do in ("look", "connect", "environment"))
    assert looked.value == [False, False, False]
    assert connected.reason  # there is nobody to connect to, nor a way
    assert set(environment.value) <= {"HOME", "LANG", "PATH", "PWD", "LC_CTYPE"}


def test_child_cannot_write(tmp_path):
    with sandbox.Pool(READER, size=1) as pool:
        answer = next(pool.map([Job(files(tmp_path, 1)[0], {"do": "write"})]))
    assert answer.reason
    assert not Path("/tmp/imp-sandbox-was-here").exists() or not Path("/tmp/imp-sandbox-was-here").read_text()


def test_children_end_with_the_pool(tmp_path):
    pool = sandbox.Pool(READER, size=1)
    with pool:
        list(pool.map([Job(files(tmp_path, 1)[0])]))
        process = pool._children[0]._process
        assert process.poll() is None
    assert process.poll() is not None


def run(argv: list[str], **given) -> subprocess.CompletedProcess[str]:
    command = walls.command(argv, **given)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30, cwd=walls.PROJECT)


@walled
def test_command_reads_and_writes_what_it_is_given(tmp_path):
    given, hidden, out = tmp_path / "given", tmp_path / "hidden", tmp_path / "out"
    given.write_text("given")
    hidden.write_text("hidden")
    out.mkdir()
    script = f"cat {given}; cat {hidden}; echo made > {out}/file; echo no > {given}"
    ended = run(["/bin/sh", "-c", script], readable=[given], writable=out)
    assert ended.stdout == "given"
    assert (out / "file").read_text() == "made\n"
    assert given.read_text() == "given"


@pytest.mark.parametrize(
    ("script", "limits"),
    [
        ("while True: pass", {"cpu_s": 1}),
        ("bytearray(1 << 31)", {"memory": 1 << 29}),
        ("open('/tmp/big', 'wb').write(bytes(1 << 22))", {"fsize": 1 << 20}),
    ],
    ids=["cpu", "memory", "file size"],
)
def test_command_ends_at_its_limits(script, limits):
    assert run([sys.executable, "-c", script], **limits).returncode != 0


def test_limits_hold_without_walls(tmp_path, monkeypatch):
    monkeypatch.setattr(walls, "work", lambda: False)
    assert run([sys.executable, "-c", "bytearray(1 << 31)"], memory=1 << 29).returncode != 0
    with sandbox.Pool(READER, patience=2.0) as pool:
        jobs = [Job(path, {"do": do}) for path, do in zip(files(tmp_path, 3), ("read", "die", "read"), strict=True)]
        assert sorted(answer.reason for answer in pool.map(jobs)) == ["", "", "made the reader fail"]
