"""The fault suite's checker must be able to fail: an honest round passes, a corrupted one doesn't.

A small honest house stands in for the product: it gives each message the outcome it must have.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

import pytest

from handlers.decisions.facts import Undecodable
from schemas.ids import Address as OurAddress
from streams.decoding import message, received
from tests.faults.checker import (
    GENESIS,
    Case,
    Evidence,
    Findings,
    Line,
    Poison,
    Row,
    judge,
    line_hash,
)
from tests.faults.sender import Receipt
from tests.faults.truth import FIRE_LANE, SOURCE, Mix, Plan, Planner, poisons

LOG = ("topic-one", 0)
MIX = Mix(duplicated=15, conflicting=15, poison=10, times=3)


@dataclass(slots=True)
class House:
    """Decides as it must, one message after another."""

    evidence: Evidence
    receipts: list[Receipt] = field(default_factory=list)
    poison: Poison = field(default_factory=Poison)
    claims: dict[tuple[str, str], tuple[tuple[str, int, int], str]] = field(default_factory=dict)
    at_place: dict[str, str] = field(default_factory=dict)

    def take(self, body: bytes | None) -> None:
        value = body or b""
        digest, offset = hashlib.sha256(value).hexdigest(), len(self.evidence.records)
        address = (*LOG, offset)
        self.evidence.records[address] = digest
        row = Row(
            address=address,
            outcome="parked",
            input=digest,
            event=None,
            case=None,
            version=None,
            first=None,
        )
        self._decide(row, _understood(value))
        self.evidence.rows.append(row)
        self._tell(row)
        self._write_down(row)

    def _decide(self, row: Row, event: dict[str, Any] | None) -> None:
        if event is None:
            self.poison.addresses.append(row.address)
            self.poison.digests.add(row.input)
            return
        row.event = (event["source"], event["id"])
        self.receipts.append(
            Receipt(
                id=event["id"],
                topic="events",
                topic_id=LOG[0],
                partition=LOG[1],
                offset=row.address[2],
                sha256=row.input,
            )
        )
        first, said = self.claims.setdefault(row.event, (row.address, row.input))
        is_danger = event["data"].get("matter") == FIRE_LANE
        if first != row.address:
            row.outcome, row.first = "repeat-of" if said == row.input else "id-conflict", first
            if row.outcome == "id-conflict" and is_danger:
                self._open(row, event, place=None, is_danger=True)
            return
        self.evidence.effects[row.event] += 1
        if event["type"] == "offsite.signal.v1":
            row.outcome = "signal-recorded"
        elif event["data"]["matter"]["code"] == "99999":
            row.outcome = "triage"
            self._open(row, event, place=None, is_danger=False)
        else:
            self._see(row, event, is_danger=is_danger)

    def _see(self, row: Row, event: dict[str, Any], *, is_danger: bool) -> None:
        place = f"place:{event['data']['place']['id']}"
        if place not in self.at_place:
            row.outcome = "opened"
            self._open(row, event, place=place, is_danger=is_danger)
            return
        row.outcome, row.case = "extended", self.at_place[place]
        case = self.evidence.cases[row.case]
        case.sightings, case.version = case.sightings + 1, case.version + 1
        case.last_seen_at = max(case.last_seen_at, datetime.fromisoformat(event["time"]))
        row.version = case.version

    def _open(self, row: Row, event: dict[str, Any], *, place: str | None, is_danger: bool) -> None:
        row.case, row.version = f"C{row.address[2]}", 1
        if place is not None:
            self.at_place[place] = row.case
        self.evidence.cases[row.case] = Case(
            sightings=1,
            version=1,
            queue="zero-tolerance" if is_danger else "soft",
            place=place,
            last_seen_at=datetime.fromisoformat(event["time"]),
            is_merged=place is not None,
        )

    def _tell(self, row: Row) -> None:
        if row.case is not None:
            queue = self.evidence.cases[row.case].queue
            self.evidence.letters.append((f"disposition.{queue}", f"{row.case}/{row.version}"))
        if row.outcome in {"parked", "id-conflict"}:
            self.evidence.letters.append(("dead-letters", "/".join(map(str, row.address))))

    def _write_down(self, row: Row) -> None:
        lines = self.evidence.lines.setdefault(LOG, [])
        sealed = dict.fromkeys(("input", "facts", "policy", "decision"), row.input)
        line = Line(
            number=len(lines),
            offset=row.address[2],
            previous=lines[-1].hash if lines else GENESIS,
            sealed={**sealed, "case": None},
            hash="",
        )
        line.hash = line_hash(f"{LOG[0]}/{LOG[1]}", line)
        lines.append(line)


def _understood(value: bytes) -> dict[str, Any] | None:
    record = message(OurAddress("t", 0, 0), timestamp_ms=0, value=value, headers=())
    if isinstance(received(record).content, Undecodable):
        return None
    event: dict[str, Any] = json.loads(value)
    return event


def an_honest_round() -> tuple[Plan, House]:
    plan = Planner("r", Random(7), MIX).plan(300)
    house = House(
        Evidence(
            ranges={},
            records={},
            rows=[],
            voids=[],
            effects=Counter(),
            cases={},
            lines={},
            letters=[],
            unsent=0,
            heads={},
        )
    )
    for send in (*plan.pushed, *plan.by_camera):
        for _ in range(send.times):
            house.take(send.body)
        if send.conflict is not None:
            house.take(send.conflict)
    for value in plan.poison:
        house.take(value)
    end = len(house.evidence.records)
    house.evidence.ranges[LOG] = (0, end)
    house.evidence.heads[LOG] = end
    return plan, house


PLAN, HOUSE = an_honest_round()


def judged(evidence: Evidence) -> Findings:
    return judge(PLAN.truth, evidence, HOUSE.receipts, HOUSE.poison)


def test_an_honest_round_passes() -> None:
    found = judged(HOUSE.evidence)

    assert found.is_fine, found
    assert found.events > 200
    assert found.repeats > 20


def _first(evidence: Evidence, outcome: str) -> int:
    return next(i for i, row in enumerate(evidence.rows) if row.outcome == outcome)


def _an_outcome_is_gone(evidence: Evidence) -> None:
    del evidence.rows[_first(evidence, "opened")]


def _an_outcome_is_there_twice(evidence: Evidence) -> None:
    evidence.rows.append(evidence.rows[_first(evidence, "triage")])


def _a_repeat_had_its_effect_again(evidence: Evidence) -> None:
    row = evidence.rows[_first(evidence, "repeat-of")]
    row.outcome, row.first = "opened", None


def _a_sighting_is_counted_twice(evidence: Evidence) -> None:
    next(case for case in evidence.cases.values() if case.is_merged).sightings += 1


def _a_sighting_is_missing(evidence: Evidence) -> None:
    next(case for case in evidence.cases.values() if case.sightings > 1).sightings -= 1


def _a_place_has_two_cases(evidence: Evidence) -> None:
    case = next(case for case in evidence.cases.values() if case.is_merged)
    evidence.cases["C-another"] = replace(case)


def _a_case_is_gone(evidence: Evidence) -> None:
    del evidence.cases[next(iter(evidence.cases))]


def _a_letter_never_came(evidence: Evidence) -> None:
    evidence.letters.pop()


def _a_letter_of_nothing(evidence: Evidence) -> None:
    evidence.letters.append(("disposition.soft", "C-nobody/1"))


def _a_letter_waits(evidence: Evidence) -> None:
    evidence.unsent = 1


def _a_digest_in_the_ledger_is_another(evidence: Evidence) -> None:
    line = evidence.lines[LOG][5]
    line.sealed = {**line.sealed, "decision": "0" * 64}


def _a_line_of_the_ledger_is_gone(evidence: Evidence) -> None:
    del evidence.lines[LOG][5]


def _the_ledger_was_written_anew(evidence: Evidence) -> None:
    line = evidence.lines[LOG][5]
    line.sealed = {**line.sealed, "decision": "0" * 64}
    line.hash = line_hash(f"{LOG[0]}/{LOG[1]}", line)


def _other_bytes_lie_there(evidence: Evidence) -> None:
    evidence.records[*LOG, 3] = "0" * 64


def _a_soft_danger(evidence: Evidence) -> None:
    case = next(c for c in evidence.cases.values() if c.is_merged and c.queue == "zero-tolerance")
    case.queue = "soft"


def _good_was_parked(evidence: Evidence) -> None:
    evidence.rows[_first(evidence, "triage")].outcome = "parked"


def _poison_became_a_signal(evidence: Evidence) -> None:
    evidence.rows[_first(evidence, "parked")].outcome = "signal-recorded"


def _a_conflict_is_taken_for_a_repeat(evidence: Evidence) -> None:
    for row in evidence.rows:
        if row.outcome == "id-conflict":
            row.outcome, row.case, row.version = "repeat-of", None, None


def _the_head_stands_back(evidence: Evidence) -> None:
    evidence.heads[LOG] -= 1


def _an_effect_has_no_claim(evidence: Evidence) -> None:
    evidence.effects[SOURCE, next(iter(PLAN.pushed)).id] = 0


@pytest.mark.parametrize(
    ("corrupt", "kind"),
    [
        (_an_outcome_is_gone, "lost"),
        (_an_outcome_is_there_twice, "double"),
        (_a_repeat_had_its_effect_again, "double"),
        (_a_sighting_is_counted_twice, "double"),
        (_a_sighting_is_missing, "lost"),
        (_a_place_has_two_cases, "double"),
        (_a_case_is_gone, "lost"),
        (_a_letter_never_came, "lost"),
        (_a_letter_of_nothing, "wrong"),
        (_a_letter_waits, "wrong"),
        (_a_digest_in_the_ledger_is_another, "wrong"),
        (_a_line_of_the_ledger_is_gone, "wrong"),
        (_the_ledger_was_written_anew, "wrong"),
        (_other_bytes_lie_there, "wrong"),
        (_a_soft_danger, "wrong"),
        (_good_was_parked, "wrong"),
        (_poison_became_a_signal, "wrong"),
        (_a_conflict_is_taken_for_a_repeat, "lost"),
        (_the_head_stands_back, "wrong"),
        (_an_effect_has_no_claim, "wrong"),
    ],
    ids=lambda each: each.__name__.strip("_").replace("_", "-") if callable(each) else each,
)
def test_a_corrupted_round_does_not_pass(corrupt: Callable[[Evidence], None], kind: str) -> None:
    copy = deepcopy(HOUSE.evidence)

    corrupt(copy)

    assert getattr(judged(copy), kind)


def test_a_missing_outcome_shows_as_the_difference() -> None:
    copy = deepcopy(HOUSE.evidence)

    del copy.rows[3:7]

    assert judged(copy).difference == 4


def test_every_form_of_poison_is_poison() -> None:
    understood = [value for value in poisons("x") if _understood(value or b"") is not None]

    assert understood == []


def test_the_same_seed_plans_the_same_round() -> None:
    again = Planner("r", Random(7), MIX).plan(300)

    assert again == PLAN
