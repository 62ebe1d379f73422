"""What a person at a terminal sees of a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from detectors.crew import Manned
from detectors.frames import Break, Frame
from detectors.sources.footage import Footage
from detectors.sources.reader import Reader
from detectors.sources.source import Closed, TimeSource
from detectors.watch import Tally, Watch
from infra.cameras import read_camera
from infra.cli import watching
from infra.cli.order import Order, Scene, Sharpness, Speed
from schemas.geometry import FrameSize
from schemas.source import SourceAddress

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "cameras"


class NoFrames(Closed):
    """A source that is as long as it says, and gives nothing."""

    name = "street"
    is_live = False
    frame_size = FrameSize(width=480, height=360)
    expected_frames = None
    recorded_at = None
    time_source = TimeSource.STREAM
    footage = Footage()

    def __init__(self, duration: timedelta | None) -> None:
        self.duration = duration

    def frames(self) -> Iterator[Frame | Break]:
        return iter(())


@dataclass
class Counting(Manned):
    """Seven seconds were seen."""

    @property
    def tally(self) -> Tally:
        return Tally(media_time=timedelta(seconds=7))


def no_watch() -> Watch:
    raise AssertionError


@pytest.mark.parametrize(
    ("duration", "seen"),
    [
        pytest.param(timedelta(seconds=50), "7 of 50 s of media time", id="a recording"),
        pytest.param(None, "7 s of media time", id="a camera has no end"),
    ],
)
def test_the_bar_tells_how_much_was_seen(
    monkeypatch: pytest.MonkeyPatch, duration: timedelta | None, seen: str
) -> None:
    terminal = StringIO()
    monkeypatch.setattr(
        watching, "ERR", Console(file=terminal, force_terminal=True, width=100, color_system=None)
    )
    scene = Scene(
        camera=read_camera(EXAMPLES, "van-bay"), source=SourceAddress("rtsp://127.0.0.1/x"), fps=5
    )
    order = Order(
        scenes=[scene],
        sharpness=Sharpness(weights=Path("none.pt")),
        speed=Speed.MAX,
        recorded_at=None,
        rules=Path("none.toml"),
    )
    with Reader(NoFrames(duration)) as reader:
        manned = Counting(reader=reader, begin=no_watch)

        with watching._bar(order, [manned]) as bar:
            bar.show()

    assert seen in terminal.getvalue()
