"""`offsite rules try`: what the rules would tell of a clip, without a broker or a database."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from infra import composition, opening
from infra.camera_form import camera_of
from infra.cameras import read_camera
from infra.cli.eyes import eyes_needed
from infra.cli.order import Scene, Sharpness
from infra.cli.telling import OUT, AsJson, errors_told, tell_json, tell_table
from infra.cli.watch import RULE_BOOK, USUAL_FPS, EngineName, ImageSize, Rules, Slices, Weights
from infra.settings import Settings
from schemas.camera import Camera
from schemas.errors import RefusedError
from schemas.ids import CameraId
from schemas.source import SourceAddress


def try_rules(
    *,
    clip: Annotated[Path, typer.Argument(help="A video file, or a folder of pictures.")],
    camera: Annotated[
        str | None, typer.Option(help="Camera id, whose zones are in <cameras>/<id>.toml.")
    ] = None,
    zones: Annotated[
        Path | None, typer.Option(help="A camera's file anywhere, instead of --camera.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the annotated video to this file.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds that count as too long, instead of the policy pack's."),
    ] = None,
    weights: Weights = composition.SAMPLE_WEIGHTS,
    engine: EngineName = "auto",
    image_size: ImageSize = None,
    slices: Slices = None,
    fps: Annotated[float, typer.Option(min=0.1, max=60, help="Frames a second.")] = USUAL_FPS,
    rules: Rules = RULE_BOOK,
    as_json: AsJson = False,
) -> None:
    """Try rules on a clip: say what they would tell, and show it as an annotated video."""
    settings = Settings()
    with errors_told():
        scene = Scene(
            camera=_camera(settings, camera, zones), source=SourceAddress(str(clip)), fps=fps
        )
        sharpness = Sharpness(weights=weights, engine=engine, image_size=image_size, slices=slices)
        with eyes_needed():
            from infra.cli.trials import Trial  # noqa: PLC0415 - needs eyes
        with tempfile.TemporaryDirectory(prefix="offsite-try-") as folder:
            told = Trial(
                scene=scene,
                sharpness=sharpness,
                rules=rules,
                threshold=None if threshold is None else timedelta(seconds=threshold),
                out=out,
                vault=Path(folder),
            ).run(settings, opening.policy(settings))
    _tell(told, out, as_json=as_json)


def _camera(settings: Settings, named: str | None, file: Path | None) -> Camera:
    if (named is None) == (file is None):
        raise RefusedError("expected one of --camera and --zones, for somebody drew the zones")
    if file is None:
        return read_camera(opening.cameras_folder(settings), str(named))
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"zones {file}: they can't be read: {error}") from error
    return camera_of(text, CameraId(file.stem), name=str(file))


def _tell(told: list[dict[str, Any]], out: Path | None, *, as_json: bool) -> None:
    if as_json:
        for row in told:
            tell_json(row)
        return
    columns = ("at_s", "rule", "zone", "phase", "at_least_s", "at_most_s", "reason")
    tell_table(
        "What would be told", columns, [[str(row[name]) for name in columns] for row in told]
    )
    if not told:
        OUT.print("Nothing: nobody stayed too long anywhere.")
    if out is not None:
        OUT.print(f"Annotated video: {out}", highlight=False)
