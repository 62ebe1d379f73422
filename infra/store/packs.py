"""Policy packs that were used: kept to the byte, so that they can be had years later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.policy import Policy
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_bytes
from infra.store.tables import policies, policy_files
from schemas.ids import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPack:
    """A pack's files as they were. `handlers.policies.pack.pack_from` makes a `Policy` of them."""

    name: str
    version: str
    files: Mapping[str, bytes]


class Packs:
    """Keeps packs by digest."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine: Final = engine

    async def keep(self, policy: Policy, files: Mapping[str, bytes]) -> None:
        """Keep a pack before its first use. May be repeated, and by several at once."""
        digest = digest_bytes(policy.digest)
        pack = {"digest": digest, "name": policy.name, "version": policy.version}
        each = [
            {"digest": digest, "path": path, "content": content}
            for path, content in sorted(files.items())
        ]
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await connection.execute(insert(policies).values(pack).on_conflict_do_nothing())
                await connection.execute(insert(policy_files).values(each).on_conflict_do_nothing())

    async def files(self, digest: Sha256) -> KeptPack | None:
        """The files of a pack; absent where that pack was never used here."""
        by_digest = policies.c.digest == digest_bytes(digest)
        query = (
            select(policies.c.name, policies.c.version, policy_files.c.path, policy_files.c.content)
            .join_from(policies, policy_files)
            .where(by_digest)
        )
        with told_by_remedy():
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        if not rows:
            return None
        files = {row.path: row.content for row in rows}
        return KeptPack(name=rows[0].name, version=rows[0].version, files=files)
