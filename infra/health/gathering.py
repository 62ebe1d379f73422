"""Gathers a health report: the cluster and one snapshot of the database, side by side.

    cluster: ends, leaders ─┐                        ┌─ verdict of each partition
    database: heads, beats ─┼─► window of samples ──►┼─ who lives, who is away
    disk: spools, cameras  ─┘                        └─ open cases that each trouble touches

A neighbour that is away costs what only it knows; the rest is told, and that it is away.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from infra.deployment import Deployment
from infra.health.cameras import camera_health, expected_in
from infra.health.judging import (
    clock_health,
    cluster_health,
    partition_health,
    process_health,
)
from infra.health.kafka_side import ClusterAsker
from infra.health.limits import USUAL_LIMITS, Limits
from infra.health.looking import Look, View, heads_of, kept_of, view_all
from infra.health.report import CameraHealth, Fault, HealthReport, Part
from infra.health.spools import spools_in
from infra.health.store_side import Counted, StoreSeen, look_at_heads, look_at_store
from infra.health.touching import with_touched
from infra.health.troubles import lasting, troubles_of
from infra.health.window import Window
from infra.store.lag_samples import Kept
from infra.store.touched import TouchedCases
from schemas.errors import TemporarilyUnavailableError
from schemas.trouble import Trouble
from streams.lag import ClusterEye, ClusterSeen

Answer = TypeVar("Answer")

_COUNT_EVERY_S: Final = 5.0
_STORE_WITHIN_S: Final = 3.5


class Gathering:
    """Mutable: it remembers what it saw. Share one a process, and close it."""

    def __init__(
        self,
        deployment: Deployment,
        engine: AsyncEngine,
        *,
        cameras: Path,
        limits: Limits = USUAL_LIMITS,
    ) -> None:
        self._deployment: Final = deployment
        self._engine: Final = engine
        self._cameras: Final = cameras
        self._limits: Final = limits
        self._asker: Final = ClusterAsker(ClusterEye(deployment.connection))
        self._touched: Final = TouchedCases(engine)
        self._window: Final = Window()
        self._is_filled = False
        self._counted: Counted | None = None
        self._counted_until = 0.0
        self._faults: dict[Part, Fault] = {}
        self._away_since: dict[int, datetime] = {}

    async def close(self) -> None:
        """Leave the brokers. The engine is somebody else's."""
        await self._asker.close()

    async def sample(self) -> Sequence[Kept]:
        """Look at ends and heads only; answer what is worth keeping."""
        cluster, heads = await asyncio.gather(
            self._cluster(), self._told(Part.DATABASE, look_at_heads(self._engine))
        )
        at = datetime.now(UTC) if heads is None else heads[0]
        known = None if heads is None else heads_of(heads[1])
        views = await self._views(Look(at=at, cluster=cluster, heads=known))
        return [kept_of(view) for view in views if view.is_seen]

    async def look(self) -> HealthReport:
        """The whole report. What is away is among its faults; nothing is raised for it."""
        cluster, store = await asyncio.gather(
            self._cluster(), self._told(Part.DATABASE, self._store())
        )
        at = datetime.now(UTC) if store is None else store.taken_at
        heads = None if store is None else heads_of(store.progress)
        now = Look(at=at, cluster=cluster, heads=heads)
        report = await self._report(now, await self._views(now), store)
        if store is None:
            return report
        subjects = [clock.subject for clock in store.late_clocks]
        return await with_touched(
            report, self._touched, late_subjects=subjects, limits=self._limits
        )

    async def troubles(self) -> Sequence[Trouble]:
        """What is wrong for longer than a moment: the ones that alarms are made of."""
        report = await self.look()
        return lasting(troubles_of(report, self._limits), report.taken_at, self._limits)

    async def _cluster(self) -> ClusterSeen | None:
        return await self._told(Part.KAFKA, self._asker.look())

    async def _views(self, now: Look) -> Sequence[View]:
        return await view_all(now, self._window, self._asker)

    async def _store(self) -> StoreSeen:
        now = time.monotonic()
        counted = self._counted if now < self._counted_until else None
        async with asyncio.timeout(_STORE_WITHIN_S):
            seen = await look_at_store(
                self._engine,
                counted=counted,
                with_leaders=not self._is_filled,
                clocks_late=self._limits.clocks,
            )
        self._window.fill(seen.samples, seen.leaders)
        self._is_filled = True
        if counted is None:
            self._counted, self._counted_until = seen.counted, now + _COUNT_EVERY_S
        return seen

    async def _told(self, part: Part, asked: Awaitable[Answer]) -> Answer | None:
        """The answer; none where the neighbour is away, and then that is remembered."""
        try:
            answer = await asked
        except (TemporarilyUnavailableError, TimeoutError) as error:
            known = self._faults.get(part)
            since = datetime.now(UTC) if known is None else known.since
            said = str(error) or f"{part}: no answer in time"
            self._faults[part] = Fault(part=part, said=said, since=since)
            return None
        self._faults.pop(part, None)
        return answer

    async def _report(
        self, now: Look, views: Sequence[View], store: StoreSeen | None
    ) -> HealthReport:
        limits = self._limits
        processes = None if store is None else process_health(store.beats, now.at, limits)
        spools = await asyncio.to_thread(spools_in, self._deployment.data / "spool")
        return HealthReport(
            taken_at=now.at,
            broker=self._deployment.broker,
            is_trial=self._deployment.is_trial,
            faults=list(self._faults.values()),
            partitions=[partition_health(each, self._window, processes, limits) for each in views],
            numbers=None if store is None else store.counted.numbers,
            cameras=[] if store is None else await self._seen_by(now, store),
            processes=processes or (),
            cluster=cluster_health(now, views, self._window, self._since(now)),
            clocks=None
            if store is None
            else clock_health(store.late_clocks, store.keepers, now.at, limits),
            spools=spools,
        )

    def _since(self, now: Look) -> dict[int, datetime]:
        """Since when each broker is away: it led last, or we missed it first, then."""
        away = self._window.leaders() if now.cluster is None else now.cluster.away
        self._away_since = {
            broker: self._away_since.get(broker) or self._window.last_led_at(broker) or now.at
            for broker in away
        }
        return self._away_since

    async def _seen_by(self, now: Look, store: StoreSeen) -> list[CameraHealth]:
        counted = store.counted
        expected = await asyncio.to_thread(expected_in, self._cameras, now.at)
        return [
            camera_health(
                each,
                counted.told.get(each.camera, ()),
                now=now.at,
                expected=expected.get(each.camera),
                last_looked_at=counted.last_looked.get(each.camera),
                has_ended=each.camera in counted.ended,
            )
            for each in counted.cameras
        ]


@asynccontextmanager
async def gathering(
    deployment: Deployment, engine: AsyncEngine, *, cameras: Path
) -> AsyncIterator[Gathering]:
    """One for as long as the block lasts."""
    gathers = Gathering(deployment, engine, cameras=cameras)
    try:
        yield gathers
    finally:
        await gathers.close()


async def look_whole(gathers: Gathering) -> HealthReport:
    """A report in which nothing is absent.

    Raises:
        TemporarilyUnavailableError: Kafka or the database is away.
    """
    report = await gathers.look()
    if report.faults:
        raise TemporarilyUnavailableError("; ".join(fault.said for fault in report.faults))
    return report
