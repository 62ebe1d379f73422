"""Killed before and after each promise: nothing told is lost, nothing has its effects twice."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from infra import opening
from infra.accounts import add_up_all
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
from streams.provisioning import make_topics
from streams.spool import Spool, SpoolingPublisher
from streams.topics import wanted_topics
from tests.support.builders import SOURCE, a_place, a_report, an_event
from tests.support.parts import a_part, wait_until

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
    make_topics(Connection(bootstrap=kafka_bootstrap), wanted_topics(partitions=4, replication=1))
    return Deployment(
        data=tmp_path,
        kafka=kafka_bootstrap,
        database=SecretStr(database),
        api="http://127.0.0.1:1",
        broker="test",
        is_trial=False,
    )


def decided(deployment: Deployment) -> Sequence[Sum]:
    """Let a worker decide all that waits in the general lane."""
    env: Mapping[str, str] = {
        "OFFSITE_KAFKA": deployment.kafka,
        "OFFSITE_DATABASE": deployment.database.get_secret_value(),
        "OFFSITE_DATA": str(deployment.data),
    }
    log = deployment.data / "worker.log"
    with a_part("worker", "--lane", "general", env=env, log=log):
        wait_until(lambda: all(one.waiting == 0 for one in sums(deployment)), log=log)
    return sums(deployment)


def sums(deployment: Deployment) -> Sequence[Sum]:
    async def added_up() -> Sequence[Sum]:
        engine = opening.engine(deployment, application="test", connections=1)
        try:
            return await add_up_all(deployment, engine)
        finally:
            await engine.dispose()

    return [one for one in asyncio.run(added_up()) if one.shard.topic == "events.general"]


def outcomes(deployment: Deployment, name: str) -> list[str]:
    url = make_url(deployment.database.get_secret_value()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        rows = connection.execute(
            'SELECT outcome FROM outcomes WHERE event_id = %s ORDER BY "offset"', (name,)
        ).fetchall()
    return [str(outcome) for (outcome,) in rows]


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
