"""The one way to read: everything in a snapshot is of one instant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.store.act_chains import ActChains
from infra.store.act_records import ActRecords
from infra.store.cases import Cases
from infra.store.chains import Chains
from infra.store.daily_statements import DailyStatements
from infra.store.failures import told_by_remedy
from infra.store.health import Health
from infra.store.logs import Logs
from infra.store.records import Records
from infra.store.signals import Signals

# A reader holds no row: it may think for a while between two questions.
_PATIENCE: Final = text("SET LOCAL idle_in_transaction_session_timeout = '10min'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The store as it was at `taken_at`, by the database's clock. Not to be shared by tasks."""

    taken_at: datetime
    cases: Cases
    records: Records
    logs: Logs
    chains: Chains
    acts: ActRecords
    act_chains: ActChains
    health: Health
    signals: Signals
    statements: DailyStatements


class Reading:
    """Takes snapshots. Share one a process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Look at one instant (repeatable read), without holding anybody up.

        Close it soon all the same: while it is open, PostgreSQL can't clear away what changed.

        Raises:
            TemporarilyUnavailableError: the database is away.
        """
        with told_by_remedy():
            async with self._engine.connect() as connection:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
                await connection.execute(_PATIENCE)
                taken_at = (await connection.execute(select(func.now()))).scalar_one()
                yield Snapshot(
                    taken_at=taken_at,
                    cases=Cases(connection),
                    records=Records(connection),
                    logs=Logs(connection),
                    chains=Chains(connection),
                    acts=ActRecords(connection),
                    act_chains=ActChains(connection),
                    health=Health(connection),
                    signals=Signals(connection),
                    statements=DailyStatements(connection),
                )
