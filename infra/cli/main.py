"""`offsite`: the command, with all that it can do."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Annotated, Final

import typer

from infra.cli.lazily import group_of

COMMANDS: Final[Mapping[str, str]] = {
    "up": "infra.cli.up:up",
    "demo": "infra.cli.demo:demo",
    "watch": "infra.cli.watch:watch",
    "camera": "infra.cli.camera:camera_app",
    "queue": "infra.cli.cases:queue_app",
    "case": "infra.cli.case_commands:case_app",
    "evidence": "infra.cli.evidence_commands:evidence_app",
    "penalty": "infra.cli.penalty:penalty_app",
    "opinion": "infra.cli.opinions:opinion_app",
    "clock": "infra.cli.clocks:clock_app",
    "calendar": "infra.cli.clocks:calendar_app",
    "outcome": "infra.cli.outcomes:outcome",
    "counts": "infra.cli.counts:tell_counts",
    "health": "infra.cli.health:health",
    "conserve": "infra.cli.conserving:conserve",
    "dead": "infra.cli.dead:dead_app",
    "alarms": "infra.cli.alarms:alarm_app",
    "top": "infra.cli.top:top",
    "replay": "infra.cli.replaying:replay_command",
    "policy": "infra.cli.policy_commands:policy_app",
    "rules": "infra.cli.rules:rules_app",
    "person": "infra.cli.people:person_app",
    "key": "infra.cli.keys:key_app",
    "topics": "infra.cli.topics:topics_app",
    "doctor": "infra.cli.doctor:doctor",
    "run": "infra.cli.run:app",
}
"""In the order of the help: what one starts with comes first."""

app = typer.Typer(
    name="offsite",
    cls=group_of(COMMANDS),
    help="Off-site enforcement: the front end discovers in time, the back end disposes by law.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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
