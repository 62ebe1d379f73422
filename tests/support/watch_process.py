"""A camera's watch as a process of its own, to be killed: `watch_process.py FOLDER`.

Reads `FOLDER/order.json`, connects to the address in `FOLDER/address` anew each time, and adds
each message as a line to `FOLDER/messages.jsonl`. It stands in for Kafka and database alone.
"""

import json
import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from detectors.crew import Crew
from detectors.observing import Limits
from detectors.sources.opening import open_source
from detectors.sources.staying import stay_connected
from infra.camera_memory import DiskMemory
from infra.cameras import read_camera
from infra.composition import SAMPLE_WEIGHTS
from schemas.events import Event
from schemas.wire.writing import write_event
from tests.support.watches import a_station, shipped_eyes, shipped_posts


class Lines:
    """A publisher whose messages are on the disk when it returns, as a spool's are."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab")

    def publish(self, event: Event) -> None:
        self._file.write(write_event(event) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def main() -> None:
    folder = Path(sys.argv[1])
    order = json.loads((folder / "order.json").read_text())
    camera = read_camera(folder, order["camera"])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    eyes = shipped_eyes(SAMPLE_WEIGHTS, folder / "models")
    station = a_station(
        camera,
        shipped_posts(camera, threshold=timedelta(seconds=order["threshold_s"])),
        publisher=Lines(folder / "messages.jsonl"),
        vault=folder / "vault",
        memory=DiskMemory(folder / "watches"),
        limits=Limits(continue_every=timedelta(seconds=order["continue_every_s"])),
    )
    source = stay_connected(
        lambda: open_source((folder / "address").read_text(), fps=5, timeout_s=5),
        name="the street",
        frame_size=camera.frame,
        chance=lambda: 0.0,
    )
    manned = station.man(source, eyes, starts_at=None, stopping=stop.is_set)
    Crew(cameras=[manned], eyes=eyes, stopping=stop.is_set).run()


if __name__ == "__main__":
    main()
