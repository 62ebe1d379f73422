"""The folder of cameras: files that are whole, private and read back, or told to be wrong."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from infra.cameras import (
    faults_in,
    keep_camera,
    keep_reference,
    known_cameras,
    read_camera,
)
from schemas.errors import InvalidValueError, RefusedError, TemporarilyUnavailableError
from schemas.source import SourceAddress

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "cameras"


def test_a_camera_without_a_file_is_told_how_to_make_one() -> None:
    with pytest.raises(RefusedError, match=r"north\.toml.*known: .*van-bay.*offsite camera add"):
        read_camera(EXAMPLES, "north")


def test_a_camera_id_is_no_way_out_of_the_folder() -> None:
    with pytest.raises(InvalidValueError):
        read_camera(EXAMPLES, "../van-bay")


def test_a_kept_camera_is_its_owners_only_and_is_read_back(tmp_path: Path) -> None:
    folder, camera = tmp_path / "cameras", a_camera()

    path = keep_camera(folder, camera)
    picture = keep_reference(folder, "van-bay", b"jpeg")

    assert read_camera(folder, "van-bay") == camera
    assert known_cameras(folder) == ["van-bay"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(folder.iterdir()) == [picture, path]


def a_camera():
    source = SourceAddress("rtsp://admin:hunter2@10.0.0.7/1")
    return replace(read_camera(EXAMPLES, "van-bay"), source=source)


def test_a_camera_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    keep_camera(tmp_path, a_camera())
    (tmp_path / "file").touch()

    with pytest.raises(TemporarilyUnavailableError, match="can't be written"):
        keep_camera(tmp_path / "file", a_camera())

    assert known_cameras(tmp_path) == ["van-bay"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\xff", "expected UTF-8, got a byte that is none at 0", id="bytes"),
        pytest.param(b"#" * (1024 * 1024 + 1), "expected a file of at most", id="too long"),
        pytest.param(b"frame =", "expected TOML", id="broken"),
        pytest.param(None, "can't be read: Is a directory", id="a folder"),
    ],
)
def test_what_is_no_camera_file_is_a_fault(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "c.toml"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    (fault,) = faults_in(tmp_path, "c")

    assert said in str(fault)
