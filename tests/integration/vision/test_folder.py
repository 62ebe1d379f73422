"""A folder of pictures is a recording."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import cv2

from detectors.frames import Break, Frame
from detectors.sources.opening import open_source
from detectors.sources.source import SourceUnusableError, TimeSource
from schemas.geometry import FrameSize
from schemas.signal import SignalKind
from tests.integration.vision.coded import pictures

LONG_AGO_S = 1_700_000_000


def put(folder: Path, names: Sequence[str], *, every_s: float | None = None) -> Path:
    """Pictures of these names; with times of their own, so far apart."""
    folder.mkdir(exist_ok=True)
    for index, (name, picture) in enumerate(zip(names, pictures(len(names)), strict=True)):
        cv2.imwrite(str(folder / name), picture)
        if every_s is not None:
            os.utime(folder / name, (LONG_AGO_S, LONG_AGO_S + index * every_s))
    return folder


def watch(folder: Path, *, fps: float = 10) -> tuple[list[Frame], list[Break]]:
    with open_source(str(folder), fps=fps) as source:
        told = list(source.frames())
    frames = [one for one in told if isinstance(one, Frame)]
    return frames, [one for one in told if isinstance(one, Break)]


def times(frames: Sequence[Frame]) -> Iterator[float]:
    return (frame.at.total_seconds() for frame in frames)


def test_times_come_from_the_names_where_they_tell_one(tmp_path: Path) -> None:
    names = [f"gate_20261101_0800{second:02}Z.jpg" for second in (0, 2, 4, 9)]
    put(tmp_path / "street", names, every_s=60)

    with open_source(str(tmp_path / "street"), fps=10) as source:
        told = list(source.frames())

    frames = [one for one in told if isinstance(one, Frame)]
    assert source.time_source is TimeSource.FILE_NAMES
    assert source.recorded_at == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert list(times(frames)) == [0, 2, 4, 9]
    assert source.duration == timedelta(seconds=11)
    assert source.expected_frames == 4
    assert source.frame_size == FrameSize(width=160, height=120)
    assert not source.is_live


def test_else_from_the_times_of_the_files(tmp_path: Path) -> None:
    put(tmp_path / "street", ["img10.jpg", "img2.png", "img1.jpg"], every_s=-1.5)

    with open_source(str(tmp_path / "street"), fps=10) as source:
        frames = [one for one in source.frames() if isinstance(one, Frame)]

    assert source.time_source is TimeSource.FILE_TIMES
    assert source.recorded_at == datetime.fromtimestamp(LONG_AGO_S - 3, UTC)
    assert list(times(frames)) == [0, 1.5, 3]


@pytest.mark.parametrize(
    "every_s",
    [
        pytest.param(0, id="all-at-once"),
        pytest.param(0.001, id="as-they-were-copied"),
        pytest.param(-2, id="newest-first"),
    ],
)
def test_else_one_after_another(tmp_path: Path, every_s: float) -> None:
    put(tmp_path / "street", ["1.jpg", "2.jpg", "3.jpg", "10.jpg"], every_s=every_s)

    with open_source(str(tmp_path / "street"), fps=4) as source:
        frames = [one for one in source.frames() if isinstance(one, Frame)]

    assert source.time_source is TimeSource.SPACING
    assert source.recorded_at is None
    assert list(times(frames)) == [0, 0.25, 0.5, 0.75]


def test_pictures_come_in_the_order_of_their_times_and_as_they_are(tmp_path: Path) -> None:
    names = [f"20261101_0800{second:02}.png" for second in (3, 1, 2)]
    put(tmp_path / "street", names)

    frames, breaks = watch(tmp_path / "street")

    first, second, third = pictures(3)
    assert [
        (one.picture == other).all()
        for one, other in zip(frames, (second, third, first), strict=True)
    ] == [True] * 3
    assert breaks == []


def test_thinning_follows_the_times_of_the_pictures(tmp_path: Path) -> None:
    put(tmp_path / "street", [f"{1_793_491_200_000 + 100 * i}.jpg" for i in range(30)])

    frames, _ = watch(tmp_path / "street", fps=2)

    assert list(times(frames)) == [0, 0.5, 1, 1.5, 2, 2.5]


def test_a_folder_is_kept_as_footage(tmp_path: Path) -> None:
    put(tmp_path / "street", [f"20261101_0800{second:02}.jpg" for second in range(20)])
    with open_source(str(tmp_path / "street"), fps=1) as source:
        list(source.frames())

    clip = source.footage.clip(timedelta(seconds=5), timedelta(seconds=9))

    assert clip is not None
    assert (clip.from_at, clip.until_at, clip.frames) == (
        timedelta(seconds=5), timedelta(seconds=9), 5,
    )  # fmt: skip
    assert not clip.is_untouched


def test_a_long_pause_between_pictures_is_told(tmp_path: Path) -> None:
    put(tmp_path / "street", [f"20261101_08{at}.jpg" for at in ("0000", "0001", "0002", "0100")])

    _, (told,) = watch(tmp_path / "street")

    assert told.kind is SignalKind.DROPPED
    assert told.text == "no frames for 58.0 s"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"", "neither a JPEG nor a PNG", id="empty"),
        pytest.param(b"<html>not found</html>", "neither a JPEG nor a PNG", id="a-page"),
        pytest.param(None, "cut off or damaged", id="cut-off"),
    ],
)
def test_a_broken_picture_is_told_by_its_name_and_the_others_keep_their_times(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    put(tmp_path / "street", [f"20261101_0800{second:02}.jpg" for second in range(6)])
    bad = tmp_path / "street" / "20261101_080002.jpg"
    bad.write_bytes(bad.read_bytes()[:900] if content is None else content)

    frames, (told,) = watch(tmp_path / "street")

    assert list(times(frames)) == [0, 1, 3, 4, 5]
    assert told.kind is SignalKind.DROPPED
    assert (told.from_at.total_seconds(), told.until_at.total_seconds()) == (1, 3)
    assert told.text.startswith("broken frames: 1; the first: 20261101_080002.jpg: ")
    assert why in told.text


def test_pictures_of_another_size_are_told_and_left_out(tmp_path: Path) -> None:
    put(tmp_path / "street", [f"20261101_0800{second:02}.jpg" for second in range(5)])
    thumbnail = cv2.resize(next(pictures(1)), (80, 60))
    cv2.imwrite(str(tmp_path / "street" / "20261101_080003.jpg"), thumbnail)

    frames, (told,) = watch(tmp_path / "street")

    assert list(times(frames)) == [0, 1, 2, 4]
    assert told.text == (
        "broken frames: 1; the first: 20261101_080003.jpg: "
        "expected 160x120 like the first, got 80x60"
    )


def test_two_pictures_of_one_time_are_one_and_the_other_is_told(tmp_path: Path) -> None:
    names = [f"20261101_0800{second:02}.jpg" for second in range(20)]
    put(tmp_path / "street", [*names, "20261101_080007 copy.jpg"])

    frames, (told,) = watch(tmp_path / "street")

    assert list(times(frames)) == list(range(20))
    assert told.kind is SignalKind.CLOCK_STEPPED
    assert told.frames == 1


@pytest.mark.parametrize(
    ("names", "why"),
    [
        pytest.param(
            [], r"street: expected pictures \(\.jpg, \.png\) in it, found none", id="empty"
        ),
        pytest.param(["notes.txt"], "found none", id="other-files"),
        pytest.param(["a.jpg", "b.png"], "none of its 2 pictures can be read", id="all-broken"),
    ],
)
def test_a_folder_without_pictures_is_refused(
    tmp_path: Path, names: Sequence[str], why: str
) -> None:
    (tmp_path / "street").mkdir()
    for name in names:
        (tmp_path / "street" / name).write_text("nothing to see")

    with pytest.raises(SourceUnusableError, match=why):
        open_source(str(tmp_path / "street"), fps=5)


def test_a_picture_that_vanishes_meanwhile_is_told(tmp_path: Path) -> None:
    put(tmp_path / "street", [f"20261101_0800{second:02}.jpg" for second in range(4)])

    with open_source(str(tmp_path / "street"), fps=5) as source:
        (tmp_path / "street" / "20261101_080002.jpg").unlink()
        told = list(source.frames())

    (lost,) = (one for one in told if isinstance(one, Break))
    assert "20261101_080002.jpg: it can't be read: No such file or directory" in lost.text


def test_closing_ends_the_frames(tmp_path: Path) -> None:
    put(tmp_path / "street", ["1.jpg", "2.jpg"])
    source = open_source(str(tmp_path / "street"), fps=5)
    told = source.frames()
    next(told)

    source.close()

    assert list(told) == []
