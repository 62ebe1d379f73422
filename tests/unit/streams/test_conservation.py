"""Does the sum come out? Nothing missing, nothing lost, and no loss unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pytest

from handlers.ports import Shard, Void
from schemas.ids import Sha256
from streams.conservation import MEMORY_LOST, Sum, Told, add_up, by_log
from streams.journal import Entry
from streams.logs import LogRange
from tests.support.builders import LOG, a_digest, a_shard, an_address

BEYOND: Final = "acknowledged, but beyond the broker's end"
REMOVED: Final = "removed by the broker before it was decided"
PASSED_OVER: Final = "passed over: below the head without an outcome"
OTHER: Final = "another message lies at its address"


@dataclass
class FakeDecided:
    """What the store says: outcomes at some offsets, each of the message `said <offset>`."""

    next: int
    outcomes: set[int]
    gaps: Sequence[Void] = ()
    shard: Shard = field(default_factory=a_shard)

    async def count(self, *, first: int, end: int) -> int:
        return len([offset for offset in self.outcomes if first <= offset < end])

    async def voids(self) -> Sequence[Void]:
        return self.gaps

    async def digests(self, offsets: Sequence[int]) -> Mapping[int, Sha256]:
        return {offset: said(offset) for offset in offsets if offset in self.outcomes}


def said(offset: int) -> Sha256:
    return a_digest(f"said {offset}")


def decided(*outcomes: int, next: int, voids: Sequence[tuple[int, int]] = ()) -> FakeDecided:  # noqa: A002
    gaps = [Void(first=first, end=end, reason="control record") for first, end in voids]
    return FakeDecided(next=next, outcomes=set(outcomes), gaps=gaps)


def decided_to(head: int) -> FakeDecided:
    return decided(*range(head), next=head)


def a_log(*, end: int, start: int = 0) -> LogRange:
    return LogRange(log=LOG, topic="events.general", start=start, end=end)


def told(*offsets: int) -> Told:
    return {offset: frozenset({said(offset)}) for offset in offsets}


def numbers(found: Sum) -> tuple[int, int, int, int]:
    return found.expected, found.outcomes, found.waiting, found.difference


@pytest.mark.parametrize(
    ("store", "log", "expected"),
    [
        pytest.param(decided_to(5), a_log(end=5), (5, 5, 0, 0), id="all decided"),
        pytest.param(decided_to(0), a_log(end=0), (0, 0, 0, 0), id="nothing ever came"),
        pytest.param(decided_to(5), a_log(end=9), (9, 5, 4, 0), id="some wait"),
        pytest.param(decided_to(0), a_log(end=9), (9, 0, 9, 0), id="all wait"),
        pytest.param(
            decided(0, 1, 3, 4, next=5), a_log(end=5), (5, 4, 0, 1), id="one has no outcome"
        ),
        pytest.param(
            decided(0, 1, 3, 4, 5, 7, next=5), a_log(end=8), (8, 6, 3, -1),
            id="outcomes beyond the head are too many",
        ),
        pytest.param(
            decided(0, 1, 4, next=5, voids=[(2, 4)]), a_log(end=5), (3, 3, 0, 0),
            id="voids below the head",
        ),
        pytest.param(
            decided(0, 4, next=5, voids=[(1, 3), (2, 4)]), a_log(end=5), (2, 2, 0, 0),
            id="voids that overlap count once",
        ),
        pytest.param(
            decided(0, 4, next=5, voids=[(1, 4), (2, 3)]), a_log(end=5), (2, 2, 0, 0),
            id="a void within a void",
        ),
        pytest.param(
            decided(0, 1, next=2, voids=[(3, 5)]), a_log(end=6), (4, 2, 2, 0),
            id="a void among what waits",
        ),
        pytest.param(
            decided(0, next=2, voids=[(1, 4)]), a_log(end=6), (3, 1, 2, 0),
            id="a void across the head",
        ),
        pytest.param(
            decided(0, 1, next=9, voids=[(2, 9)]), a_log(end=5), (2, 2, 0, 0),
            id="a void across the broker's end",
        ),
        pytest.param(
            decided_to(3), a_log(start=6, end=9), (6, 3, 3, 0),
            id="what the broker removed is void, and seen",
        ),
        pytest.param(
            decided_to(9), a_log(start=6, end=9), (9, 9, 0, 0), id="removed after it was decided"
        ),
        pytest.param(
            decided_to(9), a_log(end=4), (4, 4, 0, 0), id="a broker that forgot, seen by offsets"
        ),
        pytest.param(decided_to(7), None, (7, 7, 0, 0), id="a log that is gone"),
        pytest.param(decided(0, 2, next=3), None, (3, 2, 0, 1), id="a hole in a log that is gone"),
    ],
)  # fmt: skip
async def test_expected_is_outcomes_and_waiting(
    store: FakeDecided, log: LogRange | None, expected: tuple[int, int, int, int]
) -> None:
    assert numbers(await add_up(store, log, {})) == expected


@pytest.mark.parametrize(
    ("store", "log", "journal", "losses"),
    [
        pytest.param(decided_to(3), a_log(end=3), told(0, 1, 2), {}, id="all where they were told"),
        pytest.param(decided_to(3), a_log(end=5), told(4), {}, id="the last of what waits"),
        pytest.param(decided_to(3), a_log(end=5), told(5), {5: BEYOND}, id="at the end"),
        pytest.param(
            decided_to(3), a_log(end=5), told(5, 9), {5: BEYOND, 9: BEYOND}, id="beyond the end"
        ),
        pytest.param(
            decided_to(9), a_log(end=4), told(8), {}, id="decided before the broker forgot"
        ),
        pytest.param(
            decided_to(3), a_log(end=3), {1: frozenset({a_digest("other")})}, {1: OTHER},
            id="another digest at its address",
        ),
        pytest.param(
            decided_to(3), None, {1: frozenset({a_digest("other")})}, {1: OTHER},
            id="another digest in a log that is gone",
        ),
        pytest.param(decided_to(3), None, told(2), {}, id="decided before the log was gone"),
        pytest.param(decided_to(3), None, told(3), {3: MEMORY_LOST}, id="gone before decided"),
        pytest.param(
            decided_to(3), a_log(start=5, end=9), told(4), {4: REMOVED},
            id="removed before it was decided",
        ),
        pytest.param(
            decided_to(3), a_log(start=5, end=9), told(5), {}, id="the first that is left"
        ),
        pytest.param(
            decided(0, 2, next=3), a_log(end=3), told(1), {1: PASSED_OVER}, id="passed over"
        ),
        pytest.param(
            decided(0, 2, next=3, voids=[(1, 2)]), a_log(end=3), told(1), {1: PASSED_OVER},
            id="a message that was called a void",
        ),
        pytest.param(decided_to(3), a_log(end=5), told(3), {}, id="at the head, waiting"),
    ],
)  # fmt: skip
async def test_an_acknowledged_message_that_is_not_where_it_was_told_is_a_loss(
    store: FakeDecided,
    log: LogRange | None,
    journal: Told,
    losses: Mapping[int, str],
) -> None:
    found = await add_up(store, log, journal)

    assert {loss.address: loss.why for loss in found.losses} == {
        an_address(offset): why for offset, why in losses.items()
    }
    assert found.accepted == len(journal)


@pytest.mark.parametrize(
    ("store", "journal", "is_fine"),
    [
        pytest.param(decided_to(3), told(0, 1, 2), True, id="the sum comes out"),
        pytest.param(decided(0, 2, next=3), {}, False, id="one has no outcome"),
        pytest.param(decided_to(3), told(3), False, id="one is lost"),
    ],
)
async def test_all_is_fine_when_nothing_is_missing_and_nothing_lost(
    store: FakeDecided, journal: Told, is_fine: bool
) -> None:
    found = await add_up(store, a_log(end=3), journal)

    assert found.is_fine is is_fine


def test_journal_entries_are_sorted_by_log_and_offset() -> None:
    other = a_shard(partition=1).log
    entries = [
        Entry(address=an_address(1), digest=said(1)),
        Entry(address=an_address(0, log=other), digest=said(7)),
        Entry(address=an_address(0), digest=said(0)),
    ]

    assert by_log(entries) == {LOG: told(0, 1), other: {0: frozenset({said(7)})}}


async def test_an_address_that_was_told_twice_is_a_loss() -> None:
    """A broker without topic ids that forgot gives the same addresses out again."""
    forgotten = Entry(address=an_address(2), digest=a_digest("before the broker forgot"))
    again = Entry(address=an_address(2), digest=said(2))

    found = await add_up(decided_to(3), a_log(end=3), by_log([forgotten, again])[LOG])

    assert [loss.why for loss in found.losses] == [OTHER]
