"""The folder of cameras: what each looks at, in `<id>.toml`, and a reference picture beside it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.camera_form import camera_of, faults_of
from infra.camera_text import camera_text
from schemas.camera import Camera
from schemas.errors import InvalidValueError, RefusedError, TemporarilyUnavailableError
from schemas.ids import CameraId
from streams.durable import write_whole

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LARGEST_BYTES: Final = 1024 * 1024


def read_camera(folder: Path, camera: str) -> Camera:
    """A camera by its id.

    Raises:
        RefusedError: there is no such file; the message says what to write into it.
        InvalidValueError: which zone and key, what was expected, what came.
    """
    path = camera_path(folder, camera)
    return camera_of(_text_of(path, camera), CameraId(camera), name=str(path))


def faults_in(folder: Path, camera: str) -> Sequence[InvalidValueError | RefusedError]:
    """Everything that is wrong in a camera's file; nothing when it is fine."""
    try:
        path = camera_path(folder, camera)
        text = _text_of(path, camera)
    except (InvalidValueError, RefusedError) as error:
        return [error]
    return faults_of(text, CameraId(camera), name=str(path))


def known_cameras(folder: Path) -> Sequence[str]:
    """The ids of all cameras that have a file."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def keep_camera(folder: Path, camera: Camera) -> Path:
    """Write a camera's file, whole or not at all, for its owner's eyes only: it may hold a
    password. What was there is gone, comments too.

    Raises:
        InvalidValueError: it would not read back as the same camera.
        TemporarilyUnavailableError: the disk is full or away.
    """
    path = camera_path(folder, camera.id)
    _write(path, camera_text(camera).encode())
    return path


def keep_reference(folder: Path, camera: str, jpeg: bytes) -> Path:
    """Keep the picture that zones are drawn on, and by which a moved camera is noticed."""
    path = reference_path(folder, camera)
    _write(path, jpeg)
    return path


def camera_path(folder: Path, camera: str) -> Path:
    """Where a camera's file is, or would be.

    Raises:
        InvalidValueError: an id that is no name of a file.
    """
    if not _ID.fullmatch(camera):
        raise InvalidValueError(
            expected="letters, digits, '.', '_', '-' (at most 64)", got=camera, field="camera"
        )
    return folder / f"{camera}.toml"


def reference_path(folder: Path, camera: str) -> Path:
    """Where a camera's reference picture is, or would be."""
    return camera_path(folder, camera).with_name(f"{camera}.jpg")


def _text_of(path: Path, camera: str) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        known = ", ".join(known_cameras(path.parent)) or "none"
        raise RefusedError(
            f"camera {camera}: expected its zones in {path}, got no such file (known: {known}); "
            "make it with `offsite camera add`"
        ) from error
    except OSError as error:
        raise RefusedError(f"camera {camera}: {path} can't be read: {error.strerror}") from error
    if len(content) > _LARGEST_BYTES:
        raise InvalidValueError(
            expected=f"a file of at most {_LARGEST_BYTES} bytes",
            got=f"{len(content)} bytes",
            field=str(path),
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        got = f"a byte that is none at {error.start}"
        raise InvalidValueError(expected="UTF-8", got=got, field=str(path)) from error


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise TemporarilyUnavailableError(f"{path} can't be written: {error.strerror}") from error
