import re
from pathlib import Path

import pytest

from infra.cameras import camera_of, read_camera
from infra.sample.street import SAMPLE_CAMERAS, camera_file
from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import CameraId

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "cameras"
GOOD = (EXAMPLES / "van-bay.toml").read_text("utf-8")


def test_the_example_and_the_sample_cameras_can_be_read() -> None:
    van_bay = read_camera(EXAMPLES, "van-bay")
    sample = [
        camera_of(camera_file(camera), CameraId(camera.id), name=camera.id)
        for camera in SAMPLE_CAMERAS
    ]

    assert van_bay.zones[0].place.id == "campus-van-bay"
    assert [len(camera.zones) for camera in sample] == [2, 2]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("[480, 360]", "[480]", "frame: expected 2 numbers", id="half a frame"),
        pytest.param("fire-lane", "lane", "zone 1, kind: expected one of", id="unknown kind"),
        pytest.param("[402, 20], ", "", "", id="three corners will do"),
        pytest.param("[402, 20], [456, 20], ", "", "at least 3 corners", id="two won't"),
        pytest.param("[402, 20]", "[902, 20]", "corners within 480x360", id="out of the frame"),
        pytest.param("outline", "outlines", "expected only", id="a typo"),
        pytest.param('id = "campus-van-bay"', "", "place: expected an id", id="no place"),
        pytest.param(
            'id = "campus-van-bay"', "longitude = 30\nlatitude = 114", "longitude", id="xy"
        ),
    ],
)
def test_a_broken_camera_file_says_where(old: str, new: str, said: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new)

    if said:
        with pytest.raises(InvalidValueError, match=re.escape(said)):
            camera_of(text, CameraId("c"), name="file")
    else:
        assert camera_of(text, CameraId("c"), name="file").zones


def test_a_camera_without_a_file_is_told_which_file_to_write() -> None:
    with pytest.raises(RefusedError, match=r"north\.toml.*known: van-bay"):
        read_camera(EXAMPLES, "north")


def test_a_camera_id_is_no_way_out_of_the_folder() -> None:
    with pytest.raises(InvalidValueError):
        read_camera(EXAMPLES, "../van-bay")
