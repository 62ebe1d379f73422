"""A worker counts once a batch: what it settled, which gaps it found, whom it waited for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.ports import Settled
from schemas.wire.writing import write_event
from streams import patience
from streams.decoding import Message
from streams.in_force import OnePack
from streams.settling import FloodGuard, Settler
from tests.support.builders import (
    NOON,
    a_policy,
    a_probe,
    a_report,
    a_shard,
    an_address,
    an_event,
)
from tests.support.fake_work import FakeWork


@dataclass
class Numbers:
    batches: list[list[str]] = field(default_factory=list)
    gaps: int = 0
    waited_for: list[str] = field(default_factory=list)

    def settled(self, settled: Sequence[Settled], seconds: float) -> None:
        assert seconds >= 0
        self.batches.append([one.decision.outcome.value for one in settled])

    def gap(self) -> None:
        self.gaps += 1

    def away(self, neighbour: str) -> None:
        self.waited_for.append(neighbour)


def a_message(body: Any, offset: int) -> Message:
    value = write_event(an_event(body, id=f"e-{offset}"))
    return Message(address=an_address(offset), appended_at=NOON, value=value, headers={})


async def test_a_batch_is_counted_once_however_often_it_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0)
    work, numbers = FakeWork(), Numbers()
    work.fail_next(times=2, at="commit")
    settler = Settler(
        work=work,
        policy=OnePack(a_policy()),
        salts=lambda: b"0" * 16,
        logs=None,  # type: ignore[arg-type]  # no gap, so nobody asks it
        flood=FloodGuard(),
        counts=numbers,
    )

    await settler.settle(a_shard(), [a_message(a_report(), 0), a_message(a_probe(), 1)])

    assert numbers.batches == [["triage", "probe"]]
    assert numbers.waited_for == ["database", "database"]
    assert numbers.gaps == 0
