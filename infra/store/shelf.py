"""The packs of a deployment: which is in force, and those that cases were opened under."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.judging import Packs
from handlers.decisions.policy import Policy
from infra.store import act_statements as sql
from infra.store.failures import told_by_remedy
from infra.store.packs import Packs as KeptPacks
from infra.store.rows import digest_of
from infra.store.work import driver_of
from schemas.errors import OffsiteError
from schemas.ids import Sha256

LOOK_EVERY_S: Final = 5.0
"""So long may a process decide by a pack after another was published."""
_PATIENCE_S: Final = 1.0

Read = Callable[[Mapping[str, bytes], str], Policy]
"""Makes a pack of its files."""


class PostgresShelf:
    """Knows packs by digest; each is read once a process.

    `standby` is in force until two persons have published a pack. Has connections of its own,
    since it is asked from within transactions: with shared ones all could wait for each other.
    """

    def __init__(self, engine: AsyncEngine, *, standby: Policy, read: Read) -> None:
        self._engine: Final = engine
        self._standby: Final = standby
        self._read: Final = read
        self._known: Final[dict[Sha256, Policy]] = {standby.digest: standby}

    async def packs(self, opened_under: Sha256 | None) -> Packs:
        """The pack in force now, and that one, where it was kept.

        Raises:
            TemporarilyUnavailableError: the database is away.
        """
        now = await self.in_force()
        then = None if opened_under is None else await self.pack(opened_under)
        return Packs(now=now, then=then)

    async def in_force(self) -> Policy:
        """The pack that was published last of those whose day has come, China's day."""
        with told_by_remedy():
            async with self._engine.connect() as connection:
                found = await (await driver_of(connection)).execute(sql.IN_FORCE)
                row = await found.fetchone()
        if row is None:
            return self._standby
        digest = digest_of(row[0])
        published = await self.pack(digest)
        if published is None:
            raise OffsiteError(f"expected the published pack {digest} in the store, got none")
        return published

    async def pack(self, digest: Sha256) -> Policy | None:
        """A pack by its digest; absent where it was never kept here."""
        if digest not in self._known:
            kept = await KeptPacks(self._engine).files(digest)
            if kept is None:
                return None
            self._known[digest] = await asyncio.to_thread(self._read, kept.files, kept.name)
        return self._known[digest]


class PolicyInForce:
    """Follows the pack in force in a long-running process. Mutable: it remembers the last look.

    Where the store is away, the process goes on with what it knows.
    """

    def __init__(self, shelf: PostgresShelf, *, standby: Policy, now: Callable[[], float]) -> None:
        self._shelf: Final = shelf
        self._now: Final = now
        self._current = standby
        self._looked_at = float("-inf")

    @property
    def current(self) -> Policy:
        """As of the last look; the pack of the settings until the first."""
        return self._current

    async def refresh(self) -> None:
        """Look again where the last look is some seconds old."""
        if self._now() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = self._now()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found = await self._shelf.in_force()
        except (OffsiteError, TimeoutError) as error:
            structlog.get_logger().warning("pack_not_refreshed", error=str(error))
            return
        if found.digest != self._current.digest:
            structlog.get_logger().info(
                "pack_in_force", name=found.name, version=found.version, digest=found.digest
            )
            self._current = found

    async def keep_fresh(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(LOOK_EVERY_S)
