"""How cameras do, out of what they said, on the real parts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.cameras import keep_camera
from schemas.camera import Camera
from schemas.geometry import FrameSize
from schemas.ids import CameraId
from schemas.signal import SignalKind
from tests.integration.commands.conftest import FIRE_LANE, House, seen, told_by_health
from tests.integration.commands.test_health import top_once, trouble
from tests.support.builders import a_signal, an_event

pytestmark = [pytest.mark.broker, pytest.mark.database]


def test_a_blind_camera_is_told_with_its_hour_its_spool_and_its_cases(
    house: House, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    signals = [
        a_signal(kind=SignalKind.LOOKED, at=now - timedelta(minutes=5)),
        a_signal(kind=SignalKind.BLIND, at=now - timedelta(seconds=1)),
        a_signal(camera=CameraId("clip"), kind=SignalKind.LOOKED, at=now - timedelta(minutes=5)),
        a_signal(camera=CameraId("clip"), kind=SignalKind.SOURCE_ENDED, at=now),
    ]
    events = [an_event(signal, id=f"s-{n}") for n, signal in enumerate(signals)]
    house.decide(house.accept(seen("case", place="x", matter=FIRE_LANE), *events))
    frame = FrameSize(width=640, height=360)
    keep_camera(
        tmp_path / "cameras", Camera(id=CameraId("cam-07"), name="a", frame=frame, zones=())
    )
    (tmp_path / "spool" / "cam-07").mkdir(parents=True)
    (tmp_path / "spool" / "cam-07" / "000000000000.json").write_bytes(b"12345")

    told = told_by_health()

    camera, clip = sorted(told["cameras"], key=lambda one: str(one["camera"]))
    assert (camera["looked_seconds"], camera["blind_seconds"]) == (60.0, 60.0)
    assert (camera["expected_seconds"], clip["expected_seconds"]) == (3600.0, None)
    assert camera["nobody_seconds"] == 3480.0
    assert camera["hidden"]["kind"] == "blind"
    assert clip["hidden"] is None
    assert told["spools"] == {"cam-07": {"messages": 1, "bytes": 5}}
    blind = trouble(told, "camera-blind")
    assert blind["touches"] == "1 zero-tolerance case waits for a look"
    assert blind["sentence"].startswith("camera cam-07 sees nothing (blind) for ")
    assert "now blind" in top_once()
