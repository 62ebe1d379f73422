"""Alarms leave for a real receiver and a real Kafka, each once, whoever is away or killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import KafkaConsumer, TopicPartition

from infra.alarm_channels import signature
from infra.embedded.ports import find_free_ports
from streams.connection import Connection
from streams.provisioning import make_topics
from streams.topics import wanted_topics

SECRET: Final = "a word between two"
WITHIN_S: Final = 60
OFFSITE: Final = (sys.executable, "-m", "infra.cli.main")


@dataclass(kw_only=True)
class Receiver:
    """Takes tellings; sends them back while `is_ill`."""

    url: str = ""
    is_ill: bool = False
    tried: list[str] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    def take(self, headers: Any, body: bytes) -> int:
        expected = signature(SECRET, timestamp=headers["Offsite-Timestamp"], body=body)
        assert headers["Offsite-Signature"] == expected
        self.tried.append(headers["Idempotency-Key"])
        if self.is_ill:
            return 503
        self.taken.append(json.loads(body))
        return 204

    def states(self) -> list[str]:
        return [one["data"]["state"] for one in self.taken]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(state.take(self.headers, body))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/alarms?token=abc"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


ALL = {"probe-missed:general", "probe-missed:safety", "database-away"}


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where a lookout stands: its Kafka is there, door and database are not."""

    kafka: str
    data: Path
    receiver: Receiver

    def env(self, **more: str) -> dict[str, str]:
        nobody = find_free_ports(1)[0]
        return {
            **os.environ,
            "OFFSITE_DATA": str(self.data),
            "OFFSITE_KAFKA": self.kafka,
            "OFFSITE_DATABASE": f"postgresql://nobody@127.0.0.1:{nobody}/none",
            "OFFSITE_PORT": str(nobody),
            "OFFSITE_PROBE_EVERY_S": "1",
            "OFFSITE_PROBE_WITHIN_S": "1",
            "OFFSITE_ALARM_WEBHOOK": self.receiver.url,
            "OFFSITE_ALARM_SECRET": SECRET,
            **more,
        }

    @contextmanager
    def lookout(self, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.data / "lookout.log").open("ab") as log:
            process = subprocess.Popen(
                [*OFFSITE, "run", "lookout"], env=self.env(**more), stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            finally:
                process.kill()
                process.wait()

    def listed(self) -> list[dict[str, Any]]:
        done = subprocess.run(
            [*OFFSITE, "alarms", "ls", "--json"], env=self.env(), capture_output=True, check=True
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        ends_at = time.monotonic() + WITHIN_S
        while not is_so():
            assert time.monotonic() < ends_at, (self.data / "lookout.log").read_text()[-3000:]
            time.sleep(0.1)


@pytest.fixture
def post(kafka_bootstrap: str, tmp_path: Path, receiver: Receiver) -> Post:
    make_topics(Connection(bootstrap=kafka_bootstrap), wanted_topics(partitions=2, replication=1))
    return Post(kafka=kafka_bootstrap, data=tmp_path, receiver=receiver)


def on_topic(bootstrap: str, alarm: str) -> list[tuple[str, str]]:
    """Key and state of each telling of an alarm."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    places = [TopicPartition("alarms", n) for n in consumer.partitions_for_topic("alarms")]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    found = []
    while any(consumer.position(place) < end for place, end in ends.items()):
        for records in consumer.poll(timeout_ms=500).values():
            found += [(record.key.decode(), json.loads(record.value)) for record in records]
    consumer.close()
    return [(key, one["data"]["state"]) for key, one in found if one["data"]["alarm"] == alarm]


def test_a_killed_lookout_goes_on_telling_what_was_raised_and_raises_it_no_second_time(
    post: Post,
) -> None:
    receiver = post.receiver
    receiver.is_ill = True
    with post.lookout() as first:
        post.wait_until(lambda: {one["key"] for one in post.listed()} == ALL)
        post.wait_until(lambda: len(receiver.tried) >= 2)  # sent back, and tried again
        first.send_signal(signal.SIGKILL)
        first.wait()
    raised = post.listed()
    receiver.is_ill = False

    with post.lookout():
        post.wait_until(lambda: len(receiver.taken) == 3)
        time.sleep(3)  # long enough for more probes to be missed
    with post.lookout(OFFSITE_PROBE_EVERY_S="0"):
        post.wait_until(lambda: len(receiver.taken) == 5)
        time.sleep(2)

    probes = [one for one in raised if one["key"] != "database-away"]
    assert all("the front door did not take it" in one["sentence"] for one in probes)
    assert receiver.states() == ["raised"] * 3 + ["recovered"] * 2
    assert {one["data"]["alarm"] for one in receiver.taken} == {one["id"] for one in raised}
    for one in probes:
        told = on_topic(post.kafka, one["id"])
        assert list(dict.fromkeys(told)) == [(one["key"], "raised"), (one["key"], "recovered")]
    still = {one["key"] for one in post.listed() if not one["recovered_at"]}
    assert still == {"database-away"}
    assert not any(one["waits_for"] for one in post.listed())
    assert "token=abc" not in (post.data / "lookout.log").read_text()
    assert "token=abc" not in (post.data / "alarms.json").read_text()
