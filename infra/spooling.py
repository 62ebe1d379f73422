"""Puts together a camera's way to Kafka: its spool and journal, and the producer that all share."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import structlog

from handlers.decisions.policy import Policy
from infra.deployment import Deployment
from infra.opening import policy
from infra.settings import Settings
from schemas.ids import CameraId
from streams.journal import Journal
from streams.producing import Producer
from streams.spool import Spool, SpoolingPublisher


@contextmanager
def camera_publishers(
    settings: Settings,
    deployment: Deployment,
    cameras: Sequence[CameraId],
    *,
    drain_within_s: float,
) -> Iterator[Sequence[SpoolingPublisher]]:
    """Each camera's way to Kafka, over its own spool on the disk; they share a producer."""
    pack = policy(settings)
    with ExitStack() as stack:
        producer = Producer(deployment.connection)
        stack.callback(producer.close)
        yield [
            stack.enter_context(
                _spooling(settings, deployment, camera, producer, pack, drain_within_s)
            )
            for camera in cameras
        ]


@contextmanager
def _spooling(  # noqa: PLR0917 - five collaborators of one camera
    settings: Settings,
    deployment: Deployment,
    camera: CameraId,
    producer: Producer,
    pack: Policy,
    drain_within_s: float,
) -> Iterator[SpoolingPublisher]:
    journal = Journal(deployment.journals, name=f"camera-{camera}", started_at=datetime.now(UTC))
    spool = Spool(settings.data / "spool" / camera, limit_bytes=settings.spool_limit_bytes)
    publisher = SpoolingPublisher(spool, producer=producer, journal=journal, policy=pack)
    try:
        yield publisher
    finally:
        left = publisher.close(within_s=drain_within_s)
        if left:
            structlog.get_logger().warning("spool_kept", camera=camera, messages=left)
        journal.close()
