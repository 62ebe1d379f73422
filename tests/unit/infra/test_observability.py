"""Board, alert rules and scrape example name metrics that are there, and promtool takes them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from infra.metric_list import METRICS, Sort

FOLDER: Final = Path(__file__).parents[3] / "infra" / "observability"
NAMED: Final = re.compile(r"\boffsite_[a-z_]+")
LABELLED: Final = re.compile(r"(offsite_[a-z_]+)\{([^}]*)\}")


def told() -> set[str]:
    """Every series that a metric of the list has."""
    plain = {metric.exposed for metric in METRICS if metric.sort is not Sort.HISTOGRAM}
    parts = ("_bucket", "_sum", "_count")
    return plain | {
        metric.name + part for metric in METRICS if metric.sort is Sort.HISTOGRAM for part in parts
    }


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "board.json").read_text("utf-8"))["panels"]
    return found


def asked() -> list[str]:
    """Every expression of rules and board."""
    return [rule["expr"] for rule in rules()] + [
        target["expr"] for panel in panels() for target in panel["targets"]
    ]


def test_every_metric_that_is_asked_for_is_on_the_list() -> None:
    named = {name for expression in asked() for name in NAMED.findall(expression)}

    assert named - told() == set()


def test_every_metric_of_the_list_is_on_the_board_or_in_a_rule() -> None:
    named = {name for expression in asked() for name in NAMED.findall(expression)}

    unseen = [
        metric.name for metric in METRICS if not any(name.startswith(metric.name) for name in named)
    ]

    assert unseen == []


def test_only_labels_that_a_metric_has_are_asked_for() -> None:
    labels = {metric.exposed: set(metric.labels) for metric in METRICS}
    labels |= {f"{metric.name}_bucket": {*metric.labels, "le"} for metric in METRICS}

    wrong = [
        (name, asked_for)
        for expression in asked()
        for name, inside in LABELLED.findall(expression)
        for asked_for in re.findall(r"(\w+)\s*(?:=~|!=|=)", inside)
        if asked_for not in labels[name]
    ]

    assert wrong == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_a_rule_says_how_bad_it_is_and_what_it_means(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"]


def test_panels_do_not_lie_over_one_another() -> None:
    cells = [
        (x, y)
        for panel in panels()
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("check", "rules", "alerts.yaml"), id="rules"),
        pytest.param(("check", "config", "prometheus.yaml"), id="scrape-example"),
        pytest.param(("test", "rules", "alerts_test.yaml"), id="rules-tested"),
    ],
)
def test_promtool_takes_it(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["promtool", *words], cwd=FOLDER, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
