"""The live path on a real RTSP server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from detectors.frames import Frame
from detectors.sources.opening import open_source
from detectors.sources.source import Source
from detectors.synthetic.clips import write_clip
from detectors.synthetic.stories import compose
from schemas.errors import TemporarilyUnavailableError

SYSTEM_PYTHON = Path("/usr/bin/python3")
SERVER = Path(__file__).parents[2] / "support" / "gst_rtsp_server.py"
HAS_GST = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
    "assert Gst.ElementFactory.find('rtph264pay') and Gst.ElementFactory.find('h264parse')"
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (
        not SYSTEM_PYTHON.exists()
        or subprocess.run(
            [SYSTEM_PYTHON, "-c", HAS_GST], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("GStreamer's RTSP server is not installed: scripts/system-packages brings it")
    path = tmp_path_factory.mktemp("rtsp") / "street.mp4"
    write_clip(compose(seed=9_060, story="quiet"), path, fps=10, seconds=6)
    return path


@contextmanager
def served(clip: Path) -> Iterator[str]:
    with subprocess.Popen(
        [SYSTEM_PYTHON, SERVER, clip], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
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
