"""Policy packs, kept to the byte and never edited once used: to be had years later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from handlers.decisions.policy import Policy
from infra.store.act_tables import pack_states
from infra.store.failures import told_by_remedy
from infra.store.rows import digest_bytes, digest_of
from infra.store.tables import policies, policy_files
from schemas.errors import RefusedError
from schemas.ids import Sha256

# The same name and version at once, from several processes, take turns.
_TURN: Final = text("SELECT pg_advisory_xact_lock(7061728, hashtext(:name || '/' || :version))")


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

    async def keep(
        self, policy: Policy, files: Mapping[str, bytes], *, is_draft: bool = False
    ) -> None:
        """Keep a pack before its first use. May be repeated, and by several at once.

        A draft decides nothing yet, so others may be kept under its name and version.

        Raises:
            RefusedError: another text was used or published under this name and version.
        """
        digest = digest_bytes(policy.digest)
        each = [
            {"digest": digest, "path": path, "content": content}
            for path, content in sorted(files.items())
        ]
        with told_by_remedy():
            async with self._engine.begin() as connection:
                await _refuse_edited(connection, policy)
                await _keep(connection, policy, is_draft=is_draft)
                await connection.execute(insert(policy_files).values(each).on_conflict_do_nothing())

    async def files(self, digest: Sha256) -> KeptPack | None:
        """The files of a pack; absent where that pack was never kept here."""
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


async def _keep(connection: AsyncConnection, policy: Policy, *, is_draft: bool) -> None:
    new = insert(policies).values(
        digest=digest_bytes(policy.digest),
        name=policy.name,
        version=policy.version,
        valid_from=policy.valid_from,
        used_at=None if is_draft else func.now(),
    )
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["digest"],
            set_={
                "valid_from": new.excluded.valid_from,
                "used_at": func.coalesce(policies.c.used_at, new.excluded.used_at),
            },
        )
    )


async def _refuse_edited(connection: AsyncConnection, policy: Policy) -> None:
    """One that was used before such an edit was refused stays as good as it was."""
    await connection.execute(_TURN, {"name": policy.name, "version": policy.version})
    is_in_use = policies.c.used_at.is_not(None) | (pack_states.c.state == "published")
    query = (
        select(policies.c.digest)
        .join_from(policies, pack_states, isouter=True)
        .where(
            *(policies.c.name == policy.name, policies.c.version == policy.version),
            is_in_use,
        )
        .order_by(policies.c.kept_at, policies.c.digest)
    )
    in_use = [digest_of(digest) for digest in (await connection.execute(query)).scalars()]
    if in_use and policy.digest not in in_use:
        raise RefusedError(
            f"pack {policy.name} {policy.version} is in use as {in_use[0]}, this text is "
            f"{policy.digest}: a used version is never edited, so give it a new version"
        )
