"""Says of everything that is wrong which open cases it touches; where nobody can count, so."""

from collections.abc import Awaitable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeVar

import structlog

from infra.health.limits import Limits
from infra.health.report import (
    BrokerAway,
    CameraHealth,
    ClusterHealth,
    HealthReport,
    PartitionHealth,
)
from infra.store.touched import NONE_TOUCHED, Touched, TouchedCases
from schemas.errors import TemporarilyUnavailableError
from streams.verdicts import Verdict

Counts = TypeVar("Counts")

_SOON: Final = timedelta(seconds=5)
"""A letter that waits shorter than that is only on its way."""


async def with_touched(
    report: HealthReport, cases: TouchedCases, *, late_subjects: Collection[str], limits: Limits
) -> HealthReport:
    """The report with the cases counted. Asks nothing where all is well."""
    clocks = report.clocks
    if clocks is not None and clocks.late:
        clocks = replace(clocks, touched=await _counted(cases.named(late_subjects)))
    return replace(
        report,
        partitions=await _partitions(report.partitions, cases),
        cluster=await _cluster(report, cases),
        outbox=await _counted(cases.unsent()) if _waits_long(report) else NONE_TOUCHED,
        cameras=await _cameras(report, cases, limits),
        clocks=clocks,
    )


def _waits_long(report: HealthReport) -> bool:
    oldest = None if report.numbers is None else report.numbers.oldest_unsent_at
    return oldest is not None and report.taken_at - oldest >= _SOON


async def _partitions(
    partitions: Collection[PartitionHealth], cases: TouchedCases
) -> list[PartitionHealth]:
    behind = [each.log for each in partitions if each.verdict is not Verdict.OK]
    found = await _counted(cases.behind(behind)) if behind else {}
    return [
        each
        if each.verdict is Verdict.OK
        else replace(each, touched=None if found is None else found.get(each.log, NONE_TOUCHED))
        for each in partitions
    ]


async def _cluster(report: HealthReport, cases: TouchedCases) -> ClusterHealth:
    away: list[BrokerAway] = []
    for each in report.cluster.away:
        logs = {*each.led, *each.leaderless}
        touched = await _counted(cases.over(logs)) if logs else NONE_TOUCHED
        away.append(replace(each, touched=touched))
    return replace(report.cluster, away=away)


async def _cameras(report: HealthReport, cases: TouchedCases, limits: Limits) -> list[CameraHealth]:
    troubled = [each.camera for each in report.cameras if is_troubled(each, report, limits)]
    found = await _counted(cases.seen_by(troubled)) if troubled else {}
    return [
        replace(each, touched=None if found is None else found.get(each.camera, NONE_TOUCHED))
        if each.camera in troubled
        else each
        for each in report.cameras
    ]


def is_troubled(camera: CameraHealth, report: HealthReport, limits: Limits) -> bool:
    """It sees nothing, or says nothing although it ought to."""
    return is_silent(camera, report, limits) or camera.hidden is not None


def is_silent(camera: CameraHealth, report: HealthReport, limits: Limits) -> bool:
    """It used to say each minute that somebody looks, didn't say that it ends, and says nothing."""
    silence = report.taken_at - camera.seen.last_received_at
    return (
        camera.last_looked_at is not None
        and not camera.has_ended
        and limits.camera_silent <= silence < limits.camera_gone
    )


async def _counted(asked: Awaitable[Counts]) -> Counts | None:
    try:
        return await asked
    except TemporarilyUnavailableError as error:
        structlog.get_logger().warning("touched_cases_not_counted", error=str(error))
        return None


def waiting(touched: Touched | None, where: str) -> str:
    """The sentence; empty where no open case waits."""
    if touched is None:
        return f"which open cases wait {where} could not be counted in time"
    if not touched:
        return ""
    return f"{touched} {'waits' if touched.is_one else 'wait'} {where}"
