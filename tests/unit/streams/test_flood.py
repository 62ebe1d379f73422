"""When a lane parks so much that the code must be wrong, it stops."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from handlers.decisions.facts import Undecodable
from handlers.enforce import enforce
from handlers.ports import Settled
from schemas.errors import InvalidValueError, OffsiteError
from streams.flood import DeadLetterFloodError, FloodGuard, Limits
from streams.in_force import OnePack
from streams.settling import Settler
from tests.support.builders import CountingSalts, a_batch, a_policy, a_report, a_shard, an_event
from tests.support.fake_work import FakeWork

LIMITS: Final = Limits(longest_run=4, most_permille=500, window=20, least_seen=10)
ONLY_RUNS: Final = replace(LIMITS, most_permille=1000)
ONLY_SHARES: Final = replace(LIMITS, longest_run=1000)


async def settled(pattern: str) -> Sequence[Settled]:
    """`.` is a message that could be read, `x` one that couldn't."""
    slots = [
        Undecodable(reason="no JSON") if sign == "x" else an_event(a_report(), id=f"e-{n}")
        for n, sign in enumerate(pattern)
    ]
    return await enforce(a_batch(slots), work=FakeWork(), policy=a_policy(), salts=CountingSalts())


async def trips(guard: FloodGuard, patterns: Iterable[str]) -> bool:
    for pattern in patterns:
        try:
            guard.watch(await settled(pattern))
        except DeadLetterFloodError:
            return True
    return False


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        pytest.param(["xxxx"], False, id="as many as are allowed"),
        pytest.param(["xxxxx"], True, id="one more"),
        pytest.param(["xxx", "xx"], True, id="over two batches"),
        pytest.param(["xxx.xxx"], False, id="one that can be read begins anew"),
        pytest.param(["xxxxx.."], True, id="a run that has ended within the batch"),
        pytest.param(["......"], False, id="none"),
    ],
)
async def test_a_long_run_stops_the_lane(patterns: list[str], expected: bool) -> None:
    assert await trips(FloodGuard(ONLY_RUNS), patterns) is expected


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        pytest.param(["xxxxxxxxx"], False, id="too few were seen"),
        pytest.param(["xxxxxxxxxx"], True, id="enough were seen"),
        pytest.param(["x.x.x.x.x."], False, id="half of them"),
        pytest.param(["x.x.x.x.xx"], True, id="more than half"),
        pytest.param(["x.x.x", ".x.xx"], True, id="over two batches"),
        pytest.param(["." * 20, "x" * 10], False, id="half of the window"),
        pytest.param(["." * 20, "x" * 11], True, id="more than half of the window"),
        pytest.param(["." * 200, "x" * 11], True, id="what lies before the window is forgotten"),
    ],
)
async def test_a_large_share_stops_the_lane(patterns: list[str], expected: bool) -> None:
    assert await trips(FloodGuard(ONLY_SHARES), patterns) is expected


async def test_it_tells_before_it_raises() -> None:
    told: list[DeadLetterFloodError] = []
    guard = FloodGuard(ONLY_RUNS, tell=told.append)

    with pytest.raises(DeadLetterFloodError, match="at most 4 parked messages in a row, got 5"):
        guard.watch(await settled("xxxxx"))

    assert len(told) == 1


def test_a_share_of_more_than_the_window_can_not_be_asked_for() -> None:
    with pytest.raises(InvalidValueError, match="least_seen: expected 1 … 20, got 21"):
        Limits(window=20, least_seen=21)


async def test_a_lane_that_another_worker_stopped_takes_nothing_more() -> None:
    def stopped() -> None:
        raise OffsiteError("the lane stands")

    work = FakeWork()
    nobody: Any = None  # no gap is read again here
    settler = Settler(
        work=work,
        policy=OnePack(a_policy()),
        salts=CountingSalts(),
        logs=nobody,
        flood=FloodGuard(require_open=stopped),
    )

    with pytest.raises(OffsiteError, match="the lane stands"):
        await settler.settle(a_shard(), [])

    assert work.settled == {}
