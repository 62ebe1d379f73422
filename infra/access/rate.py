"""How much a key may push: a token bucket each."""

from collections.abc import Callable


class TokenBuckets:
    """Refill `per_second`, hold two seconds' worth. `now` is monotonic seconds."""

    def __init__(self, per_second: float, *, now: Callable[[], float]) -> None:
        self._per_second = per_second
        self._most = 2 * per_second
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str, tokens: int) -> float:
        """Take, and answer 0; or take nothing and answer after how many seconds to come again.

        More tokens at once than a bucket ever holds are granted when it is full.
        """
        now = self._now()
        left, at = self._buckets.get(name, (self._most, now))
        left = min(self._most, left + (now - at) * self._per_second)
        wanted = min(float(tokens), self._most)
        if left < wanted:
            self._buckets[name] = (left, now)
            return (wanted - left) / self._per_second
        self._buckets[name] = (left - tokens, now)
        return 0.0
