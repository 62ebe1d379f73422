"""The parts that measure vision, each once on something short: they count what was there."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("ultralytics", reason="needs the extra [vision]")
pytest.importorskip("matplotlib", reason="needs the development tools")

import av

from tests.bench.vision.loads import SIZE, Load, job, repeat, write_load
from tests.bench.vision.metering import Meter
from tests.bench.vision.pipeline import run_cameras
from tests.bench.vision.plots import draw
from tests.bench.vision.seeing import see

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def parked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A car stands on the fire lane all along."""
    path = tmp_path_factory.mktemp("loads") / "parked.mp4"
    write_load(Load.PARKED, path, seconds=14)
    return path


def test_a_parked_car_is_told_once_with_a_dwell_that_it_had(parked: Path, tmp_path: Path) -> None:
    seen = see(job(Load.PARKED, parked, tmp_path))

    (told,) = [one for one in seen.told if one.rule == "V01-vehicle-on-fire-lane"]
    assert told.zone == "fire-lane"
    assert 10 < told.told_at_s < 13
    assert all(proof.at_least_s <= proof.at_s for proof in told.proofs)
    assert seen.counted.frames == 70
    assert 0 < seen.counted.searched <= 70


def test_a_meter_leaves_the_warm_up_out(parked: Path, tmp_path: Path) -> None:
    meter = Meter(from_s=4, until_s=8)

    run_cameras([job(Load.PARKED, parked, tmp_path)], meter)

    answer = meter.answer()
    assert (answer["frames"], answer["media_s"]) == (20, pytest.approx(4))
    assert answer["cpu_s"] > 0


def test_two_cameras_are_seen_at_once(parked: Path, tmp_path: Path) -> None:
    jobs = [job(Load.PARKED, parked, tmp_path, number=number) for number in range(2)]

    counted = run_cameras(jobs, Meter())

    assert [one.frames for one in counted] == [70, 70]


def test_a_repeated_recording_goes_on_in_time(parked: Path, tmp_path: Path) -> None:
    repeat(parked, tmp_path / "long.mp4", times=3)

    with av.open(str(tmp_path / "long.mp4")) as container:
        stream = container.streams.video[0]
        times = [
            timedelta(seconds=float(frame.pts * frame.time_base))
            for frame in container.decode(stream)
        ]
        assert (stream.width, stream.height) == (SIZE.width, SIZE.height)
    steps = {later - earlier for earlier, later in pairwise(times)}
    assert len(times) == 210
    assert steps == {timedelta(seconds=0.2)}


def test_figures_become_pictures(tmp_path: Path) -> None:
    load = {"cameras_per_core": {"least": 20.0, "median": 25.0, "most": 30.0}}
    told = {
        "cost": {"loads": {"still": load, "busy": load}},
        "memory": {
            "samples": [[0.0, 500.0], [60.0, 501.0], [120.0, 501.0]],
            "settled_after_s": 20,
            "mb_per_hour": {"value": 0.1, "low": -0.2, "high": 0.3},
        },
    }

    drawn = draw(told, tmp_path)
    again = draw(told, tmp_path / "again")

    assert [path.name for path in drawn] == ["vision-cost.svg", "vision-memory.svg"]
    assert [path.read_bytes() for path in drawn] == [path.read_bytes() for path in again]
