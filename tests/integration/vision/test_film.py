"""An annotated video: each picture at its time, whole or plainly a part, with what it must show."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from detectors.drawing.film import PART, Film
from detectors.drawing.palette import ALARM, DONE, TOLD
from detectors.drawing.shot import Flash, OpenStay, Shot
from detectors.drawing.stage import Stage
from schemas.camera import Zone, ZoneKind
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.geometry import BoxXYXY, FrameSize, Point, Polygon
from schemas.ids import ZoneId
from schemas.observation import Thing
from tests.support.builders import a_place

SIZE = FrameSize(width=321, height=181)
ZONE = Zone(
    id=ZoneId("bay"),
    kind=ZoneKind.FIRE_LANE,
    name="bay",
    outline=Polygon((Point(40, 60), Point(280, 60), Point(280, 160), Point(40, 160))),
    place=a_place(),
)
BOX = BoxXYXY(x1=60, y1=70, x2=160, y2=140)


def a_shot(at: float, **said) -> Shot:
    picture = np.full((SIZE.height, SIZE.width, 3), 90, np.uint8)
    return Shot(at=timedelta(seconds=at), picture=picture, **said)


def a_stay(seen: float, needed: float = 60) -> OpenStay:
    return OpenStay(
        zone=ZONE.id,
        rule="V01",
        seen=timedelta(seconds=seen),
        needed=timedelta(seconds=needed),
        box=BOX,
    )


def times(path: Path) -> list[float]:
    with av.open(str(path), format="mp4") as container:
        return [round(float(frame.time), 3) for frame in container.decode(video=0)]


def test_every_picture_stands_at_its_own_media_time(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"

    with Film(path, fps=5, size=SIZE, zones=[ZONE], title="gate") as film:
        for at in (100.0, 100.2, 100.25, 103.7, 103.9):
            film.show(a_shot(at))

    assert times(path) == [0.0, 0.2, 0.25, 3.7, 3.9]
    assert [each.name for each in tmp_path.iterdir()] == ["out.mp4"]


def test_it_is_h264_of_even_sides_that_anybody_can_play(tmp_path: Path) -> None:
    with Film(tmp_path / "out.mp4", fps=25, size=SIZE) as film:
        film.show(a_shot(0))

    with av.open(str(tmp_path / "out.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width % 2, stream.height % 2) == (0, 0)


def test_a_picture_that_goes_back_in_time_is_left_out(tmp_path: Path) -> None:
    with Film(tmp_path / "out.mp4", fps=5, size=SIZE) as film:
        for at in (0, 1, 0.5, 1, 2):
            film.show(a_shot(at))

    assert times(tmp_path / "out.mp4") == [0.0, 1.0, 2.0]


KILLED = """
import os, sys
from datetime import timedelta
from pathlib import Path
import numpy as np
from detectors.drawing.film import Film
from detectors.drawing.shot import Shot
from schemas.geometry import FrameSize

chance = np.random.default_rng(1)
film = Film(Path(sys.argv[1]), fps=5, size=FrameSize(width=160, height=120))
for number in range(60):
    noise = chance.integers(0, 255, (120, 160, 3), dtype=np.uint8)
    film.show(Shot(at=timedelta(seconds=number / 5), picture=noise))
os.kill(os.getpid(), 9)
"""


def test_a_killed_writer_leaves_a_part_that_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"the film of yesterday")

    killed = subprocess.run([sys.executable, "-c", KILLED, path], check=False)

    assert killed.returncode == -9
    assert path.read_bytes() == b"the film of yesterday"
    assert len(times(tmp_path / f"out.mp4{PART}")) >= 50


def test_an_error_leaves_a_part_and_no_film(tmp_path: Path) -> None:
    def fail() -> None:
        with Film(tmp_path / "out.mp4", fps=5, size=SIZE) as film:
            film.show(a_shot(0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert [each.name for each in tmp_path.iterdir()] == [f"out.mp4{PART}"]
    assert times(tmp_path / f"out.mp4{PART}") == [0.0]


def test_a_film_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(TemporarilyUnavailableError, match="can't be written"):
        Film(tmp_path / "file" / "out.mp4", fps=5, size=SIZE)


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    other = Shot(at=timedelta(1), picture=np.zeros((10, 10, 3), np.uint8))

    with Film(tmp_path / "out.mp4", fps=5, size=SIZE) as film:
        film.show(a_shot(0))
        with pytest.raises(InvalidValueError, match="expected a picture of 321x181, got 10x10"):
            film.show(other)


def a_stage(zones: Sequence[Zone] = (ZONE,)) -> Stage:
    return Stage(zones=zones, title="gate", size=SIZE)


def much_of(canvas: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many pixels are about of that colour."""
    return int((np.abs(canvas.astype(int) - colour).max(axis=2) < 40).sum())


def test_the_picture_that_is_drawn_on_stays_as_it_was() -> None:
    shot = a_shot(0, things=[Thing(kind="vehicle", box=BOX, confidence=0.9, track="7")])

    canvas = a_stage().draw(shot)

    assert (shot.picture == 90).all()
    assert (canvas[:, : SIZE.width] != 90).any()


def test_a_fault_is_a_band_across_the_picture() -> None:
    plain = a_stage().draw(a_shot(0))
    faulty = a_stage().draw(a_shot(0, faults=["DARK since 12 s"]))

    assert much_of(faulty, ALARM) > much_of(plain, ALARM) + SIZE.width * 5


def test_a_stay_has_a_bar_that_fills_as_it_nears_its_threshold() -> None:
    bars = [much_of(a_stage(()).draw(a_shot(0, stays=[a_stay(seen)])), DONE) for seen in (6, 54)]
    over = a_stage(()).draw(a_shot(0, stays=[a_stay(61)]))

    assert bars[1] > 5 * bars[0] > 0
    assert much_of(over, TOLD) > bars[1]
    assert much_of(over, DONE) < bars[0]


def test_what_is_told_flashes_for_three_seconds_of_media_time() -> None:
    stage = a_stage(())
    told = [Flash(text="V01 began in bay", zone=ZONE.id)]
    shown = [
        much_of(stage.draw(a_shot(at, told=told if at == 10 else [])), TOLD)
        for at in (9.9, 10, 12.9, 13.0)
    ]

    assert [amount > SIZE.width * 5 for amount in shown] == [False, True, True, False]


def test_a_zone_whose_rule_is_told_blinks() -> None:
    stage, told = a_stage(), [Flash(text="V01", zone=ZONE.id)]
    on, off = stage.draw(a_shot(0, told=told)), stage.draw(a_shot(0.5))

    assert much_of(on, TOLD) > much_of(off, TOLD) + 500


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param(42.999, "seen 42 s of 60 s", id="never more than was seen"),
        pytest.param(0, "seen 0 s of 60 s", id="just begun"),
        pytest.param(90, "seen 90 s of 60 s", id="over"),
    ],
)
def test_a_stay_is_told_by_what_was_seen_of_it(seen: float, said: str) -> None:
    assert a_stay(seen).text == said


def test_a_threshold_of_nothing_is_reached_at_once() -> None:
    assert a_stay(0, needed=0).share == 1.0
