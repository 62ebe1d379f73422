"""How far a lane is behind, and since when that is too far for counting everything.

lag ──────────╮ starts at            the age of a batch's oldest message, by the broker's time
              ╰──── ends at ───      between the two it stays what it was
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from handlers.decisions.facts import Overload
from handlers.decisions.law.leniency import Thinning
from handlers.ports import Shard
from schemas.ids import Partition
from schemas.lane import Lane

_MILLISECOND: Final = timedelta(milliseconds=1)


def _clock() -> datetime:
    return datetime.now(UTC)


class LoadGauge:
    """Measures once a batch. Mutable: it remembers since when each partition is overloaded."""

    def __init__(self, now: Callable[[], datetime] = _clock) -> None:
        self._now: Final = now
        self._since: dict[Partition, datetime] = {}

    def measure(self, shard: Shard, oldest: datetime, rules: Thinning) -> Overload | None:
        """Whether a batch is taken up under overload. The safety lane never is."""
        if shard.lane is not Lane.GENERAL or not rules.enabled:
            self._since.pop(shard.log, None)
            return None
        now = self._now()
        lag = (now - oldest) // _MILLISECOND * _MILLISECOND
        limit = rules.ends_at if shard.log in self._since else rules.starts_at
        if lag < limit:
            self._since.pop(shard.log, None)
            return None
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return Overload(lag=lag, since=self._since.setdefault(shard.log, at))
