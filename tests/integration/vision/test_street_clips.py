"""A drawn clip has the frames, times and size that were asked for."""

from fractions import Fraction
from pathlib import Path

import pytest

pytest.importorskip("av", reason="needs the extra [vision]")

import av

from detectors.synthetic.clips import write_clip
from detectors.synthetic.stories import compose


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param(None, (640, 360), id="as-drawn"),
        pytest.param((1280, 720), (1280, 720), id="scaled-up"),
    ],
)
def test_a_clip_has_the_size_and_times_asked_for(
    tmp_path: Path, size: tuple[int, int] | None, expected: tuple[int, int]
) -> None:
    clip = tmp_path / "clip.mp4"

    write_clip(compose(seed=20_000, story="still"), clip, fps=5, seconds=0.6, size=size)

    with av.open(str(clip)) as container:
        frames = list(container.decode(video=0))
    assert [(one.width, one.height) for one in frames] == [expected] * 3
    assert [one.pts * one.time_base for one in frames] == [Fraction(i, 5) for i in range(3)]
