"""Alarms: each trouble that lasts is told once by every channel, and once when it is over.

    trouble ──lasts──► raised ──► pending ──► webhook, topic `alarms`
                          └──gone for a while──► recovered ──► pending ──► …

Directly, and not through the outbox: the database may be what is away.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import structlog

from infra.alarm_book import AlarmBook, read_book, write_book
from infra.probe_course import MISSED
from schemas.alarm import Alarm, Notice
from schemas.errors import TemporarilyUnavailableError
from schemas.trouble import Trouble
from streams.pausing import pause

LASTS: Final = timedelta(seconds=5)
"""What is over sooner is no alarm: a leader that moves, a worker that is started again."""
AT_ONCE: Final = frozenset({MISSED})
"""Kinds that have waited long enough before they are a trouble at all."""
GONE_FOR: Final = timedelta(seconds=10)

_LOOK_S: Final = 0.2
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0


class Channel(Protocol):
    """A way to people. What it sends may come twice, under the same notice id."""

    @property
    def name(self) -> str:
        """The same after a restart; holds no secret."""
        ...

    async def send(self, notice: Notice) -> None:
        """Return when the other side has acknowledged it.

        Raises:
            TemporarilyUnavailableError: it has not; it will be tried again.
        """


class Counts(Protocol):
    """What is told of alarms in numbers."""

    def raised(self, kind: str) -> None:
        """One alarm more."""

    def active(self, by_kind: Mapping[str, int]) -> None:
        """How many of each kind are raised now."""

    def pending(self, tellings: int) -> None:
        """So many tellings were not acknowledged yet."""


class Alarms:
    """Mutable: it remembers since when troubles are there, or gone; the rest is in its book."""

    def __init__(
        self,
        *,
        file: Path,
        channels: Sequence[Channel],
        new_id: Callable[[], str],
        counts: Counts,
    ) -> None:
        self._file: Final = file
        self._channels: Final = {channel.name: channel for channel in channels}
        self._new_id: Final = new_id
        self._counts: Final = counts
        self._book = read_book(file).only_for(self._channels.keys())
        self._changing: Final = asyncio.Lock()
        self._seen_at: dict[str, datetime] = {}
        self._gone_at: dict[str, datetime] = {}
        self._count(self._book)

    @property
    def raised(self) -> Sequence[Alarm]:
        """What is wrong now, as far as it was told."""
        return list(self._book.raised.values())

    async def tell(
        self, troubles: Sequence[Trouble], now: datetime, *, is_whole: bool = True
    ) -> None:
        """Hold what is wrong now against what is raised. May be repeated as often as you like.

        `is_whole`: whether all have been asked. Where not, what is absent isn't taken for over.
        Doesn't wait for channels.
        """
        async with self._changing:
            book = self._begun(self._book, troubles, now)
            if is_whole:
                book = self._over(book, {trouble.key for trouble in troubles}, now)
            await self._turn_to(book)

    def _begun(self, book: AlarmBook, troubles: Sequence[Trouble], now: datetime) -> AlarmBook:
        keys = {trouble.key for trouble in troubles}
        self._seen_at = {key: at for key, at in self._seen_at.items() if key in keys}
        for trouble in troubles:
            self._gone_at.pop(trouble.key, None)
            since = self._seen_at.setdefault(trouble.key, now)
            lasts = timedelta(0) if trouble.kind in AT_ONCE else LASTS
            if trouble.key not in book.raised and now - since >= lasts:
                book = book.begun(
                    trouble, alarm_id=self._new_id(), now=now, to=list(self._channels)
                )
                structlog.get_logger().warning(
                    "alarm_raised", key=trouble.key, kind=trouble.kind, sentence=trouble.sentence
                )
        return book

    def _over(self, book: AlarmBook, there: set[str], now: datetime) -> AlarmBook:
        for key, alarm in book.raised.items():
            if key in there:
                continue
            if now - self._gone_at.setdefault(key, now) >= GONE_FOR:
                del self._gone_at[key]
                book = book.over(alarm, now=now, to=list(self._channels))
                trouble = alarm.trouble
                structlog.get_logger().warning(
                    "alarm_recovered", key=key, kind=trouble.kind, sentence=trouble.sentence
                )
        return book

    async def _turn_to(self, book: AlarmBook) -> None:
        """On the disk first; where that is full, people are told all the same."""
        if book == self._book:
            return
        try:
            await asyncio.to_thread(write_book, self._file, book)
        except OSError as error:
            structlog.get_logger().error("alarms_not_kept", error=str(error))
        before, self._book = self._book, book
        self._count(before)

    def _count(self, before: AlarmBook) -> None:
        now = self._book.raised
        for key in now.keys() - before.raised.keys():
            self._counts.raised(now[key].trouble.kind)
        kinds = Counter(alarm.trouble.kind for alarm in now.values())
        gone = {alarm.trouble.kind: 0 for alarm in before.raised.values()}
        self._counts.active({**gone, **kinds})
        self._counts.pending(sum(len(one.to) for one in self._book.pending))

    async def deliver(self, stop: asyncio.Event) -> None:
        """Bring tellings to every channel, in order, until told to stop; one waits for no other."""
        async with asyncio.TaskGroup() as ways:
            for channel in self._channels.values():
                ways.create_task(self._bring(channel, stop))

    async def _bring(self, channel: Channel, stop: asyncio.Event) -> None:
        wait = _FIRST_WAIT_S
        while not stop.is_set():
            notice = self._book.next_for(channel.name)
            if notice is None:
                await pause(stop, _LOOK_S)
                continue
            try:
                await channel.send(notice)
            except TemporarilyUnavailableError as error:
                structlog.get_logger().warning(
                    "alarm_not_delivered",
                    channel=channel.name,
                    notice=notice.id,
                    error=str(error),
                    wait_s=wait,
                )
                await pause(stop, wait)
                wait = min(_LONGEST_WAIT_S, 2 * wait)
                continue
            wait = _FIRST_WAIT_S
            async with self._changing:
                await self._turn_to(self._book.told(notice, channel.name))
