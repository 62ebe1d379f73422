"""A picture fits into the network's rectangle, and its boxes back into the picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.eyes.class_maps import STRIDE
from detectors.eyes.fitting import Fit, box_within, fit
from schemas.geometry import BoxXYXY, FrameSize

EDGES = st.integers(1, 400)
SIZES = st.integers(1, 6).map(lambda times: times * STRIDE)


def a_picture(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 7, np.uint8)


@pytest.mark.parametrize(
    ("frame", "size", "seen"),
    [
        pytest.param((1280, 720), 320, (320, 192), id="wide"),
        pytest.param((720, 1280), 320, (192, 320), id="tall"),
        pytest.param((480, 360), 640, (640, 480), id="grown"),
        pytest.param((1, 1), 320, (320, 320), id="one-pixel"),
        pytest.param((4000, 1), 320, (320, 32), id="a-line"),
    ],
)
def test_the_rectangle_is_the_least_that_halves_five_times(
    frame: tuple[int, int], size: int, seen: tuple[int, int]
) -> None:
    fitted = fit(a_picture(*frame), size=size, fixed=None)

    assert fitted.seen == FrameSize(width=seen[0], height=seen[1])
    assert fitted.apply(a_picture(*frame)).shape == (seen[1], seen[0], 3)


def test_a_fixed_network_sees_its_own_size_with_grey_around() -> None:
    fitted = fit(a_picture(1280, 720), size=640, fixed=FrameSize(width=640, height=640))

    seen = fitted.apply(a_picture(1280, 720))

    assert seen.shape == (640, 640, 3)
    assert (seen[:140] == 114).all()
    assert (seen[140:500] == 7).all()
    assert (seen[500:] == 114).all()


@given(EDGES, EDGES, SIZES, st.booleans())
def test_the_whole_rectangle_goes_back_to_the_whole_frame(
    width: int, height: int, size: int, is_fixed: bool
) -> None:
    fixed = FrameSize(width=size, height=size) if is_fixed else None
    fitted = fit(a_picture(width, height), size=size, fixed=fixed)

    (back,) = fitted.back(np.array([[0, 0, fitted.seen.width, fitted.seen.height]], np.float32))

    assert back.tolist() == pytest.approx([0, 0, width, height], abs=width / fitted.shrunk.width)
    assert fitted.apply(a_picture(width, height)).shape[:2] == (
        fitted.seen.height,
        fitted.seen.width,
    )


def test_a_box_beyond_the_frame_is_cut_to_it() -> None:
    fitted = Fit(
        frame=FrameSize(width=640, height=320),
        seen=FrameSize(width=320, height=192),
        shrunk=FrameSize(width=320, height=160),
        left=0,
        top=16,
    )

    (back,) = fitted.back(np.array([[-9, 0, 160, 96]], np.float32))

    assert back.tolist() == [0, 0, 320, 160]


@pytest.mark.parametrize(
    ("edges", "box"),
    [
        pytest.param((0, 0, 4, 5), BoxXYXY(x1=0, y1=0, x2=4, y2=5), id="inside"),
        pytest.param((9, 0, 9, 5), None, id="no-width-left"),
        pytest.param((0, 5, 9, 5), None, id="no-height-left"),
        pytest.param((9, 0, 3, 5), None, id="inside-out"),
    ],
)
def test_what_of_a_box_is_not_in_the_frame_is_no_box(
    edges: tuple[int, ...], box: BoxXYXY | None
) -> None:
    assert box_within(np.array(edges, np.float32)) == box
