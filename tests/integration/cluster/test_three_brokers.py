"""Our cluster settings on three real brokers: two may not be away, one may."""

import time
from collections.abc import Iterator

import pytest

from schemas.errors import TemporarilyUnavailableError
from schemas.lane import Lane
from streams.connection import Connection
from streams.producing import Outgoing, Producer
from streams.provisioning import deviations, make_topics
from streams.topics import EVENTS, wanted_topics
from tests.support import leftovers
from tests.support.cluster import REPLICATION, Cluster, running_cluster
from tests.support.services import why_no_kafka

TOPIC = EVENTS[Lane.SAFETY]
pytestmark = pytest.mark.filterwarnings(*leftovers.IGNORED)
WANTED = wanted_topics(partitions=1, replication=REPLICATION)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if reason := why_no_kafka():
        pytest.skip(reason)
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        make_topics(Connection(bootstrap=cluster.bootstrap), WANTED)
        yield cluster


@pytest.fixture
def producer(cluster: Cluster) -> Iterator[Producer]:
    producer = Producer(Connection(bootstrap=cluster.bootstrap))
    yield producer
    producer.close()


def published(producer: Producer, within_s: float = 60) -> int:
    """As a sender does: again until it is acknowledged."""
    until = time.monotonic() + within_s
    while True:
        try:
            record = Outgoing(topic=TOPIC, key="k", value=b"v")
            return producer.publish(record).address.offset
        except TemporarilyUnavailableError:
            if time.monotonic() > until:
                raise


def test_topics_are_made_as_they_ought_to_be_on_three_brokers(cluster: Cluster) -> None:
    found = deviations(Connection(bootstrap=cluster.bootstrap), WANTED)

    assert found == []
    assert cluster.in_sync(TOPIC, 0) == [1, 2, 3]


def test_what_the_leader_acknowledged_outlives_it(cluster: Cluster, producer: Producer) -> None:
    before = published(producer)
    leader = cluster.leader_of(TOPIC, 0)

    cluster.kill(leader)
    after = published(producer)

    assert after > before
    assert cluster.leader_of(TOPIC, 0) != leader
    cluster.start(leader)
    cluster.wait_for(leader)


def test_nothing_is_acknowledged_while_one_replica_alone_is_left(
    cluster: Cluster, producer: Producer
) -> None:
    published(producer)
    for node in (1, 2):
        cluster.kill(node)

    with pytest.raises(TemporarilyUnavailableError):
        producer.publish(Outgoing(topic=TOPIC, key="k", value=b"v"))

    for node in (1, 2):
        cluster.start(node)
    for node in (1, 2):
        cluster.wait_for(node)
    assert published(producer) > 0
