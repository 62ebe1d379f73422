"""Clips cut from footage: untouched where that is possible, readable everywhere, at right times."""

import gc
import io
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import av
import cv2
import numpy as np

from detectors.frames import Frame, Luma
from detectors.sources.cutting import Clip
from detectors.sources.decoded import DecodedImage
from detectors.sources.opening import open_source
from detectors.sources.source import Source
from tests.integration.vision.coded import FPS, HEIGHT, WIDTH, write

SINCE, UNTIL = timedelta(seconds=2.5), timedelta(seconds=4)


@dataclass(frozen=True, kw_only=True)
class Kind:
    name: str
    codec: str
    pixels: str = "yuv420p"
    options: Mapping[str, str] = field(default_factory=dict)


UNTOUCHED = [
    Kind(name="a.mp4", codec="libx264", options={"g": "20"}),
    Kind(name="b-frames.mp4", codec="libx264", options={"g": "20", "bf": "3"}),
    Kind(name="a.mkv", codec="libx264", options={"g": "20"}),
    Kind(name="a.ts", codec="libx264", options={"g": "20"}),
    Kind(name="a.flv", codec="libx264", options={"g": "20"}),
    Kind(name="hevc.mp4", codec="libx265", options={"x265-params": "keyint=20:log-level=none"}),
    Kind(name="hevc.mkv", codec="libx265", options={"x265-params": "keyint=20:log-level=none"}),
]
ENCODED = [
    Kind(name="mpeg4.avi", codec="mpeg4", options={"g": "10"}),
    Kind(name="b-frames.avi", codec="mpeg4", options={"g": "10", "bf": "2"}),
    Kind(name="h264.avi", codec="libx264", options={"g": "10"}),
    Kind(name="mjpeg.avi", codec="mjpeg", pixels="yuvj420p"),
    Kind(name="mpeg2.ts", codec="mpeg2video", options={"g": "10"}),
    Kind(name="vp9.webm", codec="libvpx-vp9", options={"g": "10", "deadline": "realtime"}),
    Kind(name="wmv.asf", codec="wmv2", options={"g": "10"}),
    Kind(name="lossless.mkv", codec="ffv1"),
]


def played(path: Path) -> tuple[Source, dict[timedelta, Luma]]:
    """A source that is over and closed, and the brightness of its frames."""
    with open_source(str(path), fps=60) as source:
        seen = {one.at: one.luma for one in source.frames() if isinstance(one, Frame)}
    return source, seen


def decoded(clip: Clip) -> list[tuple[timedelta, Luma]]:
    with av.open(io.BytesIO(clip.content)) as container:
        return [
            (clip.from_at + timedelta(seconds=float(frame.time)), DecodedImage(frame).luma)
            for frame in container.decode(video=0)
        ]


def worst(shown: Sequence[tuple[timedelta, Luma]], seen: Mapping[timedelta, Luma]) -> float:
    """The mean difference of the pair of pictures that differs most."""

    def nearest(at: timedelta) -> Luma:
        return seen[min(seen, key=lambda other: abs(other - at))]

    return max(float(np.abs(luma.astype(int) - nearest(at)).mean()) for at, luma in shown)


@pytest.mark.parametrize("kind", UNTOUCHED, ids=lambda kind: kind.name)
def test_h264_and_hevc_stay_untouched_from_the_key_picture_on(kind: Kind, tmp_path: Path) -> None:
    path = write(tmp_path / kind.name, kind.codec, pixels=kind.pixels, options=kind.options)
    source, seen = played(path)

    clip = source.footage.clip(SINCE, UNTIL)

    assert clip is not None
    assert clip.is_untouched
    shown = decoded(clip)
    assert clip.from_at <= SINCE <= UNTIL <= clip.until_at + timedelta(seconds=0.1)
    assert len(shown) == clip.frames
    assert abs(shown[0][0] - clip.from_at) < timedelta(milliseconds=1)
    assert abs(shown[-1][0] - clip.until_at) < timedelta(milliseconds=1)
    assert worst(shown, seen) == 0


@pytest.mark.parametrize("kind", ENCODED, ids=lambda kind: kind.name)
def test_everything_else_is_encoded_anew_at_the_same_times(kind: Kind, tmp_path: Path) -> None:
    path = write(tmp_path / kind.name, kind.codec, pixels=kind.pixels, options=kind.options)
    source, seen = played(path)

    clip = source.footage.clip(SINCE, UNTIL)

    assert clip is not None
    assert not clip.is_untouched
    shown = decoded(clip)
    assert [round(at / timedelta(seconds=0.1)) for at, _ in shown] == list(range(25, 41))
    assert all(
        abs(at - min(seen, key=lambda one: abs(one - at))).microseconds < 1000 for at, _ in shown
    )
    assert (clip.from_at, clip.until_at) == (shown[0][0], shown[-1][0])
    assert worst(shown, seen) < 3


@pytest.mark.parametrize("kind", [UNTOUCHED[0], ENCODED[0]], ids=lambda kind: kind.name)
def test_opencv_reads_it_too(kind: Kind, tmp_path: Path) -> None:
    path = write(tmp_path / kind.name, kind.codec, pixels=kind.pixels, options=kind.options)
    source, _ = played(path)
    clip = source.footage.clip(SINCE, UNTIL)
    assert clip is not None

    (tmp_path / "clip.mp4").write_bytes(clip.content)
    capture = cv2.VideoCapture(str(tmp_path / "clip.mp4"))
    frames, times = [], []
    while (read := capture.read())[0]:
        frames.append(read[1])
        times.append(capture.get(cv2.CAP_PROP_POS_MSEC))
    capture.release()

    assert len(frames) == clip.frames
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    assert [after - before for before, after in pairwise(times)] == pytest.approx(
        [1000 / FPS] * (clip.frames - 1), abs=1
    )


def test_a_bare_stream_without_times_becomes_a_clip_by_counting(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.h264", "libx264", options={"g": "10", "bf": "2"})
    source, seen = played(path)  # libav takes 25 frames a second for granted
    since, until = timedelta(seconds=0.4), timedelta(seconds=1.2)

    clip = source.footage.clip(since, until)

    assert clip is not None
    shown = decoded(clip)
    assert [round(at / timedelta(seconds=0.04)) for at, _ in shown] == list(range(10, 31))
    assert worst(shown, seen) < 3


def test_the_same_footage_gives_the_same_bytes(tmp_path: Path) -> None:
    for kind in (UNTOUCHED[0], ENCODED[0]):
        path = write(tmp_path / kind.name, kind.codec, options=kind.options)
        source, _ = played(path)

        assert source.footage.clip(SINCE, UNTIL) == source.footage.clip(SINCE, UNTIL)


def test_packets_in_a_clip_are_those_that_came(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", "libx264", options={"g": "20"})
    source, _ = played(path)

    clip = source.footage.clip(timedelta(0), timedelta(minutes=1))

    assert clip is not None
    assert packets(io.BytesIO(clip.content)) == packets(path)


def test_wide_pictures_are_made_smaller_when_they_are_encoded(tmp_path: Path) -> None:
    path = write(tmp_path / "wide.avi", "mjpeg", frames=3, size=(1919, 81), pixels="yuvj444p")
    source, _ = played(path)

    clip = source.footage.clip(timedelta(0), timedelta(seconds=1))

    assert clip is not None
    ((_, luma), *_) = decoded(clip)
    assert luma.shape == (54, 1280)


@pytest.mark.parametrize("size", [(1, 1), (3, 5)])
def test_tiny_and_odd_pictures_become_clips_too(size: tuple[int, int], tmp_path: Path) -> None:
    path = write(tmp_path / "tiny.mkv", "ffv1", frames=3, size=size, pixels="yuv444p")
    source, seen = played(path)

    clip = source.footage.clip(timedelta(0), timedelta(seconds=1))

    assert len(seen) == 3
    assert clip is not None
    assert clip.frames == len(decoded(clip)) == 3


def test_a_broken_packet_leaves_only_itself_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.avi", "mjpeg", pixels="yuvj420p")
    content = bytearray(path.read_bytes())
    begins = [i for i in range(len(content)) if content[i : i + 3] == b"\xff\xd8\xff"]
    content[begins[30] : begins[31] - 8] = bytes(begins[31] - 8 - begins[30])
    path.write_bytes(content)
    source, seen = played(path)

    clip = source.footage.clip(timedelta(seconds=2.5), timedelta(seconds=4))

    assert len(seen) == 49
    assert clip is not None
    assert clip.frames == 15


def test_footage_outlives_its_source_and_holds_neither_file_nor_decoder(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", "libx264", options={"g": "20"})
    source, _ = played(path)
    footage, gone = source.footage, weakref.ref(source)

    del source
    gc.collect()
    path.unlink()

    assert gone() is None
    clip = footage.clip(SINCE, UNTIL)
    assert clip is not None
    assert len(decoded(clip)) == clip.frames
    assert {type(one).__module__.partition(".")[0] for one in held_by(footage)} <= {
        "builtins", "_thread", "collections", "datetime", "detectors",
    }  # fmt: skip


def test_only_the_last_while_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", "libx264", frames=200, options={"g": "20"})
    with open_source(str(path), fps=10, keep=timedelta(seconds=5)) as source:
        list(source.frames())

    clip = source.footage.clip(timedelta(0), timedelta(seconds=20))

    assert clip is not None
    assert timedelta(seconds=12) < clip.from_at <= timedelta(seconds=15)


def test_a_clip_can_be_cut_while_the_source_plays(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", "libx264", options={"g": "20"})
    with open_source(str(path), fps=10) as source:
        for one in source.frames():
            if isinstance(one, Frame):
                clip = source.footage.clip(one.at, one.at)

                assert clip is not None
                assert clip.from_at <= one.at <= clip.until_at


def packets(file: Path | io.BytesIO) -> list[bytes]:
    with av.open(file if isinstance(file, io.BytesIO) else str(file)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def held_by(root: object) -> list[object]:
    """All that it keeps alive, but for classes and modules."""
    found, new = {id(root): root}, [root]
    while new:
        for one in gc.get_referents(new.pop()):
            if id(one) not in found and not isinstance(one, type) and hasattr(one, "__class__"):
                if type(one).__name__ in {"module", "function", "builtin_function_or_method"}:
                    continue
                found[id(one)] = one
                new.append(one)
    return list(found.values())
