"""How a camera does, from what it said of the last hour; and what lies in spools."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from infra.health.cameras import camera_health
from infra.health.report import CameraHealth, Hidden, Spooled
from infra.health.spools import spools_in
from schemas.ids import CameraId
from schemas.signal import SignalKind, StreamSignal
from tests.support.healths import NOW, a_camera, ago

LOOKED, BLIND, LOST = SignalKind.LOOKED, SignalKind.BLIND, SignalKind.SOURCE_LOST


def said(kind: SignalKind, from_s_ago: float, until_s_ago: float) -> StreamSignal:
    return StreamSignal(
        camera=CameraId("cam-07"),
        kind=kind,
        from_at=ago(from_s_ago),
        until_at=ago(until_s_ago),
        text="dark",
    )


def told(*signals: StreamSignal, looked_s_ago: float | None = None) -> CameraHealth:
    return camera_health(
        a_camera().seen,
        signals,
        now=NOW,
        expected=None,
        last_looked_at=None if looked_s_ago is None else ago(looked_s_ago),
        has_ended=False,
    )


def test_the_last_hour_is_cut_up_into_looked_hidden_and_nobody() -> None:
    found = told(said(LOOKED, 3600, 600), said(BLIND, 1000, 900), looked_s_ago=600)

    assert found.hour is not None
    assert found.hour.looked == timedelta(seconds=2900)
    assert sum(found.hour.hidden.values(), timedelta(0)) == timedelta(seconds=100)
    assert found.hour.unaccounted == timedelta(seconds=600)


def test_a_camera_that_tells_nothing_of_its_looking_has_no_hour() -> None:
    assert told().hour is None


@pytest.mark.parametrize(
    ("signals", "looked_s_ago", "hidden"),
    [
        pytest.param([], 30, None, id="sees"),
        pytest.param([said(BLIND, 90, 60)], 30, None, id="saw-again"),
        pytest.param([said(BLIND, 90, 20)], 90, (BLIND, 90), id="blind-since-its-last-look"),
        pytest.param([said(LOST, 90, 20)], None, (LOST, 90), id="never-looked"),
        pytest.param([said(LOST, 90, 50), said(LOST, 50, 5)], 90, (LOST, 90), id="told-in-parts"),
        pytest.param(
            [said(LOST, 90, 50), said(SignalKind.STARTED, 40, 40)], 90, None, id="came-back"
        ),
        pytest.param(
            [said(LOST, 90, 50), said(SignalKind.SOURCE_ENDED, 50, 50)], 90, None, id="ended"
        ),
        pytest.param([said(SignalKind.DROPPED, 90, 20)], 90, None, id="some-frames-only"),
    ],
)
def test_a_camera_is_hidden_by_what_ended_after_its_last_look(
    signals: Sequence[StreamSignal],
    looked_s_ago: float | None,
    hidden: tuple[SignalKind, float] | None,
) -> None:
    found = told(*signals, looked_s_ago=looked_s_ago).hidden

    assert found == (hidden and Hidden(kind=hidden[0], since=ago(hidden[1])))


def test_a_spool_is_counted_by_what_still_has_to_go(tmp_path: Path) -> None:
    folder = tmp_path / "cam-07"
    folder.mkdir()
    (folder / "000000000001.json").write_bytes(b"12345")
    (folder / "000000000002.json").write_bytes(b"123")
    (folder / "000000000000.unreadable").write_bytes(b"1")

    assert spools_in(tmp_path) == {"cam-07": Spooled(messages=2, bytes=8)}
    assert spools_in(tmp_path / "nowhere") == {}
