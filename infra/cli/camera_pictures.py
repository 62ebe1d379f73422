"""`offsite camera add | snapshot`: a picture of what a camera sees, with or without its zones."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from infra import opening
from infra.cameras import (
    camera_path,
    keep_camera,
    keep_reference,
    read_camera,
    reference_path,
)
from infra.cli.camera_files import CameraArgument
from infra.cli.eyes import eyes_needed
from infra.cli.telling import ERR, AsJson, errors_told, tell_fields, tell_json
from infra.settings import Settings
from schemas.camera import Camera
from schemas.errors import RefusedError
from schemas.geometry import FrameSize
from schemas.ids import CameraId
from schemas.place import Place
from schemas.resizing import resized
from schemas.source import SourceAddress
from streams.durable import write_whole

_SUFFIXES: Final = (".jpg", ".jpeg", ".png")

SourceOption = Annotated[
    str | None,
    typer.Option(help="rtsp://…, http(s)://…, a file or a folder; - reads it from standard input."),
]


def add_camera(
    *,
    camera: CameraArgument,
    source: SourceOption = None,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    place_id: Annotated[
        str | None, typer.Option(help="Where its zones are that say nothing else.")
    ] = None,
    force: Annotated[
        bool,
        typer.Option(help="Replace the file and its picture; zones stay, comments are lost."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Open a camera, take a first picture, and write its file; its zones are drawn later."""
    with errors_told():
        folder = opening.cameras_folder(Settings())
        before = _before(folder, camera, is_forced=force)
        address = _address(source, before)
        with eyes_needed():
            from infra.cli.first_pictures import jpeg_of, take_picture  # noqa: PLC0415
        picture = take_picture(address)
        made = _made(
            before or Camera(id=CameraId(camera), name=camera, frame=picture.frame, zones=()),
            picture.frame,
            address,
        )
        made = replace(
            made,
            name=name or made.name,
            place=made.place if place_id is None else Place(id=place_id),
        )
        reference = keep_reference(folder, camera, jpeg_of(picture.picture))
        path = keep_camera(folder, made)
    if picture.is_blank:
        ERR.print("warning: the picture shows nothing: is the lens covered, or is it night?")
    _tell_added(made, path, reference, as_json=as_json)


def _before(folder: Path, camera: str, *, is_forced: bool) -> Camera | None:
    """The camera as it is, where there is one that may be replaced."""
    path = camera_path(folder, camera)
    if not path.exists():
        return None
    if not is_forced:
        raise RefusedError(
            f"camera {camera} is there already, in {path}: --force takes a new picture of it "
            "and keeps its zones"
        )
    return read_camera(folder, camera)


def _address(source: str | None, before: Camera | None) -> SourceAddress:
    if source is None:
        if before is None or before.source is None:
            raise RefusedError("expected --source: where do the camera's pictures come from?")
        return before.source
    said = sys.stdin.readline().strip() if source == "-" else source
    if "://" not in said:
        said = str(Path(said).expanduser().absolute())  # `offsite watch` may run elsewhere
    return SourceAddress(said)


def _made(camera: Camera, frame: FrameSize, address: SourceAddress) -> Camera:
    if camera.frame != frame and (camera.zones or camera.ground):
        camera = resized(camera, frame)
        ERR.print(
            f"the zones were drawn anew for frames of {frame.width}x{frame.height}: look at them "
            f"with `offsite camera snapshot {camera.id} --zones`",
            markup=False,
        )
    return replace(camera, frame=frame, source=address)


def _tell_added(camera: Camera, path: Path, reference: Path, *, as_json: bool) -> None:
    frame = f"{camera.frame.width}x{camera.frame.height}"
    if as_json:
        tell_json(
            {
                "id": camera.id,
                "frame": [camera.frame.width, camera.frame.height],
                "source": str(camera.source),
                "zones": len(camera.zones),
                "file": str(path),
                "reference": str(reference),
            }
        )
        return
    draw = f"draw zones in {path}, then `offsite camera snapshot {camera.id} --zones`"
    tell_fields(
        f"Camera {camera.id}",
        {
            "name": camera.name,
            "frame": frame,
            "source": camera.source,
            "file": path,
            "reference": reference,
            "zones": len(camera.zones) or f"none yet: {draw}",
        },
    )


def take_snapshot(
    *,
    camera: CameraArgument,
    zones: Annotated[bool, typer.Option("--zones", help="Draw the zones on it.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="A .jpg or .png [<id>-snapshot.jpg here].")
    ] = None,
    source: SourceOption = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Take the reference picture, not a fresh one.")
    ] = False,
) -> None:
    """Write a picture of what the camera sees now, and of its zones."""
    with errors_told():
        folder = opening.cameras_folder(Settings())
        read = read_camera(folder, camera)
        path = out or Path(f"{camera}-snapshot.jpg")
        _require_picture_name(path)
        if reference and source is not None:
            raise RefusedError("expected --reference or --source, got both")
        with eyes_needed():
            from infra.cli.first_pictures import (  # noqa: PLC0415
                encoded,
                read_picture,
                take_picture,
                with_zones,
            )
        if reference:
            picture = read_picture(reference_path(folder, camera))
        else:
            picture = take_picture(_address(source, read))
        shown = with_zones(picture, read) if zones else picture.picture
        _write(path, encoded(shown, path.suffix))
    if picture.is_blank:
        ERR.print("warning: the picture shows nothing: is the lens covered, or is it night?")
    tell_fields(
        f"Camera {camera}",
        {"picture": path, "zones": len(read.zones) if zones else "not drawn"},
    )


def _require_picture_name(path: Path) -> None:
    if path.suffix.lower() not in _SUFFIXES:
        raise RefusedError(f"expected a name that ends in {', '.join(_SUFFIXES)}, got {path}")


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise RefusedError(f"{path} can't be written: {error.strerror}") from error
