"""How long a stay can be proved: interval algebra over kinds of knowing.

looks     ○     ●────●────●    ○    ○    ●──────●             ●────●     ○
knowing         │detected │  hidden      │ bridged│  gap      │    │
seen            ├─────────┤              ├────────┤           ├────┤        at_least = their sum
not_before├─────────────────────────────────────────────────────────────┤  at_most

`at_least` never exceeds the time that the thing was really there between its first sight and
its last, and `at_most` never falls short of it. An absence that begins and ends between two
sights no further apart than the longest step is one that nobody can notice: it is presence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from schemas.dwell import Dwell


class Knowing(StrEnum):
    """What was known at a look, from most to least.

    `watched`: the place was compared and has not changed since the thing was detected there.
    `bridged`: detected on the same ground at two looks in a row, under two names; or there all
    the time, while what makes it a matter was missed for a moment that the rule allows.
    `hidden`: searched, and not found. `gap`: nobody could look, or nobody did.
    """

    DETECTED = "detected"
    WATCHED = "watched"
    BRIDGED = "bridged"
    HIDDEN = "hidden"
    GAP = "gap"


SEEN: Final = frozenset({Knowing.DETECTED, Knowing.WATCHED, Knowing.BRIDGED})
_RANK: Final = {knowing: rank for rank, knowing in enumerate(Knowing)}
_NOTHING: Final = timedelta(0)

MOST_STRETCHES: Final = 600
MOST_BRIDGES: Final = 100
"""A day of flickering sights would else be a proof that nobody can keep or read."""


class Why(StrEnum):
    """What was bridged: another name on the same ground, a time without looks, a new start."""

    IDENTITY = "identity"
    GAP = "gap"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A piece of media time of one kind of knowing."""

    knowing: Knowing
    begins: timedelta
    ends: timedelta

    @property
    def length(self) -> timedelta:
        """How long."""
        return self.ends - self.begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Two sights taken for one thing: the last before, and the first after, with its names."""

    why: Why
    begins: timedelta
    ends: timedelta
    was: str | None = None
    now: str | None = None

    def __str__(self) -> str:
        names = f" {self.was or '-'} → {self.now or '-'}" if self.was != self.now else ""
        return f"{self.why}{names}, unseen for {(self.ends - self.begins).total_seconds():g} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """All that is known about one stay. Stretches touch each other, in order.

    `not_before` is the last look that did not show it yet, `gone_at` the first that did not any
    more; where nobody looked before, it begins with its first sight. `seen` is the sum of the
    seen stretches, kept beside them so that a look need not add up. `bridges` are the latest of
    the `bridged` ones.
    """

    first_seen: timedelta
    last_seen: timedelta
    looked_at: timedelta
    knowing: Knowing
    not_before: timedelta
    gone_at: timedelta | None = None
    seen: timedelta = _NOTHING
    stretches: tuple[Stretch, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    bridged: int = 0

    @property
    def dwell(self) -> Dwell:
        """Its bounds so far. What nobody saw end may go on until somebody looks."""
        until = self.looked_at if self.gone_at is None else self.gone_at
        return Dwell(at_least=self.seen, at_most=until - self.not_before)

    @property
    def unseen_for(self) -> timedelta:
        """Since the last sight."""
        return self.looked_at - self.last_seen

    def unseen_as(self, knowing: Knowing) -> timedelta:
        """How much of the time since the last sight was of this kind."""
        if self.knowing in SEEN:
            return _NOTHING
        since = (each for each in reversed(self.stretches) if each.ends > self.last_seen)
        lengths = (
            each.ends - max(each.begins, self.last_seen)
            for each in since
            if each.knowing is knowing
        )
        return sum(lengths, _NOTHING)

    def looked(self, at: timedelta, knowing: Knowing, *, longest_step: timedelta) -> "Stay":
        """The stay after one more look.

        Between two looks as much is known as at the worse of both; nothing, where they lie
        further apart than `longest_step`. `bridged` says of a sight that it goes by another name.
        """
        if at <= self.looked_at:
            return self
        between = self.knowing if _RANK[self.knowing] >= _RANK[knowing] else knowing
        if at - self.looked_at > longest_step:
            between = Knowing.GAP
        is_sight = knowing in SEEN
        gone_at = self.gone_at
        if is_sight:
            gone_at = None
        elif knowing is Knowing.HIDDEN and gone_at is None:
            gone_at = at
        stay = Stay(
            first_seen=self.first_seen,
            last_seen=at if is_sight else self.last_seen,
            looked_at=at,
            knowing=Knowing.DETECTED if knowing is Knowing.BRIDGED else knowing,
            not_before=self.not_before,
            gone_at=gone_at,
            seen=self.seen + (at - self.looked_at) if between in SEEN else self.seen,
            stretches=_joined(self.stretches, between, self.looked_at, at),
            bridges=self.bridges,
            bridged=self.bridged,
        )
        return stay if len(stay.stretches) <= MOST_STRETCHES else stay._kept_short()

    def over(self, bridge: Bridge) -> "Stay":
        """With one more bridge on record."""
        bridges = (*self.bridges, bridge)[-MOST_BRIDGES:]
        return replace(self, bridges=bridges, bridged=self.bridged + 1)

    def interrupted(self) -> "Stay":
        """Whoever looked has gone: until somebody looks again, nothing is known."""
        return replace(self, knowing=Knowing.GAP)

    def mended(self, since: timedelta) -> "Stay":
        """The stay, where what was hidden since a sight was there after all."""
        return self._recast(since, frozenset({Knowing.HIDDEN}), Knowing.BRIDGED)

    def doubted(self, since: timedelta) -> "Stay":
        """The stay, where what was seen since an instant may have been beside it."""
        return self._recast(since, SEEN, Knowing.HIDDEN)

    def _recast(self, since: timedelta, kinds: frozenset[Knowing], to: Knowing) -> "Stay":
        stretches: tuple[Stretch, ...] = ()
        for each in self.stretches:
            keeps = each.knowing not in kinds
            cut = each.ends if keeps else min(max(each.begins, since), each.ends)
            if each.begins < cut:
                stretches = _joined(stretches, each.knowing, each.begins, cut)
            if cut < each.ends:
                stretches = _joined(stretches, to, cut, each.ends)
        return replace(self, seen=_seen(stretches), stretches=stretches)

    def shifted(self, by: timedelta) -> "Stay":
        """The same by a clock that began at another time."""
        return replace(
            self,
            first_seen=self.first_seen + by,
            last_seen=self.last_seen + by,
            looked_at=self.looked_at + by,
            not_before=self.not_before + by,
            gone_at=None if self.gone_at is None else self.gone_at + by,
            stretches=tuple(
                replace(each, begins=each.begins + by, ends=each.ends + by)
                for each in self.stretches
            ),
            bridges=tuple(
                replace(each, begins=each.begins + by, ends=each.ends + by) for each in self.bridges
            ),
        )

    def since(self, at: timedelta) -> "Stay":
        """The part of it from its first sight since an instant. How long before nobody can say."""
        begins = (max(each.begins, at) for each in self._after(at) if each.knowing in SEEN)
        sight = next(begins, max(at, self.last_seen))
        stretches = self._after(sight)
        bridges = tuple(bridge for bridge in self.bridges if bridge.begins >= sight)
        return replace(
            self,
            first_seen=sight,
            last_seen=max(self.last_seen, sight),
            seen=_seen(stretches),
            stretches=stretches,
            bridges=bridges,
            bridged=len(bridges),
        )

    def _after(self, at: timedelta) -> tuple[Stretch, ...]:
        return tuple(
            replace(each, begins=max(each.begins, at)) for each in self.stretches if each.ends > at
        )

    def retract(self, since: timedelta) -> "Stay":
        """The stay, where all that seemed to be seen since an instant was no sight at all.

        One that was first seen after it keeps its beginning, and nothing of it counts.
        """
        if since >= self.looked_at:
            return self
        since = max(since, self.first_seen)
        kept = [
            replace(each, ends=min(each.ends, since))
            for each in self.stretches
            if each.begins < since
        ]
        sights = [each.ends for each in kept if each.knowing in SEEN]
        stretches = _joined(tuple(kept), Knowing.GAP, since, self.looked_at)
        was_gone = self.gone_at is not None and self.gone_at <= since
        bridges = tuple(bridge for bridge in self.bridges if bridge.ends <= since)
        return replace(
            self,
            last_seen=min(self.last_seen, max(sights, default=self.first_seen)),
            knowing=Knowing.GAP,
            gone_at=self.gone_at if was_gone else None,
            seen=_seen(stretches),
            stretches=stretches,
            bridges=bridges,
            bridged=self.bridged - len(self.bridges) + len(bridges),
        )

    def _kept_short(self) -> "Stay":
        """Of very many stretches the short seen ones of the older half count as hidden.

        That takes from the lower bound, and never adds to it.
        """
        half = len(self.stretches) // 2
        lengths = sorted(each.length for each in self.stretches[:half] if each.knowing in SEEN)
        shortest = lengths[len(lengths) // 2]
        stretches: tuple[Stretch, ...] = ()
        for index, each in enumerate(self.stretches):
            is_short = index < half and each.knowing in SEEN and each.length <= shortest
            knowing = Knowing.HIDDEN if is_short else each.knowing
            stretches = _joined(stretches, knowing, each.begins, each.ends)
        return replace(self, seen=_seen(stretches), stretches=stretches)


def begun(at: timedelta, *, not_before: timedelta | None = None) -> Stay:
    """A stay at its first sight; `not_before` is the look before it, if there was one."""
    return Stay(
        first_seen=at,
        last_seen=at,
        looked_at=at,
        knowing=Knowing.DETECTED,
        not_before=at if not_before is None else min(at, not_before),
    )


def _joined(
    stretches: tuple[Stretch, ...], knowing: Knowing, begins: timedelta, ends: timedelta
) -> tuple[Stretch, ...]:
    if stretches and stretches[-1].knowing is knowing:
        last = Stretch(knowing=knowing, begins=stretches[-1].begins, ends=ends)
        return (*stretches[:-1], last)
    return (*stretches, Stretch(knowing=knowing, begins=begins, ends=ends))


def _seen(stretches: Iterable[Stretch]) -> timedelta:
    lengths = (each.length for each in stretches if each.knowing in SEEN)
    return sum(lengths, _NOTHING)
