"""One lane's probes: which is due, which is under way, which did not come back.

    due ──start──► out ──accept──► out ──take──► due again in a minute, next partition
                    └───── overdue ── miss ────► due again at once, the same partition

Asks no clock and no neighbour: the prober does, and tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from schemas.ids import Address
from schemas.lane import Lane
from schemas.probe import Probe
from schemas.trouble import Severity, Trouble
from streams.probing import Returned, next_number
from streams.topics import EVENTS

MISSED: Final = "probe-missed"
"""The kind of trouble that a probe is when it doesn't come back."""
_GRACE_S: Final = 5.0
"""So long may the reader of probes be away before its silence counts as theirs."""
_REMEMBERED: Final = 100


class Stuck(StrEnum):
    """How far a missed probe came."""

    DOOR = "door"
    WORKER = "worker"
    RELAY = "relay"
    RETURN = "return"
    UNKNOWN = "unknown"


_SAID: Final[Mapping[Stuck, str]] = {
    Stuck.DOOR: "the front door did not take it",
    Stuck.WORKER: "the front door took it, and no worker decided it",
    Stuck.RELAY: "it was decided, and no relay carried its letter",
    Stuck.RETURN: "its letter was carried, and could not be read from Kafka",
    Stuck.UNKNOWN: "the front door took it, and the database can't be asked further",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A probe a lane each `every_s`; one that needs longer than `within_s` is missed."""

    every_s: float
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A probe that came back: seconds from when it was sent, by our own clock."""

    seconds: float
    in_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    probe: Probe
    at: float
    partition: int


class Course:
    """One lane's state. Mutable; all times but the trouble's are of a monotonic clock."""

    def __init__(
        self, lane: Lane, *, pace: Pace, now: float, number: int, missing_since: datetime | None
    ) -> None:
        """`missing_since`: a probe was missed before we started, nobody knows of which partition.

        Then all of them have to be proved before it is over.
        """
        self.lane: Final = lane
        self.address: Address | None = None
        self.fault = ""
        self._pace: Final = pace
        self._number = number
        self._partition = 0
        self._due = now if missing_since is not None else now + pace.every_s
        self._out: _Sent | None = None
        self._noticed: float | None = None
        self._sent: dict[int, _Sent] = {}
        self._since = missing_since
        self._unproved: set[int] | None = None
        self._sentence = f"a probe of lane {lane} was missed before the lookout started"

    @property
    def out(self) -> Probe | None:
        """The probe under way."""
        return None if self._out is None else self._out.probe

    @property
    def trouble(self) -> Trouble | None:
        """What operations must know of this lane."""
        if self._since is None:
            return None
        return Trouble(
            key=f"{MISSED}:{self.lane}",
            kind=MISSED,
            severity=Severity.CRITICAL,
            sentence=self._sentence,
            since=self._since,
        )

    def is_due(self, now: float) -> bool:
        """Whether the next probe is to be sent."""
        return self._out is None and now >= self._due

    def start(self, now: float, at: datetime, *, partitions: int) -> Probe:
        """The next probe, that travels to the partition whose turn it is."""
        if self._since is not None and self._unproved is None:
            self._unproved = set(range(partitions))
        partition = self._partition % partitions
        probe = next_number(
            Probe(lane=self.lane, number=self._number, sent_at=at),
            partition=partition,
            partitions=partitions,
        )
        self._number = probe.number + 1
        self._out = self._sent[probe.number] = _Sent(probe=probe, at=now, partition=partition)
        while len(self._sent) > _REMEMBERED:
            del self._sent[next(iter(self._sent))]
        self.address, self.fault, self._noticed = None, "", None
        return probe

    def take(self, returned: Returned) -> Round | None:
        """A probe came back; nothing where it is none of ours."""
        sent = self._sent.pop(returned.number, None)
        if sent is None:
            return None
        seconds = returned.arrived - sent.at
        is_out = self._out is sent
        if is_out:
            self._out = None
            self._due = sent.at + self._pace.every_s
        if self._since is not None:
            self._prove(sent.partition, returned.arrived)
        elif is_out:
            self._partition = sent.partition + 1
        return Round(seconds=seconds, in_time=is_out)

    def _prove(self, partition: int, now: float) -> None:
        unproved = self._unproved or set()
        unproved.discard(partition)
        if unproved:
            self._partition, self._due = min(unproved), now
            return
        self._since = self._unproved = None
        self._partition = partition + 1

    def time_left(self, now: float) -> float:
        """Until the probe under way ought to be back."""
        return 0.0 if self._out is None else self._out.at + self._pace.within_s - now

    def is_overdue(self, now: float, *, read_since: float) -> bool:
        """Whether it is missed: its time is up, and somebody has looked since then.

        `read_since`: when the last reading of returned probes began that came to a good end. A
        lookout that was stopped for a while doesn't take its own absence for a stall.
        """
        if self._out is None or self.time_left(now) > 0:
            return False
        if self._noticed is None:
            self._noticed = now
        return read_since >= self._noticed or now >= self._noticed + _GRACE_S

    def miss(self, stuck: Stuck, now: float) -> None:
        """Give the probe up and try the same partition again soon."""
        if self._out is None:
            return
        missed, self._out = self._out, None
        self._due = now
        if self._since is None:
            self._since, self._unproved = missed.probe.sent_at, {missed.partition}
        because = f" ({self.fault})" if stuck is Stuck.DOOR and self.fault else ""
        self._sentence = (
            f"a probe to {EVENTS[self.lane]}/{missed.partition} did not come back within "
            f"{self._pace.within_s:g} s: {_SAID[stuck]}{because}"
        )
