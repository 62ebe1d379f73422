"""All that a lane's worker is made of."""

from dataclasses import dataclass
from pathlib import Path

from handlers.ports import Shard, Work
from schemas.ids import Partition
from schemas.lane import Lane
from streams.beats import Beats
from streams.connection import Connection
from streams.forgetting import DigestsOf
from streams.logs import Logs
from streams.settling import Settler
from streams.topics import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneWorker:
    """`topic_id` is the topic's identity at start-up.

    `folder` is Faust's own, which keeps nothing there. Without `beats` nobody is told that the
    worker lives.
    """

    connection: Connection
    lane: Lane
    topic_id: str
    settler: Settler
    work: Work
    logs: Logs
    batch_events: int
    folder: Path
    digests_of: DigestsOf
    beats: Beats | None = None

    @property
    def topic(self) -> str:
        """The lane's topic."""
        return EVENTS[self.lane]

    def shard(self, partition: int) -> Shard:
        """One of the topic's partitions."""
        return Shard(log=Partition(self.topic_id, partition), topic=self.topic, lane=self.lane)
