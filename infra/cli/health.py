"""`offsite health`: is the stream well?"""

from datetime import datetime
from typing import Annotated

import typer

from infra.accounts import HealthReport, health_json, report_health
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.telling import OUT, errors_told, tell_fields, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def health(as_json: AsJson = False) -> None:
    """Lag per partition, age of each camera's last word, outcomes, parked, outbox."""
    with errors_told():
        deployment = find(Settings())
        report = with_engine(deployment, lambda engine: report_health(deployment, engine))
    if as_json:
        tell_json(health_json(report))
        return
    _tell_health(report)


def _tell_health(report: HealthReport) -> None:
    numbers = report.numbers
    if report.is_trial:
        OUT.print("TRIAL: the broker forgets at every stop; no delivery claim is made")
    oldest = numbers.oldest_unsent_at
    tell_fields(
        "Stream",
        {
            "broker": report.broker,
            "outcomes in the last minute": f"{numbers.outcomes_last_minute} "
            f"({numbers.outcomes_last_minute / 60:.1f}/s)",
            "parked": numbers.parked,
            "outbox backlog": numbers.backlog
            if oldest is None
            else f"{numbers.backlog}, oldest {_age(report.taken_at, oldest)}",
        },
    )
    tell_table(
        "Partitions",
        ("topic", "partition", "end", "decided", "lag"),
        [(p.topic, p.partition, p.end, p.decided, p.lag) for p in report.partitions],
    )
    tell_table(
        "Cameras",
        ("camera", "last event (its clock)", "last heard", "age", "messages"),
        [
            (
                camera.camera,
                local(camera.last_event_at),
                local(camera.last_received_at),
                _age(report.taken_at, camera.last_received_at),
                camera.messages,
            )
            for camera in report.cameras
        ],
    )


def _age(now: datetime, then: datetime) -> str:
    return f"{max(0.0, (now - then).total_seconds()):.0f} s"
