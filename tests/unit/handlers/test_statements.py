"""A day's statement: its sums, its ranges that tile, and what a checker finds when they don't."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from handlers.ports import Void
from handlers.statement_checking import faults_of, read_content
from handlers.statements import (
    BrokerHolds,
    Journals,
    LedgerHead,
    LossStated,
    StatedRange,
    Statement,
    clipped,
    digest_of_statement,
    merkle_root,
    statement_bytes,
)
from schemas.errors import InvalidValueError
from schemas.ids import Sha256
from schemas.values import replace
from schemas.wire.canonical import canonical_bytes
from tests.support.builders import LOG, a_digest

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)


def a_range(first: int, cut: int, **changed: Any) -> StatedRange:
    fine = StatedRange(
        topic="events.general",
        log=LOG,
        first=first,
        cut=cut,
        voids=(),
        outcomes={"opened": cut - first},
        waiting=0,
        broker=BrokerHolds(start=0, end=cut),
    )
    return replace(fine, **changed)


def a_statement(*ranges: StatedRange, **changed: Any) -> Statement:
    first = Statement(
        day=date(2026, 11, 24),
        made_at=NOON,
        so_far=False,
        number=0,
        previous=None,
        software="0.1.0",
        key=a_digest("key"),
        cluster="cluster",
        ranges=ranges or (a_range(0, 7),),
        journals=Journals(entries=7, digest=a_digest("journals")),
        lost=0,
        losses=(),
        ledgers=(LedgerHead(name="events/t/0", lines=7, head=a_digest("head")),),
    )
    return replace(first, **changed)


def faults(statement: Statement, previous: Statement | None = None) -> list[str]:
    before = None if previous is None else statement_bytes(previous)
    return list(faults_of(read_content(statement_bytes(statement)), previous=before))


def test_it_is_spelt_as_another_implementation_of_rfc_8785_spells_it() -> None:
    content = statement_bytes(a_statement(lost=1, losses=[LossStated(address="t/0/9", why="“”")]))

    assert rfc8785.dumps(json.loads(content)) == content


def test_what_has_an_outcome_or_is_void_leaves_no_difference() -> None:
    void = Void(first=2, end=4, reason="control record")
    made = a_range(0, 7, voids=[void], outcomes={"opened": 3, "parked": 2})

    assert (made.expected, made.difference) == (5, 0)
    assert faults(a_statement(made)) == []


def test_what_has_no_outcome_is_a_difference_and_no_fault_of_the_statement() -> None:
    made = a_range(0, 7, outcomes={"opened": 6})
    statement = a_statement(made)

    assert made.difference == 1
    assert faults(statement) == []
    assert not statement.is_fine


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(lambda log: log.update(expected=8), "says 8", id="expected"),
        pytest.param(lambda log: log.update(difference=1), "says 1", id="difference"),
        pytest.param(lambda log: log["outcomes"].update(opened=6), "difference 1", id="outcomes"),
        pytest.param(lambda log: log.update(cut=-1), "cut before", id="cut"),
        pytest.param(
            lambda log: log["voids"].append({"from": 6, "to": 9, "reason": "x"}),
            "outside its range", id="a void outside",
        ),
    ],
)  # fmt: skip
def test_sums_that_do_not_come_out_are_named(
    change: Callable[[dict[str, Any]], None], found: str
) -> None:
    said = json.loads(statement_bytes(a_statement()))
    change(said["logs"][0])

    assert any(found in fault for fault in faults_of(read_content(canonical_bytes(said))))


def test_another_head_is_not_under_the_root() -> None:
    said = json.loads(statement_bytes(a_statement()))
    said["ledgers"][0]["lines"] = 8

    assert faults_of(said) == ["root: not that of these ledgers"]


def next_of(before: Statement, *ranges: StatedRange, **changed: Any) -> Statement:
    digest = digest_of_statement(statement_bytes(before))
    follows: dict[str, Any] = {"number": before.number + 1, "previous": digest}
    return a_statement(*ranges, **{**follows, **changed})


def test_a_statement_goes_on_where_the_last_one_was_cut() -> None:
    first = a_statement()

    assert faults(next_of(first, a_range(7, 9)), first) == []


@pytest.mark.parametrize(
    ("ranges", "changed", "found"),
    [
        pytest.param([a_range(8, 9)], {}, "begins at 8, the last one was cut at 7", id="a gap"),
        pytest.param([a_range(6, 9)], {}, "begins at 6", id="an overlap"),
        pytest.param([a_range(7, 9)], {"number": 2}, "number", id="a number left out"),
        pytest.param([a_range(7, 9)], {"previous": a_digest("other")}, "another", id="other chain"),
        pytest.param(
            [a_range(0, 9, log=replace(LOG, number=5))], {}, "not in this", id="a log left out"
        ),
        pytest.param(
            [a_range(7, 9)], {"ledgers": []}, "its ledger is in the last one", id="a ledger gone"
        ),
        pytest.param(
            [a_range(7, 9)],
            {"ledgers": [LedgerHead(name="events/t/0", lines=3, head=a_digest("h"))]},
            "fewer lines", id="a ledger cut short",
        ),
    ],
)  # fmt: skip
def test_what_does_not_follow_the_last_statement_is_named(
    ranges: list[StatedRange], changed: dict[str, Any], found: str
) -> None:
    first = a_statement()

    assert any(found in fault for fault in faults(next_of(first, *ranges, **changed), first))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"form":1}', id="fields missing"),
        pytest.param(statement_bytes(a_statement()).replace(b":7", b": 7"), id="blanks"),
        pytest.param(
            statement_bytes(a_statement()).replace(b'"cut":7', b'"cut":7.0'), id="a float"
        ),
        pytest.param(
            statement_bytes(a_statement()).replace(b'"cut":7', b'"cut":true'), id="no number"
        ),
        pytest.param(
            statement_bytes(a_statement()).replace(b'"cut":7', b'"cut":1,"cut":7'), id="said twice"
        ),
        pytest.param(
            statement_bytes(a_statement()).replace(b'"form":1', b'"form":2'), id="another form"
        ),
    ],
)
def test_what_is_no_statement_in_its_one_spelling_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidValueError):
        read_content(content)


def leaf(content: bytes) -> bytes:
    return hashlib.sha256(b"\0" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def test_the_root_is_that_of_rfc_6962() -> None:
    a, b, c = leaf(b"a"), leaf(b"b"), leaf(b"c")

    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()
    assert merkle_root([b"a"]) == a.hex()
    assert merkle_root([b"a", b"b", b"c"]) == node(node(a, b), c).hex()


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=20), st.data())
def test_another_leaf_is_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    changed = list(leaves)
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed[at] += b"!"

    assert merkle_root(changed) != merkle_root(leaves)


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=8)


@given(SPANS, st.integers(0, 20), st.integers(0, 20))
def test_voids_are_counted_once_and_only_within_the_range(
    spans: list[tuple[int, int]], first: int, length: int
) -> None:
    voids = [Void(first=at, end=at + long, reason="r") for at, long in spans]
    offsets = {offset for void in voids for offset in range(void.first, void.end)}

    found = clipped(voids, first=first, end=first + length)

    covered = [offset for void in found for offset in range(void.first, void.end)]
    assert sorted(covered) == sorted(offsets & set(range(first, first + length)))
    assert covered == sorted(set(covered))


def test_only_so_many_losses_are_listed_and_all_are_counted() -> None:
    losses = [LossStated(address=f"t/0/{n}", why="beyond") for n in range(1500)]

    said = json.loads(statement_bytes(a_statement(lost=1500, losses=losses)))

    assert (said["lost"], len(said["losses"])) == (1500, 1000)
    assert Sha256(said["root"]) == said["root"]
