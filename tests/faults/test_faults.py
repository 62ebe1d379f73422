"""The part of the fault suite that fits into a few minutes; `make faults` has all of it."""

from collections.abc import Iterator

import pytest

from tests.faults.__main__ import IN_CI
from tests.faults.faults import BY_NAME, FAULTS
from tests.faults.rounds import Load, run_round, warm_up
from tests.faults.system import System, running_system
from tests.support import leftovers
from tests.support.services import why_no_kafka, why_no_postgres

SEED = 20261125
LOAD = Load(rate=60, events=None, is_ci=True)
pytestmark = pytest.mark.filterwarnings(*leftovers.IGNORED)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    for reason in (why_no_kafka(), why_no_postgres()):
        if reason:
            pytest.skip(reason)
    with running_system(tmp_path_factory.mktemp("faults")) as system:
        warm_up(system)
        yield system


@pytest.mark.parametrize("number", range(len(IN_CI)), ids=IN_CI)
def test_nothing_is_lost_and_nothing_happens_twice(system: System, number: int) -> None:
    faults = [BY_NAME[IN_CI[number]]]

    found = run_round(system, faults, number=number, seed=SEED + number, load=LOAD)

    if found.skipped:
        pytest.skip(found.skipped)
    assert (found.lost, found.double, found.difference, found.wrong) == (0, 0, 0, 0), found.said
    assert found.recovered_in_s is not None
    assert found.events > 100


def test_faults_have_names_of_their_own() -> None:
    assert len(BY_NAME) == len(FAULTS)
