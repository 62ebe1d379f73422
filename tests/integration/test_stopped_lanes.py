"""A lane that was stopped stays stopped, is told of, and goes on when a person says so."""

import json
from pathlib import Path

import pytest

from infra.stopped_lanes import (
    LaneStoppedError,
    note_stopped,
    require_not_stopped,
    resume_lane,
    stopped_lanes,
    why_stopped,
)
from schemas.errors import RefusedError
from schemas.lane import Lane
from schemas.person import PersonId
from schemas.trouble import Severity

WANG = PersonId("wang")


def test_a_stopped_lane_is_a_critical_trouble_and_the_other_goes_on(tmp_path: Path) -> None:
    note_stopped(tmp_path, Lane.GENERAL, "all parked")

    troubles = stopped_lanes(tmp_path)

    assert [(t.key, t.severity) for t in troubles] == [("lane-stopped:general", Severity.CRITICAL)]
    assert "all parked" in troubles[0].sentence
    require_not_stopped(tmp_path, Lane.SAFETY)
    with pytest.raises(LaneStoppedError, match="the lane general stands since"):
        require_not_stopped(tmp_path, Lane.GENERAL)


def test_nothing_stopped_is_no_trouble(tmp_path: Path) -> None:
    assert stopped_lanes(tmp_path) == []


def test_a_lane_that_goes_on_leaves_who_said_so_and_why(tmp_path: Path) -> None:
    note_stopped(tmp_path, Lane.GENERAL, "all parked")

    resume_lane(tmp_path, Lane.GENERAL, by=WANG, reason="the reader is mended")

    (kept,) = (tmp_path / "stopped").glob("*.resumed.json")
    said = json.loads(kept.read_text("utf-8"))
    assert (said["resumed_by"], said["resumed_because"]) == ("wang", "the reader is mended")
    assert said["stopped_because"] == "all parked"
    assert why_stopped(tmp_path, Lane.GENERAL) is None


def test_a_lane_that_does_not_stand_can_not_go_on(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="it wasn't stopped"):
        resume_lane(tmp_path, Lane.GENERAL, by=WANG, reason="to be sure")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"reason": 1, "since": "yesterday"}'])
def test_a_file_that_can_not_be_read_still_holds_the_lane(tmp_path: Path, content: str) -> None:
    (tmp_path / "stopped").mkdir()
    (tmp_path / "stopped" / "general.json").write_text(content)

    assert why_stopped(tmp_path, Lane.GENERAL) is not None
    assert len(stopped_lanes(tmp_path)) == 1
