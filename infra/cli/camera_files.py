"""`offsite camera ls | show | check`: the files of the cameras, and what is wrong in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from detectors.ground import Plane
from handlers.decisions.policy import Policy
from infra import opening
from infra.cameras import camera_path, faults_in, known_cameras, read_camera, reference_path
from infra.cli.asking import ask
from infra.cli.cases import local
from infra.cli.telling import (
    ERR,
    OUT,
    AsJson,
    Exit,
    errors_told,
    tell_fields,
    tell_json,
    tell_table,
)
from infra.settings import Settings
from infra.store.reading import Snapshot
from schemas.camera import Camera, Zone
from schemas.errors import InvalidValueError, RefusedError, TemporarilyUnavailableError
from schemas.geometry import Polygon
from schemas.ids import CameraId
from schemas.instants import instant_text
from schemas.place import Place
from schemas.wire.writing import place_data

CameraArgument = Annotated[str, typer.Argument(metavar="ID", help="Camera id.")]
Fault = InvalidValueError | RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """When each camera was last looked through, and last said anything at all."""

    looked_until: Mapping[CameraId, datetime]
    said_at: Mapping[CameraId, datetime]


def list_cameras(as_json: AsJson = False) -> None:
    """List the cameras that have a file, and when each was last looked through."""
    settings = Settings()
    with errors_told():
        folder = opening.cameras_folder(settings)
        ids = known_cameras(folder)
        heard = _heard(settings, ids) if ids else None
    rows = [_summary(folder, camera, heard) for camera in ids]
    if as_json:
        for row in rows:
            tell_json(row)
        return
    tell_table(
        f"Cameras in {folder}",
        ("camera", "name", "frame", "zones", "source", "last looked through", "last word"),
        [[_cell(value) for value in row.values()] for row in rows],
    )


def _heard(settings: Settings, ids: Sequence[str]) -> _Heard | None:
    """Nothing where no database can be asked: the files are worth a listing without it."""

    async def question(seen: Snapshot) -> _Heard:
        cameras = await seen.health.cameras()
        return _Heard(
            looked_until=await seen.signals.last_looked([CameraId(name) for name in ids]),
            said_at={each.camera: each.last_event_at for each in cameras},
        )

    try:
        return ask(settings, question)
    except (RefusedError, TemporarilyUnavailableError) as error:
        ERR.print(f"offsite: not asked when they last looked: {error}", markup=False)
        return None


def _summary(folder: Path, camera: str, heard: _Heard | None) -> dict[str, Any]:
    said: dict[str, Any] = {"id": camera}
    faults = faults_in(folder, camera)
    if faults:
        said |= {"name": f"broken: {len(faults)} faults, see `offsite camera check {camera}`"}
        said |= {"frame": None, "zones": None, "source": None}
    else:
        read = read_camera(folder, camera)
        said |= {
            "name": read.name,
            "frame": _frame(read),
            "zones": len(read.zones),
            "source": None if read.source is None else str(read.source),
        }
    looked = None if heard is None else heard.looked_until.get(CameraId(camera))
    word = None if heard is None else heard.said_at.get(CameraId(camera))
    return {
        **said,
        "looked_until": None if looked is None else instant_text(looked),
        "said_at": None if word is None else instant_text(word),
    }


def _cell(value: object) -> str:
    if value is None:
        return "-"
    text = str(value)
    return local(text) if text.endswith("Z") and text[:4].isdigit() and "T" in text else text


def show_camera(camera: CameraArgument, as_json: AsJson = False) -> None:
    """Show one camera with all its zones; never the password of its source."""
    with errors_told():
        folder = opening.cameras_folder(Settings())
        read = read_camera(folder, camera)
    reference = reference_path(folder, camera)
    if as_json:
        tell_json(camera_json(read, reference=reference if reference.exists() else None))
        return
    tell_fields(
        f"Camera {read.id}",
        {
            "name": read.name,
            "frame": _frame(read),
            "source": read.source or "none: say it with --source",
            "fps": read.fps or "as `offsite watch` says",
            "place": "-" if read.place is None else _place(read.place),
            "ground": "-" if read.ground is None else f"{len(read.ground.pairs)} pairs with metres",
            "reference": reference if reference.exists() else "none: `offsite camera add --force`",
        },
    )
    tell_table(
        "Zones",
        ("zone", "kind", "name", "corners", "holes", "hours", "matters", "purpose", "place"),
        [_zone_row(zone) for zone in read.zones],
    )


def _zone_row(zone: Zone) -> Sequence[object]:
    return (
        zone.id,
        zone.kind.value,
        zone.name,
        len(zone.outline.corners),
        len(zone.holes) or "-",
        ", ".join(_hours(zone)) or "always",
        "all of its kind" if zone.matters is None else ", ".join(map(str, sorted(zone.matters))),
        zone.purpose or "-",
        _place(zone.place),
    )


def check_cameras(
    camera: Annotated[str | None, typer.Argument(metavar="[ID]", help="One only.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the files of all cameras and tell every fault; exit code 1 if there is one."""
    settings = Settings()
    with errors_told():
        folder, policy = opening.cameras_folder(settings), opening.policy(settings)
        if camera is not None and not camera_path(folder, camera).exists():
            read_camera(folder, camera)  # says which there are
        ids = known_cameras(folder) if camera is None else [camera]
        found = {name: [*faults_in(folder, name), *_strange(folder, name, policy)] for name in ids}
    count = sum(len(faults) for faults in found.values())
    for name, faults in found.items():
        for fault in faults:
            if as_json:
                tell_json(_fault_json(name, fault))
            else:
                OUT.print(str(fault), style="red", markup=False, highlight=False)
        _warn_of_readers(folder, name)
    if not as_json:
        OUT.print(f"{len(ids)} cameras in {folder}, {count} faults", highlight=False)
    if count:
        raise typer.Exit(Exit.CHECK_FAILED)


def _strange(folder: Path, camera: str, policy: Policy) -> Iterator[Fault]:
    """What can be read, and yet can't be used: pairs that say nothing of how the ground lies, and
    matters that the policy pack doesn't have, so that a zone would watch for nothing.
    """
    if faults_in(folder, camera):
        return
    read, path = read_camera(folder, camera), camera_path(folder, camera)
    if read.ground is not None:
        try:
            Plane(read.ground)
        except InvalidValueError as error:
            field = f"{path}, ground"
            yield InvalidValueError(expected=error.expected, got=error.got, field=field)
    for zone in read.zones:
        for matter in sorted(zone.matters or ()):
            if policy.matter(matter) is None:
                yield InvalidValueError(
                    expected=f"a matter that the policy pack {policy.name} has",
                    got=str(matter),
                    field=f"{path}, zone {zone.id}, matters",
                )


def _warn_of_readers(folder: Path, camera: str) -> None:
    """A file that was written by hand may hold a password for everybody to read."""
    path = camera_path(folder, camera)
    if not path.is_file() or not path.stat().st_mode & 0o077 or faults_in(folder, camera):
        return
    source = read_camera(folder, camera).source
    if source is not None and source.secret != str(source):
        warning = f"warning: {path} holds a password and others may read it: chmod 600 {path}"
        ERR.print(warning, markup=False, highlight=False)


def _fault_json(camera: str, fault: Fault) -> dict[str, object]:
    if isinstance(fault, InvalidValueError):
        said = {"field": fault.field, "expected": fault.expected, "got": fault.got}
    else:
        said = {"field": None, "expected": None, "got": None}
    return {"camera": camera, "text": str(fault), **said}


def camera_json(camera: Camera, *, reference: Path | None) -> dict[str, object]:
    """A camera for programs; outlines in pixels of the frame."""
    return {
        "id": camera.id,
        "name": camera.name,
        "frame": [camera.frame.width, camera.frame.height],
        "source": None if camera.source is None else str(camera.source),
        "fps": camera.fps,
        "place": None if camera.place is None else place_data(camera.place),
        "ground": None
        if camera.ground is None
        else [[[a.x, a.y], [b.x, b.y]] for a, b in camera.ground.pairs],
        "reference": None if reference is None else str(reference),
        "zones": [_zone_json(zone) for zone in camera.zones],
    }


def _zone_json(zone: Zone) -> dict[str, object]:
    return {
        "id": zone.id,
        "kind": zone.kind.value,
        "name": zone.name,
        "outline": _corners(zone.outline),
        "holes": [_corners(hole) for hole in zone.holes],
        "hours": _hours(zone),
        "matters": None if zone.matters is None else [str(each) for each in sorted(zone.matters)],
        "road_side": None if zone.road_side is None else [[p.x, p.y] for p in zone.road_side],
        "purpose": zone.purpose,
        "place": place_data(zone.place),
    }


def _corners(polygon: Polygon) -> list[list[float]]:
    return [[corner.x, corner.y] for corner in polygon.corners]


def _hours(zone: Zone) -> list[str]:
    return [f"{one.begins:%H:%M}-{one.ends:%H:%M}" for one in zone.hours]


def _frame(camera: Camera) -> str:
    return f"{camera.frame.width}x{camera.frame.height}"


def _place(place: Place) -> str:
    return place.address or place.id or place.grid_cell or f"{place.longitude}, {place.latitude}"
