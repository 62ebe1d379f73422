"""The live path on a real RTSP server."""

import io
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import av

from detectors.frames import Break, Frame
from detectors.sources.opening import open_source
from detectors.sources.reader import End, Reader
from detectors.sources.source import SizeChangedError, Source
from detectors.sources.staying import stay_connected
from detectors.synthetic.clips import write_clip
from detectors.synthetic.stories import compose
from schemas.errors import TemporarilyUnavailableError
from schemas.geometry import FrameSize
from schemas.signal import SignalKind
from tests.integration.vision.coded import write

SYSTEM_PYTHON = Path("/usr/bin/python3")
SERVER = Path(__file__).parents[2] / "support" / "gst_rtsp_server.py"
HAS_GST = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
    "assert Gst.ElementFactory.find('rtph264pay') and Gst.ElementFactory.find('h264parse')"
)


def require_rtsp_server() -> None:
    if (
        not SYSTEM_PYTHON.exists()
        or subprocess.run(
            [SYSTEM_PYTHON, "-c", HAS_GST], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("GStreamer's RTSP server is not installed: scripts/system-packages brings it")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_rtsp_server()
    path = tmp_path_factory.mktemp("rtsp") / "street.mp4"
    write_clip(compose(seed=9_060, story="quiet"), path, fps=10, seconds=6)
    return path


@contextmanager
def served(clip: Path, *, at: str = "") -> Iterator[str]:
    """Its address; once more `at` an earlier one."""
    port = [at.rpartition(":")[2].partition("/")[0]] if at else []
    with subprocess.Popen(
        [SYSTEM_PYTHON, SERVER, clip, *port],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def test_a_live_camera_gives_frames_in_media_time_until_it_goes_away(clip: Path) -> None:
    frames: list[Frame] = []

    def look(source: Source) -> None:
        frames.extend(item for item in source.frames() if isinstance(item, Frame))

    with served(clip) as address, open_source(address, fps=5, timeout_s=5) as source:
        is_live, size = source.is_live, source.frame_size
        with pytest.raises(TemporarilyUnavailableError):
            look(source)

    assert is_live
    assert (size.width, size.height) == (640, 360)
    assert len(frames) == pytest.approx(30, abs=3)
    assert frames[0].at == timedelta(0)
    assert all(
        timedelta(milliseconds=150) <= after.at - before.at <= timedelta(milliseconds=450)
        for before, after in pairwise(frames)
    )


def test_packets_of_a_live_camera_become_a_clip_untouched(clip: Path) -> None:
    with served(clip) as address, open_source(address, fps=5, timeout_s=5) as source:
        told = source.frames()
        frames = [next(told) for _ in range(12)]
        cut = source.footage.clip(frames[2].at, frames[10].at)

    assert cut is not None
    assert cut.is_untouched
    with av.open(io.BytesIO(cut.content)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times[0] == 0
    assert times[-1] == pytest.approx((cut.until_at - cut.from_at).total_seconds(), abs=0.001)
    assert len(times) == cut.frames


def test_a_camera_that_goes_away_for_seconds_is_one_run_with_one_hole(clip: Path) -> None:
    with served(clip) as address:
        reader = Reader(staying(address))
        before = taken(reader, until=lambda told: told[-1].at >= timedelta(seconds=1.5))
        killed_s = time.monotonic()
    away = taken(reader, until=lambda told: time.monotonic() - killed_s > AWAY_S)
    with served(clip, at=address):
        after = taken(reader, until=lambda told: len(frames_of(told)) == 8)
        back_s = time.monotonic()
        cut = reader.source.footage.clip(timedelta(0), timedelta(minutes=1))
        reader.close()

    frames = frames_of([*before, *away, *after])
    assert all(sooner.at < later.at for sooner, later in pairwise(frames))
    moment, hole = lost([*before, *away, *after])
    assert moment.from_at == moment.until_at
    assert hole.from_at == max(one.at for one in frames if one.at < hole.until_at)
    assert hole.until_at in {one.at for one in frames}
    length = (hole.until_at - hole.from_at).total_seconds()
    late = (hole.from_at - frames_of(before)[-1].at).total_seconds()  # was under way at the kill
    assert late + length >= AWAY_S
    assert length <= back_s - killed_s + 1
    assert "the camera was away for" in hole.text
    assert cut is not None
    assert cut.is_untouched
    assert cut.from_at < hole.from_at < hole.until_at < cut.until_at
    assert not reader._thread.is_alive()


def test_a_camera_that_comes_back_with_another_size_ends_with_both_sizes(
    clip: Path, tmp_path: Path
) -> None:
    other = write(tmp_path / "other.mp4", "libx264", frames=60)
    with served(clip) as address:
        reader = Reader(staying(address))
        taken(reader, until=lambda told: len(frames_of(told)) == 3)
    with served(other, at=address):
        told = taken(reader, until=lambda told: isinstance(told[-1], End))
        reader.close()

    assert len(lost(told)) == 1
    assert isinstance(told[-1], End)
    assert isinstance(told[-1].error, SizeChangedError)
    assert "expected 640x360, got 160x120" in str(told[-1].error)


AWAY_S = 3.0
LONG_S = 30.0

Told = Frame | Break | End


def staying(address: str) -> Source:
    return stay_connected(
        lambda: open_source(address, fps=5, timeout_s=5),
        name="gate-3",
        frame_size=FrameSize(width=640, height=360),
    )


def taken(reader: Reader, *, until: Callable[[list[Told]], bool]) -> list[Told]:
    """What came until then; it has to come before long."""
    told: list[Told] = []
    ends_s = time.monotonic() + LONG_S
    while time.monotonic() < ends_s:
        if (one := reader.take(0.1)) is not None:
            told.append(one)
        if (told or one is None) and is_enough(told, until):
            return told
    pytest.fail(f"it did not come; what came: {told}")


def is_enough(told: list[Told], until: Callable[[list[Told]], bool]) -> bool:
    try:
        return until(told)
    except (IndexError, AttributeError):  # nothing yet, or no frame
        return False


def frames_of(told: Sequence[Told]) -> list[Frame]:
    return [one for one in told if isinstance(one, Frame)]


def lost(told: Sequence[Told]) -> list[Break]:
    return [one for one in told if isinstance(one, Break) and one.kind is SignalKind.SOURCE_LOST]
