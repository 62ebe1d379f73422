"""What a person at a terminal sees of a run."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from detectors.worker import Tally
from infra.cameras import read_camera
from infra.cli import watching
from infra.cli.order import Order, Speed

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "cameras"


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
    order = Order(
        camera=read_camera(EXAMPLES, "van-bay"),
        source="rtsp://127.0.0.1/x",
        weights=Path("none.pt"),
        fps=5,
        speed=Speed.MAX,
        recorded_at=None,
        rules=Path("none.toml"),
    )

    with watching._bar(order) as bar:
        bar.expect(duration)
        bar.show(Tally(media_time=timedelta(seconds=7)))

    assert seen in terminal.getvalue()
