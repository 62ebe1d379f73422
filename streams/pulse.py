"""What a worker or a relay can say of itself at any moment: its shards, its batches, its counts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from schemas.lane import Lane
from streams.beats import RelayBeat, WorkerBeat
from streams.relay import Relays


class Pulse:
    """A worker's. Mutable: it counts. It listens to the Faust app, and changes nothing there."""

    def __init__(self, app: Any, lane: Lane, *, now: Callable[[], datetime]) -> None:
        self._app: Final = app
        self._lane: Final = lane
        self._now: Final = now
        self._assigned: tuple[int, ...] = ()
        self._rebalances = 0
        self._batch = 0
        self._settled = 0
        self._last_commit_at: datetime | None = None
        app.on_partitions_assigned.connect(self._rebalanced)

    def settled(self, events: int) -> None:
        """A batch is committed."""
        self._batch = events
        self._settled += events
        self._last_commit_at = self._now()

    def look(self) -> WorkerBeat:
        """What a beat says."""
        return WorkerBeat(
            lane=self._lane,
            generation=self._app.consumer_generation_id,
            rebalances=self._rebalances,
            assigned=self._assigned,
            batch=self._batch,
            settled=self._settled,
            last_commit_at=self._last_commit_at,
        )

    async def _rebalanced(self, app: Any, assigned: Any, **_: Any) -> None:  # noqa: ARG002
        self._rebalances += 1
        self._assigned = tuple(sorted(place.partition for place in assigned))


class RelayPulse:
    """A relay's. Mutable: it remembers when the count was last another one."""

    def __init__(self, relay: Relays, *, now: Callable[[], datetime]) -> None:
        self._relay: Final = relay
        self._now: Final = now
        self._carried = 0
        self._last_carried_at: datetime | None = None

    def look(self) -> RelayBeat:
        """What a beat says."""
        relay = self._relay
        if relay.carried != self._carried:
            self._carried, self._last_carried_at = relay.carried, self._now()
        return RelayBeat(
            carried=relay.carried,
            held=relay.held,
            shards=relay.shards,
            last_carried_at=self._last_carried_at,
        )
