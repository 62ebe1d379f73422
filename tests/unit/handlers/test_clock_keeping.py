"""What a round of the keeper writes to people and into the ledger."""

from datetime import timedelta
from typing import Final

import orjson
import pytest

from handlers.clock_keeping import keep_round
from handlers.decisions.clock_records import round_again, round_decision, round_facts, told_by
from handlers.decisions.clocks import fire
from handlers.ledger import GENESIS, line_hash, seal
from schemas.clock import ClockKind, FiringKind
from schemas.disposition import Page
from schemas.errors import TemporarilyUnavailableError
from schemas.person import Role
from schemas.words import Words
from tests.support.builders import CountingSalts
from tests.support.calendars import continuous
from tests.support.clocks import MONDAY, SUBJECT, a_bare_clock, a_clock, a_deadline
from tests.support.fake_clocks import FakeClocks

HOUR: Final = timedelta(hours=1)
TITLES: Final = {ClockKind.DISPOSAL: Words("处置时限", "Disposal")}
WARNED: Final = a_deadline(continuous(2), warn_before=(continuous(1),))


async def test_a_page_says_of_which_clock_and_to_whom() -> None:
    store = FakeClocks(now=MONDAY + 2 * HOUR)
    clock = a_clock(WARNED)
    store.keep([fire(clock, MONDAY + HOUR).clock])

    await keep_round(clocks=store, titles=TITLES, salts=CountingSalts())

    assert store.pages == [
        Page(
            id=f"{SUBJECT}/disposal/1/1",
            subject=SUBJECT,
            clock=ClockKind.DISPOSAL,
            firing=FiringKind.BREACH,
            role=Role.DUTY_CHIEF,
            due_at=clock.due_at,
            at=clock.due_at,
            title_zh="处置时限",
            title_en="Disposal",
        )
    ]


async def test_a_clock_whose_deadline_the_pack_has_dropped_still_pages() -> None:
    store = FakeClocks(now=MONDAY + HOUR)
    store.keep([a_bare_clock(due_at=MONDAY)])

    await keep_round(clocks=store, titles={}, salts=CountingSalts())

    assert [(page.title_zh, page.title_en) for page in store.pages] == [("disposal", "disposal")]


async def test_a_round_is_one_line_that_seals_what_it_saw_and_told() -> None:
    store = FakeClocks(now=MONDAY + HOUR)
    store.keep([a_bare_clock(f"c-{number}", due_at=MONDAY) for number in range(3)])

    await keep_round(clocks=store, titles=TITLES, salts=CountingSalts())

    (kept,) = store.rounds
    line, sealed = kept.line, kept.line.sealed
    assert sealed.facts == seal(kept.facts_bytes, label="facts", salt=kept.salt)
    assert sealed.decision == seal(kept.decision_bytes, label="decision", salt=kept.salt)
    assert line.hash == line_hash(
        GENESIS, shard="clocks/0", number=0, address=line.address, sealed=sealed
    )


async def test_a_commit_that_fails_tells_nobody_and_the_next_round_tells_all() -> None:
    store = FakeClocks(now=MONDAY + HOUR, fail_at_commit=1)
    store.keep([a_bare_clock(due_at=MONDAY)])

    with pytest.raises(TemporarilyUnavailableError):
        await keep_round(clocks=store, titles=TITLES, salts=CountingSalts())
    before = list(store.pages)
    told = await keep_round(clocks=store, titles=TITLES, salts=CountingSalts())

    assert (before, told, len(store.pages)) == ([], 1, 1)


def test_the_facts_say_what_waited_and_how_much_was_told_before() -> None:
    clock = fire(a_clock(WARNED), MONDAY + HOUR).clock

    facts = orjson.loads(round_facts([clock], MONDAY + 2 * HOUR))

    assert facts == {
        "form": 1,
        "now": "2026-03-09T03:00:00.000Z",
        "clocks": [
            [
                f"{SUBJECT}/disposal/1",
                1,
                "2026-03-09T03:00:00.000Z breach duty-chief",
                "2026-03-09T03:10:00.000Z escalate head",
                "2026-03-09T04:00:00.000Z escalate auditor",
            ]
        ],
    }


@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(59, id="before the warning"),
        pytest.param(60, id="the warning"),
        pytest.param(120, id="the breach"),
        pytest.param(130, id="a rung"),
        pytest.param(999, id="everything"),
    ],
)
def test_the_same_facts_give_the_same_bytes(minutes: int) -> None:
    clocks = [a_clock(WARNED), fire(a_clock(WARNED, number=2), MONDAY + HOUR).clock]
    now = MONDAY + timedelta(minutes=minutes)

    decision = round_decision(told_by(clocks, now))

    assert round_again(round_facts(clocks, now)) == decision
