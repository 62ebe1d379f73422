"""Tells where an item of evidence lies: in the vault, with its source, or nowhere any more."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from infra.cli.cases import local
from infra.store.deletions import Deletions
from infra.vault.disk import DiskVault
from schemas.ids import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """A vault, and when of what is asked for was deleted."""

    vault: DiskVault
    deleted: Mapping[Sha256, datetime]

    def shown(self, item: Sha256) -> str:
        """The way to the bytes, where they are here."""
        path = self.vault.find(item)
        return self._absent(item) if path is None else str(path)

    def named(self, item: Sha256) -> str:
        """No way to them: by digest only, for what is shown to nobody who hasn't said why."""
        return self._absent(item) if self.vault.find(item) is None else f"in the vault: {item}"

    def _absent(self, item: Sha256) -> str:
        at = self.deleted.get(item)
        if at is None:
            return f"with the source: {item}"
        return f"deleted on {local(at)[:10]}, as `offsite evidence deletions` says: {item}"


async def whereabouts(
    engine: AsyncEngine, vault: DiskVault, items: Iterable[Sha256]
) -> Whereabouts:
    """Ask once for all of them."""
    async with engine.connect() as connection:
        return Whereabouts(vault=vault, deleted=await Deletions(connection).of([*set(items)]))
