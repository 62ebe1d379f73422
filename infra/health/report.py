"""What is known of the house's health at one instant, and what could not be known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.decisions.coverage import Coverage
from infra.store.beats import Heard
from infra.store.health import CameraSeen, Numbers
from infra.store.touched import NONE_TOUCHED, Touched
from schemas.ids import CameraId, Partition
from schemas.signal import SignalKind
from streams.lag import GroupLag
from streams.verdicts import Verdict


class Part(StrEnum):
    """A neighbour without which something can't be known."""

    KAFKA = "kafka"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A neighbour gave no answer."""

    part: Part
    said: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionHealth:
    """How a partition does. `is_seen`: leader and database both told it now; else what is here is
    as last seen, and absent where nobody here ever saw it. No `touched`: nobody could count them.
    """

    topic: str
    partition: int
    group: str
    log: Partition
    end: int | None
    decided: int | None
    verdict: Verdict
    is_seen: bool
    lag_age: timedelta = timedelta(0)
    still_since: datetime | None = None
    rate: float = 0.0
    last_commit_at: datetime | None = None
    owner: str | None = None
    rebalances: int | None = None
    leader: int | None = None
    replicas: frozenset[int] = frozenset()
    in_sync: frozenset[int] = frozenset()
    touched: Touched | None = NONE_TOUCHED

    @property
    def lag(self) -> int:
        """Messages that wait for their outcome, as far as anybody knows."""
        return 0 if self.end is None or self.decided is None else max(0, self.end - self.decided)

    @property
    def place(self) -> str:
        """As people name it."""
        return f"{self.topic}/{self.partition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAway:
    """A broker that ought to be there. `led` is what it led when it was last seen, and
    `leaderless` what nobody leads now, each with its name. No `broker`: none answers at all."""

    broker: int | None
    led: Mapping[Partition, str]
    leaderless: Mapping[Partition, str]
    since: datetime
    touched: Touched | None = NONE_TOUCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterHealth:
    """The brokers, and groups of others that read what leaves the house."""

    alive: frozenset[int] = frozenset()
    away: Sequence[BrokerAway] = ()
    groups: Sequence[GroupLag] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessHealth:
    """A process by its beats. `is_missed`: it fell silent, and no other took its place."""

    heard: Heard
    is_alive: bool
    is_missed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """What a camera of this machine has on the disk and not in Kafka yet."""

    messages: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A camera that sees nothing now: why, and since when."""

    kind: SignalKind
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraHealth:
    """A camera: when it last spoke, how much of the last hour somebody looked through it.

    `hour` is absent of a camera that tells nothing of its looking; `expected` is the part of the
    hour in which its zones count, absent where this machine doesn't have its file. `has_ended`:
    the last that it said is that its source is at its end.
    """

    seen: CameraSeen
    last_looked_at: datetime | None = None
    hour: Coverage | None = None
    expected: timedelta | None = None
    hidden: Hidden | None = None
    has_ended: bool = False
    touched: Touched | None = NONE_TOUCHED

    @property
    def camera(self) -> CameraId:
        """Its id."""
        return self.seen.camera


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockHealth:
    """Clocks that should have fired and did not; a keeper that fell silent, with its last beat."""

    late: int
    late_since: datetime | None
    keeper_at: datetime | None
    is_keeper_missed: bool
    touched: Touched | None = NONE_TOUCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """The house at one instant. `faults`: who gave no answer; what only they know is absent."""

    taken_at: datetime
    broker: str
    is_trial: bool
    faults: Sequence[Fault] = ()
    partitions: Sequence[PartitionHealth] = ()
    numbers: Numbers | None = None
    outbox: Touched | None = NONE_TOUCHED
    cameras: Sequence[CameraHealth] = ()
    processes: Sequence[ProcessHealth] = ()
    cluster: ClusterHealth = field(default_factory=ClusterHealth)
    clocks: ClockHealth | None = None
    spools: Mapping[str, Spooled] = field(default_factory=dict)
