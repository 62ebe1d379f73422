"""What of a report operations must know: each trouble once, with the open cases it touches."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from infra.health.limits import USUAL_LIMITS, Limits
from infra.health.process_troubles import process_troubles
from infra.health.report import (
    BrokerAway,
    CameraHealth,
    Fault,
    HealthReport,
    Part,
    PartitionHealth,
)
from infra.health.touching import is_silent, waiting
from infra.health.words import some, span
from schemas.lane import Lane
from schemas.trouble import Severity, Trouble
from streams.topics import EVENTS
from streams.verdicts import Verdict

_KINDS: Final[Mapping[Verdict, str]] = {
    Verdict.STOPPED: "partition-stopped",
    Verdict.STALLED: "partition-stalled",
}

_MAY_PASS: Final = frozenset({"broker-away", "database-away"})


def troubles_of(report: HealthReport, limits: Limits = USUAL_LIMITS) -> Sequence[Trouble]:
    """The critical ones first, then by key. Pure: the same report has the same troubles."""
    found = [
        *(_database(fault) for fault in report.faults if fault.part is Part.DATABASE),
        *(_broker(each, report) for each in report.cluster.away),
        *(trouble for each in report.partitions for trouble in _partition(each, report, limits)),
        *_outbox(report, limits),
        *(trouble for each in report.cameras for trouble in _camera(each, report, limits)),
        *_clocks(report),
        *_dead_letters(report, limits),
        *process_troubles(report, limits),
    ]
    return sorted(found, key=lambda one: (one.severity is not Severity.CRITICAL, one.key))


def lasting(
    troubles: Sequence[Trouble], now: datetime, limits: Limits = USUAL_LIMITS
) -> Sequence[Trouble]:
    """Those for which somebody is to be called: a neighbour is away for a while already."""
    return [
        trouble
        for trouble in troubles
        if trouble.kind not in _MAY_PASS or now - trouble.since >= limits.passing
    ]


def _database(fault: Fault) -> Trouble:
    return Trouble(
        key="database-away",
        kind="database-away",
        severity=Severity.CRITICAL,
        sentence=f"the database is away, so nothing is decided and nothing leaves: {fault.said}",
        since=fault.since,
    )


def _broker(away: BrokerAway, report: HealthReport) -> Trouble:
    led = ", ".join(sorted({**away.led, **away.leaderless}.values()))
    nobody = ", ".join(sorted(away.leaderless.values()))
    if away.broker is None:
        sentence, touches = "no broker answers, so nothing comes in", "in all partitions"
    else:
        sentence = f"broker {away.broker} is away" + (f"; it led {led}" if led else "")
        sentence += (
            f"; nobody leads {nobody}" if nobody else "; others lead that now" if led else ""
        )
        touches = f"in {led}"
    return Trouble(
        key=f"broker-away:{'all' if away.broker is None else away.broker}",
        kind="broker-away",
        severity=Severity.CRITICAL,
        sentence=sentence,
        since=min(away.since, report.taken_at),
        touches=_in_reach(away, touches) if led else "",
    )


def _in_reach(away: BrokerAway, where: str) -> str:
    """Cases wait where nobody leads; else only what is kept of them has a copy less."""
    if away.broker is None or away.leaderless or not away.touched:
        return waiting(away.touched, where)
    return f"{away.touched} {'has' if away.touched.is_one else 'have'} a copy less {where}"


def _partition(each: PartitionHealth, report: HealthReport, limits: Limits) -> Iterator[Trouble]:
    waits = f"{some(each.lag, 'event')} without outcome, the oldest {span(each.lag_age)} old"
    severity = Severity.CRITICAL
    if each.verdict is Verdict.STOPPED:
        sentence = f"{each.place} stands still and no worker holds it: {waits}"
    elif each.verdict is Verdict.STALLED:
        sentence = f"{each.place} stands still although {each.owner or 'a worker'} lives: {waits}"
    elif (late := _how_late(each, limits)) is not None:
        severity, sentence = late, f"{each.place} is {each.verdict}: {waits}"
    else:
        return
    kind = _KINDS.get(each.verdict, "partition-behind")
    since = each.still_since if each.verdict.stands_still else report.taken_at - each.lag_age
    yield Trouble(
        key=f"{kind}:{each.place}",
        kind=kind,
        severity=severity,
        sentence=sentence,
        since=since or report.taken_at,
        touches=waiting(each.touched, f"behind partition {each.partition} of {each.topic}"),
    )


def _how_late(each: PartitionHealth, limits: Limits) -> Severity | None:
    """Safety is told as critical sooner: what waits there may be a life."""
    if each.verdict is Verdict.OK:
        return None
    is_safety = each.topic == EVENTS[Lane.SAFETY]
    if each.lag_age >= (limits.behind if is_safety else limits.behind_critical):
        return Severity.CRITICAL
    is_worse = each.verdict is not Verdict.CATCHING_UP
    return Severity.WARNING if is_worse and each.lag_age >= limits.behind else None


def _outbox(report: HealthReport, limits: Limits) -> Iterator[Trouble]:
    numbers = report.numbers
    if numbers is None or numbers.oldest_unsent_at is None:
        return
    age = report.taken_at - numbers.oldest_unsent_at
    if age < limits.outbox:
        return
    severity = Severity.CRITICAL if age >= limits.outbox_critical else Severity.WARNING
    yield Trouble(
        key="outbox-late",
        kind="outbox-late",
        severity=severity,
        sentence=f"{some(numbers.backlog, 'letter')} not sent, the oldest {span(age)} old",
        since=numbers.oldest_unsent_at,
        touches=waiting(report.outbox, "to be told to dispatchers"),
    )


def _camera(each: CameraHealth, report: HealthReport, limits: Limits) -> Iterator[Trouble]:
    touches = waiting(each.touched, "for a look")
    now = report.taken_at
    if is_silent(each, report, limits):
        silence = now - each.seen.last_received_at
        yield Trouble(
            key=f"camera-silent:{each.camera}",
            kind="camera-silent",
            severity=Severity.WARNING,
            sentence=f"camera {each.camera} has said nothing for {span(silence)}",
            since=each.seen.last_received_at,
            touches=touches,
        )
    elif each.hidden is not None and now - each.hidden.since >= limits.camera_blind:
        yield Trouble(
            key=f"camera-blind:{each.camera}",
            kind="camera-blind",
            severity=Severity.WARNING,
            sentence=f"camera {each.camera} sees nothing ({each.hidden.kind}) for "
            f"{span(now - each.hidden.since)}",
            since=each.hidden.since,
            touches=touches,
        )


def _clocks(report: HealthReport) -> Iterator[Trouble]:
    clocks = report.clocks
    if clocks is None or not (clocks.late or clocks.is_keeper_missed):
        return
    silent = "; their keeper is silent" if clocks.is_keeper_missed else ""
    yield Trouble(
        key="clocks-late",
        kind="clocks-late",
        severity=Severity.CRITICAL,
        sentence=f"{some(clocks.late, 'clock')} should have fired and did not{silent}",
        since=clocks.late_since or clocks.keeper_at or report.taken_at,
        touches=waiting(clocks.touched, "for their clocks"),
    )


def _dead_letters(report: HealthReport, limits: Limits) -> Iterator[Trouble]:
    numbers = report.numbers
    if numbers is None or numbers.parked_last_hour < limits.dead_letters:
        return
    share = numbers.parked_last_hour / max(1, numbers.outcomes_last_hour)
    if share < limits.dead_letters_share:
        return
    yield Trouble(
        key="dead-letters-rising",
        kind="dead-letters-rising",
        severity=Severity.WARNING,
        sentence=f"{some(numbers.parked_last_hour, 'message')} parked in the last hour, "
        f"{share:.1%} of all",
        since=report.taken_at - timedelta(hours=1),
    )
