"""What brokers did to the logs becomes troubles, until a signed statement says the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.brokers import BrokersSeen, OnRecord, troubles_of_brokers
from infra.store.daily_statements import ClusterMet
from schemas.trouble import Severity
from streams.conservation import Loss, Sum
from streams.logs import LogRange
from tests.support.builders import LOG, a_shard, an_address

NOW = datetime(2026, 11, 25, tzinfo=UTC)
LOSS = Loss(address=an_address(9), why="acknowledged, but beyond the broker's end")


def a_sum(*, decided_to: int = 40, broker: LogRange | None, losses: Sequence[Loss] = ()) -> Sum:
    return Sum(
        shard=a_shard(), baseline=0, cut=decided_to, voided=0, outcomes=decided_to, waiting=0,
        accepted=0, losses=losses, decided_to=decided_to, broker=broker,
    )  # fmt: skip


def holds(start: int, end: int) -> LogRange:
    return LogRange(log=LOG, topic="events.general", start=start, end=end)


def seen(*sums: Sum, **changed: Any) -> BrokersSeen:
    fine = BrokersSeen(
        taken_at=NOW,
        cluster="A",
        met=[ClusterMet(cluster="A", met_at=NOW)],
        sums=sums,
        on_record=OnRecord(),
    )
    return replace(fine, **changed)


@pytest.mark.parametrize(
    ("look", "keys"),
    [
        pytest.param(seen(a_sum(broker=holds(0, 40))), [], id="all is well"),
        pytest.param(seen(a_sum(broker=holds(10, 90))), [], id="trimmed below the head"),
        pytest.param(
            seen(a_sum(broker=holds(0, 10))), [f"broker-truncated:{LOG.topic_id}/0"],
            id="an older copy came back",
        ),
        pytest.param(
            seen(a_sum(broker=holds(50, 90))), [f"broker-truncated:{LOG.topic_id}/0"],
            id="removed before it was decided",
        ),
        pytest.param(
            seen(a_sum(broker=None)), [f"broker-replaced:{LOG.topic_id}"], id="a topic is gone"
        ),
        pytest.param(
            seen(a_sum(broker=None), on_record=OnRecord(gone=frozenset({LOG}))), [],
            id="gone, on record",
        ),
        pytest.param(
            seen(a_sum(broker=holds(0, 9), decided_to=9, losses=[LOSS])), ["acknowledged-lost"],
            id="a loss",
        ),
        pytest.param(
            seen(a_sum(broker=holds(0, 9), decided_to=9, losses=[LOSS]),
                 on_record=OnRecord(lost=1)), [],
            id="a loss on record",
        ),
        pytest.param(
            seen(a_sum(broker=holds(0, 9), decided_to=9, losses=[LOSS, LOSS]),
                 on_record=OnRecord(lost=1)), ["acknowledged-lost"],
            id="one more since",
        ),
        pytest.param(
            seen(cluster="B", met=[ClusterMet(cluster="A", met_at=NOW)]),
            ["broker-replaced:cluster"], id="another cluster",
        ),
        pytest.param(
            seen(cluster="B", met=[ClusterMet(cluster="A", met_at=NOW)],
                 on_record=OnRecord(cluster="B")), [],
            id="another cluster, on record",
        ),
        pytest.param(seen(met=[]), [], id="no cluster was ever noted"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_not_on_record_is_told(look: BrokersSeen, keys: list[str]) -> None:
    assert [each.key for each in troubles_of_brokers(look)] == keys


def test_a_truncated_log_says_how_much_it_forgot() -> None:
    (trouble,) = troubles_of_brokers(seen(a_sum(broker=holds(0, 10))))

    assert trouble.severity is Severity.CRITICAL
    assert "the broker ends at 10, decided to 40: it forgot 30" in trouble.sentence


@pytest.mark.parametrize(
    ("losses", "severity"),
    [([], Severity.WARNING), ([LOSS], Severity.CRITICAL)],
    ids=["all decided", "with a loss"],
)
def test_a_topic_made_anew_is_graver_when_something_was_lost(
    losses: list[Loss], severity: Severity
) -> None:
    first, *_ = troubles_of_brokers(seen(a_sum(broker=None, losses=losses)))

    assert first.severity is severity
