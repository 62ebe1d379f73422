"""The keys that a door knows: from the database while it is there, else as last seen."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from infra.access.keys import PresentedKey
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import Sha256
from schemas.lane import Lane
from streams.durable import write_whole

REFRESH_S: Final = 5.0
"""So long may a revoked key still be good."""
LOOK_EVERY_S: Final = 1.0
"""As often may strangers make us ask the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a key is good for."""

    digest: Sha256
    source: str
    lane: Lane


Grants = Mapping[str, Grant]
"""By key id; revoked ones are not in it."""


class Keyring:
    """Remembers grants in memory and in a file, so that a dead database stops no door."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Grants]],
        *,
        file: Path,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fetch: Final = fetch
        self._file: Final = file
        self._now: Final = now
        self._sleep: Final = sleep
        self._grants = _read(file)
        self._kept = self._grants
        self._fetched_at = float("-inf")
        self._looking = asyncio.Lock()
        self._fault: Exception | None = None

    async def check(self, presented: PresentedKey) -> Grant | None:
        """The grant of a key whose secret is right.

        A key that we don't know may be new: the database is asked, once a second at most, and
        who comes in between waits for the next answer. That slows only those whom nobody knows.

        Raises:
            TemporarilyUnavailableError: nobody can say whether there is such a key.
        """
        if presented.id not in self._grants:
            await self._look_since(self._now(), wanted=presented.id)
        grant = self._grants.get(presented.id)
        if grant is None and self._fault is not None:
            raise TemporarilyUnavailableError(
                f"key {presented.id[:40]} is not known here, and the database is away"
            ) from self._fault
        if grant is None or not hmac.compare_digest(grant.digest, presented.digest):
            return None
        return grant

    async def keep_fresh(self) -> None:
        """Look again and again until cancelled; no sender waits for it."""
        while True:
            await self._look_since(self._now())
            await asyncio.sleep(REFRESH_S)

    async def _look_since(self, came_at: float, *, wanted: str | None = None) -> None:
        """Return when somebody has looked since then, or met the wanted key meanwhile."""
        async with self._looking:
            if self._fetched_at > came_at or wanted in self._grants:
                return
            wait_s = self._fetched_at + LOOK_EVERY_S - self._now()
            if wait_s > 0:
                await self._sleep(wait_s)
            self._fetched_at = self._now()
            await self._look()

    async def _look(self) -> None:
        """Where the database is away, go on with what we know."""
        try:
            async with asyncio.timeout(2.0):
                grants = await self._fetch()
        except (TemporarilyUnavailableError, TimeoutError) as error:
            structlog.get_logger().warning("keys_not_refreshed", error=str(error))
            self._fault = error
            return
        self._fault = None
        self._grants = grants
        if grants != self._kept:
            await self._keep(grants)

    async def _keep(self, grants: Grants) -> None:
        """Where the disk is full, the next look tries again; what we know is good all the same."""
        try:
            await asyncio.to_thread(_write, self._file, grants)
        except OSError as error:
            structlog.get_logger().error("keys_not_kept", error=str(error))
            return
        self._kept = grants


def _read(file: Path) -> Grants:
    """What was kept; a damaged file is as none: the database will say it all again."""
    try:
        content = json.loads(file.read_text())
        return {
            name: Grant(
                digest=Sha256(grant["digest"]), source=grant["source"], lane=Lane(grant["lane"])
            )
            for name, grant in content.items()
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        structlog.get_logger().error("keys_file_damaged", file=str(file), error=repr(error))
        return {}


def _write(file: Path, grants: Grants) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {name: asdict(grant) for name, grant in grants.items()}
    write_whole(file, json.dumps(content).encode())
