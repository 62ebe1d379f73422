"""What was seen of each partition in the last while, and who led it when he was last seen."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from infra.store.lag_samples import Kept
from schemas.ids import Partition
from streams.verdicts import Sample

_SAMPLES: Final = 120
_TOGETHER: Final = timedelta(seconds=15)
"""What a broker led is what it led within so long of the last time that it led anything."""


class Window:
    """Mutable: one a process, filled from what others kept and from what was seen since."""

    def __init__(self) -> None:
        self._kept: dict[Partition, deque[Kept]] = defaultdict(lambda: deque(maxlen=_SAMPLES))
        self._led: dict[int, dict[Partition, datetime]] = defaultdict(dict)
        self._topics: dict[Partition, str] = {}

    def add(self, seen: Kept) -> None:
        """The newest look at a partition; an older one is passed over."""
        kept = self._kept[seen.log]
        if kept and seen.sample.at <= kept[-1].sample.at:
            return
        kept.append(seen)
        self.note_leader(seen)

    def note_leader(self, seen: Kept) -> None:
        """Who led it then; what is known of a later time stays."""
        self._topics[seen.log] = seen.topic
        if seen.leader is not None:
            led = self._led[seen.leader]
            led[seen.log] = max(seen.sample.at, led.get(seen.log, seen.sample.at))

    def fill(self, kept: Iterable[Kept], leaders: Iterable[Kept]) -> None:
        """What another process saw, the oldest first. May be repeated."""
        for one in kept:
            self.add(one)
        for one in leaders:
            self.note_leader(one)

    def samples(self, log: Partition) -> Sequence[Sample]:
        """Oldest first."""
        return [kept.sample for kept in self._kept[log]]

    def last(self, log: Partition) -> Kept | None:
        """The newest look at it."""
        kept = self._kept[log]
        return kept[-1] if kept else None

    def logs(self) -> Sequence[Partition]:
        """Every partition that was ever looked at."""
        return sorted(log for log, kept in self._kept.items() if kept)

    def topic(self, log: Partition) -> str:
        """The name of its topic, once it was seen."""
        return self._topics[log]

    def leaders(self) -> frozenset[int]:
        """Brokers that ever led something."""
        return frozenset(self._led)

    def led_by(self, broker: int) -> Sequence[Partition]:
        """The partitions that a broker led when it was last seen leading."""
        led = self._led.get(broker, {})
        last = self.last_led_at(broker)
        return [log for log in sorted(led) if last is not None and led[log] >= last - _TOGETHER]

    def last_led_at(self, broker: int) -> datetime | None:
        """When it was last seen leading anything."""
        return max(self._led.get(broker, {}).values(), default=None)

    def rate(self, log: Partition) -> float:
        """Offsets decided a second, over the last ten samples."""
        samples = self.samples(log)[-10:]
        if len(samples) < 2:
            return 0.0
        seconds = (samples[-1].at - samples[0].at).total_seconds()
        return max(0.0, (samples[-1].decided - samples[0].decided) / seconds)
