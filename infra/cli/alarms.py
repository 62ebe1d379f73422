"""`offsite alarms ls`: what is wrong now, and what was lately."""

from typing import Annotated

import typer

from infra.alarm_book import ALARMS_FILE, AlarmBook, read_book
from infra.cli.cases import local
from infra.cli.telling import AsJson, errors_told, tell_json, tell_table
from infra.settings import Settings
from schemas.alarm import Alarm
from schemas.wire.alarms import alarm_data

alarm_app = typer.Typer(help="What the lookout has raised.", no_args_is_help=True)


@alarm_app.callback()
def alarms() -> None:
    """Alarms stand in the data folder, so that they can be read whoever is away."""


@alarm_app.command("ls")
def list_alarms(
    recent: Annotated[int, typer.Option(help="So many that are over.", min=0)] = 20,
    as_json: AsJson = False,
) -> None:
    """List the alarms that are raised, then those that were over last."""
    with errors_told():
        book = read_book(Settings().data / ALARMS_FILE)
        found = _in_order(book, recent)
    if as_json:
        for alarm in found:
            tell_json({**alarm_data(alarm), "waits_for": _waits_for(book, alarm)})
        return
    rows = [
        (
            alarm.trouble.severity,
            alarm.trouble.key,
            local(alarm.raised_at),
            "-" if alarm.recovered_at is None else local(alarm.recovered_at),
            " ".join(_waits_for(book, alarm)) or "-",
            " ".join(part for part in (alarm.trouble.sentence, alarm.trouble.touches) if part),
        )
        for alarm in found
    ]
    tell_table("Alarms", ("severity", "key", "raised", "over", "still to tell", "what"), rows)


def _in_order(book: AlarmBook, recent: int) -> list[Alarm]:
    raised = list(book.raised.values())[::-1]
    over = [alarm for alarm in reversed(book.alarms) if alarm.recovered_at is not None]
    return raised + over[:recent]


def _waits_for(book: AlarmBook, alarm: Alarm) -> list[str]:
    """Channels that have not acknowledged all that is to be told of it."""
    waits = (one.to for one in book.pending if one.notice.alarm.id == alarm.id)
    return sorted({name for names in waits for name in names})
