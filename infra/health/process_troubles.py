"""What is wrong with doors, workers and relays, by their own beats."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from infra.health.limits import Limits
from infra.health.report import HealthReport, ProcessHealth
from infra.health.words import span
from schemas.trouble import Severity, Trouble
from streams.beats import BEAT_EVERY_S, Beat, DoorBeat, RelayBeat, WorkerBeat

_OWN_FAULT: Final = frozenset({"429"})
"""Refusals by which a source feels its own haste: nothing is wrong with the house."""


def process_troubles(report: HealthReport, limits: Limits) -> Iterator[Trouble]:
    """Those that are missed, doors that turn away, pools without a free connection."""
    for each in report.processes:
        if each.is_missed:
            yield _missed(each, report)
        if each.is_alive and isinstance(each.heard.said, DoorBeat):
            yield from _refusing(each, each.heard.said, report, limits)
        if each.is_alive and each.heard.full_beats >= limits.pool_beats:
            yield _exhausted(each, report)


def _missed(each: ProcessHealth, report: HealthReport) -> Trouble:
    heard = each.heard
    kind = "door-silent" if isinstance(heard.said, DoorBeat) else "worker-silent"
    others = any(
        other.is_alive and name_of(other.heard.said) == name_of(heard.said)
        for other in report.processes
    )
    silence = span(report.taken_at - heard.beat_at)
    rest = "others of its kind live" if others else "no other of its kind lives"
    return Trouble(
        key=f"{kind}:{heard.owner}",
        kind=kind,
        severity=Severity.WARNING if others else Severity.CRITICAL,
        sentence=f"{name_of(heard.said)} {heard.owner} is silent for {silence}; {rest}",
        since=heard.beat_at,
    )


def _refusing(
    each: ProcessHealth, said: DoorBeat, report: HealthReport, limits: Limits
) -> Iterator[Trouble]:
    if said.journal_fault:
        yield _at_door(each, f"can't note what it takes: {said.journal_fault}", report)
        return
    refused = {why: n for why, n in said.refused_last_minute.items() if why not in _OWN_FAULT}
    count = sum(refused.values())
    taken = said.accepted_per_s * 60
    if count >= limits.refusals and count >= limits.refusals_share * (count + taken):
        why = ", ".join(f"{status}: {n}" for status, n in sorted(refused.items()))
        yield _at_door(each, f"sent {count} events back in a minute ({why})", report)


def _at_door(each: ProcessHealth, what: str, report: HealthReport) -> Trouble:
    return Trouble(
        key=f"door-refusing:{each.heard.owner}",
        kind="door-refusing",
        severity=Severity.CRITICAL,
        sentence=f"door {each.heard.owner} {what}",
        since=report.taken_at - timedelta(minutes=1),
    )


def _exhausted(each: ProcessHealth, report: HealthReport) -> Trouble:
    heard = each.heard
    since = timedelta(seconds=heard.full_beats * BEAT_EVERY_S)
    return Trouble(
        key=f"pool-exhausted:{heard.owner}",
        kind="pool-exhausted",
        severity=Severity.WARNING,
        sentence=f"{name_of(heard.said)} {heard.owner} has had no free connection to the database "
        f"for {span(since)}: {heard.pool_taken} of {heard.pool_size} in use",
        since=report.taken_at - since,
    )


def name_of(said: Beat) -> str:
    """What a process is, in a word."""
    if isinstance(said, WorkerBeat):
        return f"worker {said.lane}"
    return "relay" if isinstance(said, RelayBeat) else "door"
