"""The health report as tables for people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from infra.cli.cases import local
from infra.cli.telling import OUT, tell_fields, tell_table
from infra.health.process_troubles import name_of
from infra.health.report import CameraHealth, HealthReport, PartitionHealth, ProcessHealth
from infra.health.troubles import troubles_of
from infra.health.words import some, span
from infra.store.touched import Touched
from schemas.trouble import Severity, Trouble
from streams.beats import Beat, DoorBeat, WorkerBeat


def tell_health(report: HealthReport) -> None:
    """All of it, the troubles last: that is where the eye is when it scrolls no more."""
    if report.is_trial:
        OUT.print("TRIAL: the broker forgets at every stop; no delivery claim is made")
    tell_fields("Stream", dict(_stream(report)))
    tell_table(
        "Partitions",
        (
            *("topic", "partition", "end", "decided", "lag", "oldest", "verdict", "last commit"),
            *("leader", "in sync", "worker", "rebalances", "open cases"),
        ),
        [partition_row(each, report.taken_at) for each in report.partitions],
    )
    tell_table(
        "Processes",
        ("part", "process", "last beat", "pool", "says"),
        [process_row(each, report.taken_at) for each in report.processes],
    )
    tell_table(
        "Cameras",
        (
            *("camera", "last event (its clock)", "last heard", "age", "messages"),
            *("last look", "looked", "expected", "blind", "spooled"),
        ),
        [_camera_row(each, report) for each in report.cameras],
    )
    if report.cluster.groups:
        tell_table(
            "Groups of dispatchers",
            ("group", "topic", "partition", "end", "committed", "lag"),
            [
                (g.group, g.topic, g.partition, g.end, g.committed, g.lag)
                for g in report.cluster.groups
            ],
        )
    _tell_troubles(troubles_of(report))


def _stream(report: HealthReport) -> Sequence[tuple[str, object]]:
    cluster, numbers = report.cluster, report.numbers
    away = [str(each.broker) for each in cluster.away if each.broker is not None]
    lines: list[tuple[str, object]] = [
        ("broker", report.broker),
        ("brokers alive", _alive(report) + (f"; away: {', '.join(away)}" if away else "")),
    ]
    if numbers is not None:
        rate = numbers.outcomes_last_minute / 60
        lines += [
            ("outcomes in the last minute", f"{numbers.outcomes_last_minute} ({rate:.1f}/s)"),
            ("parked", f"{numbers.parked}, {numbers.parked_last_hour} in the last hour"),
            ("outbox backlog", outbox_text(report)),
        ]
    if report.clocks is not None:
        lines.append(("clocks late", report.clocks.late))
    return [*lines, *((f"{fault.part} away", fault.said) for fault in report.faults)]


def _alive(report: HealthReport) -> str:
    return ", ".join(str(broker) for broker in sorted(report.cluster.alive)) or "none"


def outbox_text(report: HealthReport) -> str:
    """How many letters wait, and how long the oldest."""
    numbers = report.numbers
    if numbers is None:
        return "?"
    oldest = numbers.oldest_unsent_at
    return (
        f"{numbers.backlog}"
        if oldest is None
        else f"{numbers.backlog}, oldest {age_text(report.taken_at, oldest)}"
    )


def partition_row(each: PartitionHealth, now: datetime) -> Sequence[object]:
    """What is as last seen has a question mark."""
    doubt = "" if each.is_seen else "?"
    return (
        each.topic,
        each.partition,
        f"{known(each.end)}{doubt}",
        f"{known(each.decided)}{doubt}",
        f"{each.lag}{doubt}",
        span(each.lag_age) if each.lag else "-",
        each.verdict,
        age_text(now, each.last_commit_at),
        "none" if each.leader is None else each.leader,
        f"{len(each.in_sync)}/{len(each.replicas)}",
        each.owner or "-",
        known(each.rebalances),
        cases_text(each.touched),
    )


def process_row(each: ProcessHealth, now: datetime) -> Sequence[object]:
    """A process by its last beat."""
    heard = each.heard
    return (
        name_of(heard.said),
        heard.owner,
        age_text(now, heard.beat_at) + ("" if each.is_alive else ", silent"),
        f"{heard.pool_taken}/{heard.pool_size}",
        said_text(heard.said),
    )


def said_text(said: Beat) -> str:
    """What a process says of itself, in a line."""
    if isinstance(said, WorkerBeat):
        held = ", ".join(str(number) for number in said.assigned) or "none"
        return f"partitions {held}; settled {said.settled}, last batch {said.batch}"
    if isinstance(said, DoorBeat):
        refused = ", ".join(f"{status}: {n}" for status, n in sorted(said.refused.items()))
        return (
            f"took {said.accepted} ({said.accepted_per_s:.1f}/s), {said.in_flight} in flight; "
            f"sent back {refused or 'none'}"
        )
    return f"carried {said.carried}, {some(said.held, 'case')} held, {said.shards} shards"


def _camera_row(each: CameraHealth, report: HealthReport) -> Sequence[object]:
    hour, spooled = each.hour, report.spools.get(each.camera)
    return (
        each.camera,
        local(each.seen.last_event_at),
        local(each.seen.last_received_at),
        age_text(report.taken_at, each.seen.last_received_at),
        each.seen.messages,
        age_text(report.taken_at, each.last_looked_at),
        "-" if hour is None else span(hour.looked),
        "-" if each.expected is None else span(each.expected),
        blind_text(each),
        "-" if spooled is None else f"{spooled.messages} ({spooled.bytes} bytes)",
    )


def blind_text(each: CameraHealth) -> str:
    """How long it was hidden in the last hour, and whether it is now."""
    if each.hour is None:
        return "-"
    hidden = span(sum(each.hour.hidden.values(), timedelta(0)))
    return hidden if each.hidden is None else f"{hidden}, now {each.hidden.kind}"


def _tell_troubles(troubles: Sequence[Trouble]) -> None:
    if not troubles:
        OUT.print("Troubles: none", highlight=False)
        return
    OUT.print("Troubles", style="bold")
    for trouble in troubles:
        style = "red" if trouble.severity is Severity.CRITICAL else "yellow"
        OUT.print(f"  {trouble_text(trouble)}", style=style, markup=False, highlight=False)


def trouble_text(trouble: Trouble) -> str:
    """What is wrong, and whom that touches."""
    touches = f": {trouble.touches}" if trouble.touches else ""
    return f"{trouble.severity.upper()} {trouble.sentence}{touches}"


def cases_text(touched: Touched | None) -> str:
    """A short one."""
    if touched is None:
        return "?"
    return str(touched) if touched else "-"


def known(number: int | None) -> str:
    """A number, or that nobody knows it."""
    return "?" if number is None else str(number)


def age_text(now: datetime, then: datetime | None) -> str:
    """How long ago."""
    return "-" if then is None else span(now - then)
