"""`offsite camera …`: which cameras there are, what each looks at, and how much of its time."""

import typer

from infra.cli.camera_coverage import tell_coverage
from infra.cli.camera_files import check_cameras, list_cameras, show_camera
from infra.cli.camera_pictures import add_camera, take_snapshot

camera_app = typer.Typer(help="Cameras, their zones, and who looked when.", no_args_is_help=True)
camera_app.command("add")(add_camera)
camera_app.command("ls")(list_cameras)
camera_app.command("show")(show_camera)
camera_app.command("check")(check_cameras)
camera_app.command("snapshot")(take_snapshot)
camera_app.command("coverage")(tell_coverage)
