"""The rules of deploy/prometheus: promtool tries them on figures, and they ask for what `/metrics` really tells."""

import re
import subprocess
from typing import Any

import pytest
import yaml
from django.conf import settings as configured
from django.test import Client
from django.urls import get_resolver
from django.utils.module_loading import import_string

from playback import beacons
from spotify_lite import metrics
from spotify_lite.tests import rig
from spotify_lite.tests.rig.scrape import Scrape
from spotify_lite.tests.rig.server import ROOT
from spotify_lite.tests.test_permissions import addresses

FOLDER = ROOT / "deploy" / "prometheus"
NAME = re.compile(r"spotify_lite_(\w+?)(_bucket|_count|_sum)?\b(?:\{([^}]*)\})?")
MATCH = re.compile(r'(\w+)(=~|=|!=)"([^"]*)"')
MEASURED = {"database_up", "database_durable", "replica_lag_seconds", "edge_up", "work", "work_oldest_seconds"}


def promtool(*words: str) -> str:
    command = [rig.need("promtool", package="prometheus"), *words]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> dict[str, str]:
    return {rule["alert"]: rule["expr"] for rule in rules() if "alert" in rule}


def test_alerts_fire_where_they_should_and_nowhere_else() -> None:
    assert "SUCCESS" in promtool("test", "rules", "tests.yml")


def test_prometheus_takes_its_configuration() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "config", "prometheus.yml")


def test_each_alert_is_tried_firing_and_quiet() -> None:
    tried = [one for case in yaml.safe_load((FOLDER / "tests.yml").read_text())["tests"]
             for one in case.get("alert_rule_test", [])]  # fmt: skip
    assert {one["alertname"] for one in tried if one.get("exp_alerts")} == set(alerts())
    assert {one["alertname"] for one in tried if not one.get("exp_alerts")} == set(alerts())


def test_the_readme_says_of_each_alert_what_to_do() -> None:
    readme = (ROOT / "README.md").read_text()
    assert not [name for name in alerts() if f"| `{name}` |" not in readme]


@pytest.mark.django_db
def test_rules_ask_for_what_is_told(client: Client) -> None:
    """A figure that was renamed would never alarm anybody again."""
    import_string(configured.MEDIA_SERVER)  # which only the front loads
    told = {one.name for one in Scrape(client.get("/metrics").content.decode()).samples}
    declared = {metric.name.removeprefix("spotify_lite_") for metric in metrics._registry.collect()}
    assert {f"spotify_lite_{name}" for name in ("database_up", "database_durable")} <= told
    routes = set(addresses(get_resolver()))
    for rule in rules():
        for name, part, matchers in NAME.findall(rule["expr"]):
            known = name.removesuffix("_total")
            assert known in declared or name in MEASURED, name
            asked = {label: words.split("|") for label, _, words in MATCH.findall(matchers)}
            for label, words in asked.items():
                if label == "le":
                    bounds = metrics._registry._names_to_collectors[f"spotify_lite_{name}"]._upper_bounds
                    assert float(words[0]) in bounds, (name, words)
                elif label == "source":
                    assert set(words) <= set(beacons.SOURCES)
                elif label == "route":
                    assert set(words) <= routes
            assert part != "_sum"


def test_every_node_of_compose_is_looked_at() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    port = services["web-1"]["environment"]["METRICS_PORT"]
    [job] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert job["job_name"] == "spotify-lite"
    [group] = job["static_configs"]
    assert set(group["targets"]) == {f"{name}:{port}" for name in ("web-1", "web-2", "worker")}
    for name in ("web-1", "web-2", "worker"):
        assert set(services[name]["networks"]) & set(services["prometheus"]["networks"])
