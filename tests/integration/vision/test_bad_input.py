"""Whatever file it is given, it says what is wrong in a sentence, or plays what there is."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import av
from av.container import InputContainer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.frames import Break, Frame
from detectors.sources.footage import Footage
from detectors.sources.hardware import Hardware
from detectors.sources.opening import open_source
from detectors.sources.source import SourceUnusableError
from detectors.sources.stream import Terms, VideoStream
from schemas.errors import OffsiteError
from schemas.geometry import FrameSize
from schemas.signal import SignalKind
from tests.integration.vision.coded import FPS, write

NAMES = ("a.mp4", "a.ts", "a.mkv", "a.avi")


def watch(path: Path, *, hardware: Hardware = Hardware.OFF) -> tuple[list[Frame], list[Break]]:
    with open_source(str(path), fps=60, hardware=hardware) as source:
        told = list(source.frames())
    frames = [one for one in told if isinstance(one, Frame)]
    return frames, [one for one in told if isinstance(one, Break)]


def tenths(frames: list[Frame]) -> list[int]:
    return [round(frame.at / timedelta(seconds=1 / FPS)) for frame in frames]


@pytest.mark.parametrize(
    ("name", "codec", "pixels"),
    [
        pytest.param("a.webm", "libvpx-vp9", "yuv420p", id="vp9"),
        pytest.param("a.webm", "libvpx", "yuv420p", id="vp8"),
        pytest.param("a.mkv", "libsvtav1", "yuv420p", id="av1"),
        pytest.param("a.mkv", "ffv1", "yuv420p10le", id="ten-bits"),
        pytest.param("a.mov", "prores_ks", "yuv422p10le", id="prores"),
        pytest.param("a.mov", "qtrle", "rgb24", id="no-yuv"),
        pytest.param("a.asf", "msmpeg4", "yuv420p", id="msmpeg4"),
        pytest.param("a.flv", "flv", "yuv420p", id="sorenson"),
        pytest.param("a.avi", "rawvideo", "yuv420p", id="raw"),
        pytest.param("a.mkv", "libx265", "yuv420p10le", id="hevc-ten-bits"),
        pytest.param("a.mp4", "libx264", "yuv444p", id="h264-444"),
    ],
)
def test_odd_codings_play_in_colour_and_in_brightness(
    tmp_path: Path, name: str, codec: str, pixels: str
) -> None:
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    path = write(tmp_path / name, codec, frames=12, pixels=pixels, options=options)

    frames, breaks = watch(path)

    assert len(frames) == 12
    assert breaks == []
    for frame in frames:
        assert frame.picture.shape == (120, 160, 3)
        assert frame.luma.shape == (120, 160)
        assert abs(float(frame.luma.mean()) - float(frame.picture.mean())) < 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "the file is empty", id="zero-length"),
        pytest.param(b"nothing to see\n" * 100, "this is no video", id="text"),
        pytest.param(bytes(10_000), "this is no video", id="zeroes"),
        pytest.param(b"\0\0\0\x18ftypmp42", "this is no video", id="only-a-beginning"),
    ],
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)

    with pytest.raises(SourceUnusableError, match=rf"clip\.mp4: {why}"):
        open_source(str(tmp_path / "clip.mp4"), fps=5)


def test_a_still_picture_is_no_video_but_a_folder_of_them_is(tmp_path: Path) -> None:
    path = write(tmp_path / "one.png", "png", frames=1, pixels="rgb24")

    with pytest.raises(SourceUnusableError, match="this is no video"):
        open_source(str(path), fps=5)


def test_words_in_the_header_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mkv", "libx264")
    path.write_bytes(path.read_bytes().replace(b"Lavf", b"\xff\xfe\xff\xc3"))

    frames, _ = watch(path)

    assert len(frames) == 50


def test_a_stream_that_appears_late_does_not_spoil_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.ts", "libx264", options={"bf": "2"})
    terms = Terms(name="late", fps=60, is_live=False, stalled_after=timedelta(seconds=15))

    with VideoStream(LateStream(av.open(str(path))), terms=terms, footage=Footage()) as source:
        frames = [one for one in source.frames() if isinstance(one, Frame)]

    assert len(frames) == 50


class LateStream:
    """A container in which PyAV trips at the end, as over streams that weren't there at first."""

    def __init__(self, container: InputContainer) -> None:
        self._container = container

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def demux(self, stream: av.VideoStream) -> Iterator[av.Packet]:
        yield from (packet for packet in self._container.demux(stream) if packet.size)
        raise IndexError("list index out of range")


def test_an_mp4_without_its_end_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", "libx264")
    path.write_bytes(path.read_bytes()[:-900])

    with pytest.raises(SourceUnusableError, match="this is no video"):
        open_source(str(path), fps=5)


@pytest.mark.parametrize("name", ["clip.ts", "clip.mkv", "clip.avi"])
def test_what_was_cut_off_plays_as_far_as_it_goes(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "libx264", size=(640, 480), options={"g": "10", "bf": "0"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])

    frames, _ = watch(path)

    assert 5 < len(frames) < 50
    assert tenths(frames) == sorted(set(tenths(frames)))


def test_a_picture_of_one_pixel_is_a_picture(tmp_path: Path) -> None:
    path = write(tmp_path / "dot.mkv", "ffv1", frames=3, size=(1, 1), pixels="yuv444p")

    with open_source(str(path), fps=10) as source:
        frames = [one for one in source.frames() if isinstance(one, Frame)]

    assert source.frame_size == FrameSize(width=1, height=1)
    assert [frame.luma.shape for frame in frames] == [(1, 1)] * 3


def test_another_size_in_the_middle_ends_it_with_both_sizes(tmp_path: Path) -> None:
    small = write(tmp_path / "small.ts", "libx264", frames=20)
    large = write(tmp_path / "large.ts", "libx264", frames=20, size=(320, 240))
    (tmp_path / "both.ts").write_bytes(small.read_bytes() + large.read_bytes())
    seen: list[Frame | Break] = []

    with (
        open_source(str(tmp_path / "both.ts"), fps=60) as source,
        pytest.raises(SourceUnusableError, match="changed its size: expected 160x120, got 320x240"),
    ):
        seen.extend(source.frames())

    assert len([one for one in seen if isinstance(one, Frame)]) == 20


def test_stamps_that_jump_forward_are_a_hole(tmp_path: Path) -> None:
    stamps = [*range(10), *range(700, 710)]
    path = write(tmp_path / "jump.mkv", "ffv1", frames=20, stamps=stamps)

    frames, (told,) = watch(path)

    assert tenths(frames) == stamps
    assert told.kind is SignalKind.DROPPED
    assert (told.from_at, told.until_at) == (frames[9].at, frames[10].at)
    assert told.text == "no frames for 69.1 s"


def test_stamps_that_step_back_or_repeat_are_told_and_never_become_media_time(
    tmp_path: Path,
) -> None:
    first = write(tmp_path / "a.ts", "libx264", frames=30, options={"bf": "0"})
    again = write(tmp_path / "b.ts", "libx264", frames=30, options={"bf": "0"})
    (tmp_path / "both.ts").write_bytes(first.read_bytes() + again.read_bytes())

    frames, breaks = watch(tmp_path / "both.ts")

    assert all(sooner.at < later.at for sooner, later in pairwise(frames))
    stepped = [one for one in breaks if one.kind is SignalKind.CLOCK_STEPPED]
    assert sum(one.frames or 0 for one in stepped) + len(frames) == 60


def test_where_no_hardware_decodes_software_does_without_a_word(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", "libx264")

    in_hardware, breaks = watch(path, hardware=Hardware.AUTO)
    in_software, _ = watch(path, hardware=Hardware.OFF)

    assert tenths(in_hardware) == tenths(in_software)
    assert breaks == []


def test_a_device_that_refuses_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "clip.mp4", "libx264")
    monkeypatch.setattr("detectors.sources.hardware._device", lambda: "no-such-device")

    frames, _ = watch(path, hardware=Hardware.AUTO)

    assert len(frames) == 50


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole one of each."""
    folder = tmp_path_factory.mktemp("clips")
    for name in NAMES:
        codec = "mpeg4" if name.endswith(".avi") else "libx264"
        write(folder / name, codec, frames=30, options={"g": "10"})
    return folder


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(NAMES),
    holes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=400)), max_size=4),
    kept=st.floats(0.02, 1),
)
def test_however_a_file_is_damaged_it_plays_in_order_or_is_refused(
    clips: Path,
    tmp_path: Path,
    name: str,
    holes: list[tuple[float, bytes]],
    kept: float,
) -> None:
    content = bytearray((clips / name).read_bytes())
    for where, what in holes:
        begin = int(where * (len(content) - 1))
        content[begin : begin + len(what)] = what
    path = tmp_path / name
    path.write_bytes(content[: int(len(content) * kept) + 1])

    frames: list[Frame] = []
    breaks: list[Break] = []
    with suppress(OffsiteError):  # any other error is a fault of ours
        frames, breaks = watch(path)

    assert len(frames) <= 60
    assert all(sooner.at < later.at for sooner, later in pairwise(frames))
    assert all(timedelta(0) <= one.from_at <= one.until_at for one in breaks)
