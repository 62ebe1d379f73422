"""How a probe goes in: by HTTP through the front door, with a key of its own, as others do."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from infra.access.keys import make_key
from infra.store.sources import Sources
from schemas.errors import RefusedError, TemporarilyUnavailableError
from schemas.events import Event
from schemas.ids import Address, EventId
from schemas.lane import Lane
from schemas.probe import PROBER, Probe
from schemas.wire.envelope import STRUCTURED
from schemas.wire.writing import write_event
from streams.durable import write_whole

_NEW_KEY_AFTER_S: Final = 30.0
"""A door knows a new key within seconds; what it refuses for longer, another database made."""
_LONGEST_ANSWER: Final = 200


class ProbeKey:
    """The prober's key, made at first need and kept in a file for its owner's eyes only."""

    def __init__(self, file: Path, engine: AsyncEngine) -> None:
        self._file: Final = file
        self._engine: Final = engine
        self._made_at = float("-inf")
        self._making: Final = asyncio.Lock()

    async def text(self) -> str:
        """The key.

        Raises:
            TemporarilyUnavailableError: there is none yet, and the database is away.
        """
        async with self._making:
            try:
                return (await asyncio.to_thread(self._file.read_text)).strip()
            except FileNotFoundError:
                return await self._make()

    async def refused(self) -> None:
        """The door doesn't know it: the next one is new, unless this one is so new itself."""
        if time.monotonic() > self._made_at + _NEW_KEY_AFTER_S:
            await asyncio.to_thread(self._file.unlink, missing_ok=True)

    async def _make(self) -> str:
        text, presented = make_key()
        sources = Sources(self._engine)
        await sources.register(PROBER, Lane.GENERAL)
        await sources.add_key(id=presented.id, source=PROBER, secret=presented.digest)
        await asyncio.to_thread(_keep, self._file, text)
        self._made_at = time.monotonic()
        return text


def _keep(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(file, text.encode())


class ProbeDoor:
    """Sends probes to one front door."""

    def __init__(self, api: str, *, key: ProbeKey, within_s: float) -> None:
        self._api: Final = api
        self._key: Final = key
        self._within_s: Final = within_s

    async def send(self, probe: Probe) -> Address:
        """Return when the door acknowledged it: where it lies now. May be repeated.

        Raises:
            RefusedError: the door says no.
            TemporarilyUnavailableError: it can't be reached, or says to come again.
        """
        key = await self._key.text()
        body = write_event(
            Event(
                id=EventId(PROBER, f"{probe.lane}-{probe.number}"),
                occurred_at=probe.sent_at,
                body=probe,
            )
        )
        try:
            return await asyncio.to_thread(_pushed, self._api, key, body, self._within_s)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 401:
                await self._key.refused()
            if error.code in {401, 429, 503}:
                raise TemporarilyUnavailableError(f"it answered {error.code}") from error
            raise RefusedError(f"it answered {error.code}") from error
        except (OSError, ValueError) as error:
            said = str(error)[:_LONGEST_ANSWER]
            raise TemporarilyUnavailableError(f"it can't be reached: {said}") from error


def _pushed(api: str, key: str, body: bytes, within_s: float) -> Address:
    request = urllib.request.Request(  # noqa: S310 - the door's own address
        f"{api}/v1/events",
        data=body,
        headers={"Authorization": f"Bearer {key}", "Content-Type": STRUCTURED},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=within_s) as answer:  # noqa: S310 - as above
        receipt = json.load(answer)
    return Address(receipt["topic_id"], receipt["partition"], receipt["offset"])
