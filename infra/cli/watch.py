"""`offsite watch`: cameras or a recording, from pixels to messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from infra import composition, opening
from infra.cameras import known_cameras, read_camera
from infra.cli.eyes import eyes_needed
from infra.cli.order import Order, Scene, Sharpness, Speed
from infra.cli.telling import errors_told
from infra.deployment import find
from infra.settings import Settings
from schemas.camera import Camera
from schemas.errors import RefusedError
from schemas.instants import parse_instant
from schemas.source import SourceAddress

USUAL_FPS: Final = 5.0

Weights = Annotated[Path, typer.Option(help="Detector; by default the sample street's.")]
EngineName = Annotated[
    str, typer.Option(help="auto, openvino, onnx, torch or tensorrt: what computes the detector.")
]
ImageSize = Annotated[
    int | None, typer.Option(help="Longer edge of the picture as it sees it [the class map's].")
]
Slices = Annotated[
    int | None,
    typer.Option(help="Look at slices of so many pixels too: for small, distant things."),
]
Rules = Annotated[Path, typer.Option(help="Rule book.")]
RULE_BOOK: Final = composition.RULE_BOOK


def watch(
    *,
    camera: Annotated[
        list[str] | None,
        typer.Option(help="Camera id; its zones are in <cameras>/<id>.toml. May be repeated."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every camera that has a file.")] = False,
    source: Annotated[
        str | None,
        typer.Option(help="A video file, a folder of pictures, rtsp://… or http://… [the file's]."),
    ] = None,
    weights: Weights = composition.SAMPLE_WEIGHTS,
    engine: EngineName = "auto",
    image_size: ImageSize = None,
    slices: Slices = None,
    hardware: Annotated[
        str, typer.Option(help="auto or off: whether to decode video in hardware.")
    ] = "off",
    fps: Annotated[
        float | None,
        typer.Option(min=0.1, max=60, help="Frames a second to look at [the file's, else 5]."),
    ] = None,
    speed: Annotated[Speed, typer.Option(help="How fast to see a file.")] = Speed.REALTIME,
    recorded_at: Annotated[
        str | None,
        typer.Option(help="When the file's first frame was taken, RFC 3339 [the file's own time]."),
    ] = None,
    rules: Rules = RULE_BOOK,
    show: Annotated[
        Path | None, typer.Option(help="Write an annotated video of what is seen to this file.")
    ] = None,
) -> None:
    """Watch cameras: what stays too long in a zone becomes a candidate for people to decide."""
    settings = Settings()
    with errors_told():
        cameras = _cameras(settings, camera or [], every=every)
        if len(cameras) > 1 and (source is not None or show is not None):
            raise RefusedError(
                f"--source and --show are for one camera, got {len(cameras)}: write each camera's "
                "source into its file (`offsite camera add`)"
            )
        order = Order(
            scenes=[_scene(one, source, fps) for one in cameras],
            sharpness=Sharpness(
                weights=weights,
                engine=engine,
                image_size=image_size,
                slices=slices,
                hardware=hardware,
            ),
            speed=speed,
            recorded_at=None if recorded_at is None else parse_instant(recorded_at, "recorded_at"),
            rules=rules,
            show=show,
        )
        deployment = find(settings)
        with eyes_needed():
            from infra.cli.watching import watch_to_the_end  # noqa: PLC0415 - needs eyes
        watch_to_the_end(order, settings, deployment)


def _cameras(settings: Settings, named: Sequence[str], *, every: bool) -> Sequence[Camera]:
    folder = opening.cameras_folder(settings)
    wanted = known_cameras(folder) if every else list(dict.fromkeys(named))
    if not wanted:
        raise RefusedError(
            f"expected --camera, or --all and a camera's file in {folder}, got neither"
        )
    return [read_camera(folder, one) for one in wanted]


def _scene(camera: Camera, told: str | None, fps: float | None) -> Scene:
    source = camera.source if told is None else SourceAddress(told)
    if source is None:
        raise RefusedError(
            f"camera {camera.id}: expected --source, or a source in its file, got neither"
        )
    return Scene(camera=camera, source=source, fps=fps or camera.fps or USUAL_FPS)
