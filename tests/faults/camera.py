"""A camera worker without a camera: reads its messages from a file, publishes them over its spool.

It notes how far it came after each `publish`, so that one who was killed goes on with the next,
and at worst says one message twice: as the real worker does.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import structlog

from infra import spooling
from infra.deployment import find
from infra.settings import Settings
from schemas.errors import TemporarilyUnavailableError
from schemas.ids import CameraId
from schemas.wire.envelope import STRUCTURED
from schemas.wire.reading import read_event
from streams.spool import SpoolingPublisher


def publish_for_ever(
    publisher: SpoolingPublisher, orders: Path, done: Path, stop: threading.Event
) -> None:
    position = int(done.read_text()) if done.exists() else 0
    headers = {"content-type": STRUCTURED.encode()}
    with orders.open("rb") as file:
        file.seek(position)
        while not stop.is_set():
            line = file.readline()
            if not line.endswith(b"\n"):
                file.seek(position)
                time.sleep(0.05)
                continue
            event = read_event(line.rstrip(b"\n"), headers)
            while not stop.is_set():
                try:
                    publisher.publish(event)
                    break
                except TemporarilyUnavailableError as error:
                    structlog.get_logger().warning("spool_refused", error=str(error))
                    time.sleep(0.3)
            else:
                return
            position = file.tell()
            fresh = done.with_suffix(".new")
            fresh.write_text(str(position))
            fresh.replace(done)


def main() -> None:
    camera, orders, done = CameraId(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    settings = Settings()
    structlog.get_logger().info("camera_started", pid=os.getpid())
    with spooling.camera_publishers(
        settings, find(settings), [camera], drain_within_s=5
    ) as publishers:
        publish_for_ever(publishers[0], orders, done, stop)


if __name__ == "__main__":
    main()
