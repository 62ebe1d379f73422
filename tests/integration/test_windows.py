"""Killed before and after each promise: nothing told is lost, nothing has its effects twice."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra import opening
from infra.deployment import Deployment
from infra.settings import Settings
from schemas.lane import Lane
from schemas.wire.writing import write_event
from streams.connection import Connection
from streams.conservation import Sum
from streams.in_force import OnePack
from streams.intake import Door, Sender, structured
from streams.journal import Journal, read_journals
from streams.producing import Producer
from streams.spool import Spool, SpoolingPublisher
from tests.support.builders import SOURCE, a_place, a_report, an_event
from tests.support.lane_processes import a_deployment, a_worker, rows, settled

pytestmark = [pytest.mark.broker, pytest.mark.database]

HOUSE = Path(__file__).parents[2]
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from streams.journal import Journal
from tests.integration import test_windows as here

class KilledJournal(Journal):
    def note_now(self, entry):
        if sys.argv[4] == "noted":
            super().note_now(entry)
        os.kill(os.getpid(), signal.SIGKILL)

    async def note(self, entry):
        self.note_now(entry)

what, folder, bootstrap, _, name = sys.argv[1:]
getattr(here, what)(Path(folder), bootstrap, name, KilledJournal)
"""
WINDOWS = pytest.mark.parametrize(
    ("window", "noted"),
    [
        pytest.param("acknowledged", 0, id="between the broker's word and the journal"),
        pytest.param("noted", 1, id="between the journal and the receipt"),
    ],
)


def push(folder: Path, bootstrap: str, name: str, kind: type[Journal] = Journal) -> None:
    """What a front door does with one event."""
    producer = Producer(Connection(bootstrap=bootstrap))
    journal = kind(folder / "journal", name="door", started_at=datetime.now(UTC))
    door = Door(
        publish=producer.apublish, journal=journal, policy=OnePack(opening.policy(Settings()))
    )
    event = an_event(a_report(place=a_place(name)), id=name)
    sender = Sender(source=SOURCE, lane=Lane.GENERAL)
    asyncio.run(door.take(structured(write_event(event)), sender))
    journal.close()
    producer.close()


def spool(folder: Path, bootstrap: str, name: str, kind: type[Journal] = Journal) -> None:
    """What a camera worker does: says one event, unless an earlier one left it there."""
    producer = Producer(Connection(bootstrap=bootstrap))
    journal = kind(folder / "journal", name="camera", started_at=datetime.now(UTC))
    kept = Spool(folder / "spool", limit_bytes=2**20)
    left = len(kept)
    publisher = SpoolingPublisher(
        kept, producer=producer, journal=journal, policy=opening.policy(Settings())
    )
    if not left:
        publisher.publish(an_event(a_report(place=a_place(name)), id=name))
    assert publisher.close(within_s=30) == 0
    journal.close()
    producer.close()


def killed(what: str, window: str, deployment: Deployment, name: str) -> None:
    words = [what, str(deployment.data), deployment.kafka, window, name]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *words], cwd=HOUSE, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.fixture
def deployment(kafka_bootstrap: str, database: str, tmp_path: Path) -> Deployment:
    return a_deployment(kafka_bootstrap, database, tmp_path)


def decided(deployment: Deployment) -> Sequence[Sum]:
    """Let a worker decide all that waits in the general lane."""
    with a_worker(deployment):
        return settled(deployment)


def outcomes(deployment: Deployment, name: str) -> list[str]:
    query = 'SELECT outcome FROM outcomes WHERE event_id = %s ORDER BY "offset"'
    return [str(outcome) for (outcome,) in rows(deployment, query, [name])]


@WINDOWS
@pytest.mark.parametrize("what", ["push", "spool"])
def test_whoever_is_killed_in_a_window_says_it_again_and_it_counts_once(
    deployment: Deployment, what: str, window: str, noted: int
) -> None:
    name = f"{what}-{window}"
    killed(what, window, deployment, name)
    assert len(list(read_journals(deployment.journals))) == noted

    say = push if what == "push" else spool
    say(deployment.data, deployment.kafka, name)  # the sender, or the next process on the spool
    found = decided(deployment)

    assert outcomes(deployment, name) == ["opened", "repeat-of"]
    assert [one.difference for one in found] == [0, 0, 0, 0]
    assert [loss for one in found for loss in one.losses] == []
