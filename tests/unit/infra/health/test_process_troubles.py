"""What is wrong with doors, workers and relays, by their own beats."""

from typing import Any

import pytest

from infra.health.troubles import troubles_of
from schemas.trouble import Severity
from tests.support.healths import a_door, a_process, a_relay, a_report, a_worker


@pytest.mark.parametrize(
    ("said", "count"),
    [
        pytest.param({"refused_last_minute": {"503": 20}, "accepted_per_s": 0.3}, 1, id="half"),
        pytest.param({"refused_last_minute": {"503": 20}, "accepted_per_s": 0.4}, 0, id="less"),
        pytest.param({"refused_last_minute": {"503": 19}, "accepted_per_s": 0.0}, 0, id="few"),
        pytest.param({"refused_last_minute": {"429": 900}, "accepted_per_s": 0.0}, 0, id="haste"),
        pytest.param({"journal_fault": "disk full"}, 1, id="no-journal"),
    ],
)
def test_a_door_that_turns_away_is_a_trouble(said: dict[str, Any], count: int) -> None:
    found = troubles_of(a_report(processes=[a_process(a_door(**said))]))

    assert [one.kind for one in found] == ["door-refusing"] * count


@pytest.mark.parametrize(
    ("beats", "kinds"),
    [
        pytest.param(4, [], id="busy"),
        pytest.param(5, ["pool-exhausted"], id="exhausted"),
    ],
)
def test_a_pool_without_a_free_connection_is_a_trouble_after_a_while(
    beats: int, kinds: list[str]
) -> None:
    found = troubles_of(a_report(processes=[a_process(a_relay(), full_beats=beats)]))

    assert [one.kind for one in found] == kinds


def test_a_worker_that_is_missed_is_worse_when_it_was_the_last() -> None:
    gone = a_process(a_worker(), owner="here-1", is_alive=False, is_missed=True, beat_s_ago=30)
    other = a_process(a_worker(), owner="there-2")
    door = a_process(a_door(), is_alive=False, is_missed=True)

    (alone,) = troubles_of(a_report(processes=[gone]))
    (one_of_two,) = troubles_of(a_report(processes=[gone, other]))
    (silent_door,) = troubles_of(a_report(processes=[door]))

    assert (alone.key, alone.severity) == ("worker-silent:here-1", Severity.CRITICAL)
    assert one_of_two.severity is Severity.WARNING
    assert silent_door.kind == "door-silent"
