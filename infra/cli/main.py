"""`offsite`: the command, with all that it can do."""

from importlib.metadata import version
from typing import Annotated

import typer

from infra.cli import run
from infra.cli.cases import case_app, queue_app
from infra.cli.demo import demo
from infra.cli.doctor import doctor
from infra.cli.health import conserve, health
from infra.cli.keys import key_app
from infra.cli.replaying import replay_command
from infra.cli.up import up
from infra.cli.watch import watch

app = typer.Typer(
    name="offsite",
    help="Off-site enforcement: the front end discovers in time, the back end disposes by law.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up)
app.command("demo")(demo)
app.command("watch")(watch)
app.add_typer(queue_app, name="queue")
app.add_typer(case_app, name="case")
app.command("health")(health)
app.command("conserve")(conserve)
app.command("replay")(replay_command)
app.add_typer(key_app, name="key")
app.command("doctor")(doctor)
app.add_typer(run.app, name="run")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"offsite {version('offsite-enforcement')}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Settings come from the environment: OFFSITE_DATA, OFFSITE_KAFKA, OFFSITE_DATABASE …"""


def main() -> None:
    """The entry point."""
    app()


if __name__ == "__main__":
    main()
