"""`offsite watch`: one camera, or one recording, from pixels to messages."""

from pathlib import Path
from typing import Annotated

import typer

from detectors.rulebook import BASE
from infra import composition, opening
from infra.cameras import read_camera
from infra.cli.order import Order, Speed
from infra.cli.telling import errors_told
from infra.deployment import find
from infra.settings import Settings
from schemas.errors import RefusedError
from schemas.instants import parse_instant


def watch(
    *,
    camera: Annotated[str, typer.Option(help="Camera id; its zones are in <cameras>/<id>.toml.")],
    source: Annotated[str, typer.Option(help="A video file, or rtsp://…")],
    weights: Annotated[
        Path, typer.Option(help="Detector; by default the sample street's.")
    ] = composition.SAMPLE_WEIGHTS,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Frames a second to look at.")] = 5.0,
    speed: Annotated[Speed, typer.Option(help="How fast to see a file.")] = Speed.REALTIME,
    recorded_at: Annotated[
        str | None,
        typer.Option(help="When the file's first frame was taken, RFC 3339 [the file's own time]."),
    ] = None,
    rules: Annotated[Path, typer.Option(help="Rule book.")] = BASE,
) -> None:
    """Watch a camera: what stays too long in a zone becomes a candidate for people to decide."""
    settings = Settings()
    with errors_told():
        order = Order(
            camera=read_camera(opening.cameras_folder(settings), camera),
            source=source,
            weights=weights,
            fps=fps,
            speed=speed,
            recorded_at=None if recorded_at is None else parse_instant(recorded_at, "recorded_at"),
            rules=rules,
        )
        deployment = find(settings)
        try:
            from infra.cli.watching import watch_to_the_end  # noqa: PLC0415 - needs eyes
        except ImportError as error:
            raise RefusedError(
                f"{error.name} is not installed: a camera needs offsite-enforcement[vision]"
            ) from error
        watch_to_the_end(order, settings, deployment)
