"""Reads cameras' signals back: when each was looked through, and when and why it was not."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ARRAY, Select, Text, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.store.failures import told_by_remedy
from infra.store.signal_tables import camera_signals
from schemas.ids import CameraId
from schemas.signal import SignalKind, StreamSignal


class Signals:
    """Reads as of one instant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection: Final = connection

    async def cameras(self, *, since: datetime, until: datetime) -> Sequence[CameraId]:
        """Every camera that has a stretch there."""
        table = camera_signals.c
        query = (
            select(table.camera)
            .where(table.until_at >= since, table.from_at < until)
            .distinct()
            .order_by(table.camera)
        )
        with told_by_remedy():
            rows = await self._connection.execute(query)
        return [CameraId(row.camera) for row in rows]

    async def of(
        self, camera: CameraId, *, since: datetime, until: datetime
    ) -> Sequence[StreamSignal]:
        """What a camera said of this stretch of time, whole, the earliest first."""
        table = camera_signals.c
        query = (
            select(camera_signals)
            .where(table.camera == camera, table.until_at >= since, table.from_at < until)
            .order_by(table.from_at, table.topic_id, table.partition, table.offset)
        )
        return await self._read(query)

    async def since(self, since: datetime) -> Mapping[CameraId, Sequence[StreamSignal]]:
        """What every camera said of the time from then on, each the earliest first."""
        table = camera_signals.c
        query = (
            select(camera_signals)
            .where(table.until_at >= since)
            .order_by(table.camera, table.from_at, table.topic_id, table.partition, table.offset)
        )
        told = groupby(await self._read(query), key=lambda signal: signal.camera)
        return {camera: list(signals) for camera, signals in told}

    async def _read(self, query: Select[Any]) -> Sequence[StreamSignal]:
        with told_by_remedy():
            rows = await self._connection.execute(query)
        return [
            StreamSignal(
                camera=CameraId(row.camera),
                kind=SignalKind(row.kind),
                from_at=row.from_at,
                until_at=row.until_at,
                text=row.text,
                frames=row.frames,
            )
            for row in rows
        ]

    async def last_looked(self, cameras: Collection[CameraId]) -> Mapping[CameraId, datetime]:
        """Until when each was looked through, of those that ever said so."""
        asked = func.unnest(literal(list(cameras), ARRAY(Text)))
        named = asked.table_valued("camera", name="named").render_derived()
        table = camera_signals.c
        last = (
            select(table.until_at)
            .where(table.camera == named.c.camera, table.kind == SignalKind.LOOKED.value)
            .order_by(table.until_at.desc())
            .limit(1)
            .lateral("last")
        )
        query = select(named.c.camera, last.c.until_at).select_from(named.join(last, true()))
        with told_by_remedy():
            rows = await self._connection.execute(query)
        return {CameraId(row.camera): row.until_at for row in rows}

    async def ended(self, cameras: Collection[CameraId]) -> frozenset[CameraId]:
        """Those whose last word is that their source is at its end."""
        asked = func.unnest(literal(list(cameras), ARRAY(Text)))
        named = asked.table_valued("camera", name="named").render_derived()
        table = camera_signals.c
        is_end = table.kind == SignalKind.SOURCE_ENDED.value
        last = (
            select(table.kind)
            .where(table.camera == named.c.camera)
            .order_by(table.until_at.desc(), is_end.desc())
            .limit(1)
            .lateral("last")
        )
        ended = last.c.kind == SignalKind.SOURCE_ENDED.value
        query = select(named.c.camera).select_from(named.join(last, ended))
        with told_by_remedy():
            return frozenset(CameraId(row.camera) for row in await self._connection.execute(query))
