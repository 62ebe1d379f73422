"""The demo, as a stranger runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import services

FROM_CAMERAS = {
    ("safety", "zero-tolerance", "school-gate", "09012"),
    ("general", "soft", "school-gate", "09009"),
    ("general", "soft", "market-street", "09006"),
    ("general", "soft", "market-street", "09005"),
}
FROM_THE_PLATFORM = {
    ("safety", "zero-tolerance", None, "09012"),
    ("safety", "service", None, "01001"),
    ("general", "soft", None, "06010"),
    ("general", "service", None, "06042"),
    ("general", "triage", None, None),
}


def test_the_demo_shows_both_lanes_with_pictures_and_the_sum_comes_out(tmp_path: Path) -> None:
    if reason := services.why_no_kafka() or services.why_no_postgres():
        pytest.skip(reason)
    out = tmp_path / "demo"

    done = subprocess.run(
        [sys.executable, "-m", "infra.cli.main", "demo", "--out", str(out)],
        env={name: value for name, value in os.environ.items() if not name.startswith("OFFSITE_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert {
        (case["lane"], case["track"], case["camera"], (case["matter"] or "").split("|")[-1] or None)
        for case in summary["cases"]
    } == FROM_CAMERAS | FROM_THE_PLATFORM
    pictures = [Path(case["evidence"]) for case in summary["cases"] if case["camera"]]
    assert len(pictures) == len(FROM_CAMERAS)
    assert all(path.read_bytes().startswith(b"\xff\xd8") for path in pictures)
    assert summary["accepted"] == summary["expected"] == summary["outcomes"] == 20
    assert summary["waiting"] == summary["difference"] == summary["losses"] == 0
    assert summary["seconds"] > 0
    assert "accepted 20 (journal)   expected 20 − outcomes 20 − waiting 0 = 0" in done.stdout
    assert not (out / "data" / "running.json").exists()


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")

    done = subprocess.run(
        [sys.executable, "-m", "infra.cli.main", "demo", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "no demo made it" in done.stderr
    assert (tmp_path / "letters.txt").read_text() == "mine"
