"""Three real Kafka brokers on loopback, each of which can be killed, stopped and started again.

clients ──► advertised port (a proxy's, where one stands between) ──► broker
brokers ──► one another: ports of their own, so that cutting clients off cuts no replica off
"""

import base64
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from infra.embedded.apache import POM
from infra.embedded.broker import BrokerKind, settle_broker
from infra.embedded.child import ChildSpec, end, kill_group, last_lines, launch
from infra.embedded.ports import LOOPBACK, find_free_ports
from infra.embedded.readiness import answers_metadata
from schemas.errors import RefusedError

NODES: Final = (1, 2, 3)
REPLICATION: Final = len(NODES)
_HEAP_MIB: Final = 384
_READY_WITHIN_S: Final = 90
_FORMAT_WITHIN_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Of one broker: for clients, for other brokers, and for the vote."""

    client: int
    internal: int
    controller: int


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Brokers by node number. Mutable: it knows who lives."""

    folder: Path
    java: str
    jars: Path
    ports: Mapping[int, Ports]
    advertised: Mapping[int, int]
    """Where clients are told to go; the client port itself, unless a proxy stands there."""
    _processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def bootstrap(self) -> str:
        """What our processes are told: through the proxies, where there are any."""
        return ",".join(f"{LOOPBACK}:{self.advertised[node]}" for node in NODES)

    @property
    def direct(self) -> str:
        """Only good for a first question: answers name the advertised ports."""
        return ",".join(f"{LOOPBACK}:{self.ports[node].client}" for node in NODES)

    def pid(self, node: int) -> int:
        return self._processes[node].pid

    def is_running(self, node: int) -> bool:
        process = self._processes.get(node)
        return process is not None and process.poll() is None

    def start(self, node: int) -> None:
        """Doesn't wait; nothing happens where it runs."""
        if not self.is_running(node):
            self._processes[node] = launch(self._spec(node))

    def start_all(self) -> None:
        """Return when all three answer."""
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        for node in NODES:
            self._prepare(node, identity)
            self.start(node)
        for node in NODES:
            self.wait_for(node)

    def wait_for(self, node: int, within_s: float = _READY_WITHIN_S) -> None:
        """Until it answers a client's first question."""
        address = f"{LOOPBACK}:{self.ports[node].client}"
        until = time.monotonic() + within_s
        while not answers_metadata(address):
            if time.monotonic() > until or not self.is_running(node):
                raise RefusedError(f"broker {node} is not up\n{last_lines(self._log(node))}")
            time.sleep(0.2)

    def kill(self, node: int) -> None:
        """SIGKILL, and nothing of it is left. May be repeated."""
        kill_group(self._processes[node])

    def stop(self, node: int) -> None:
        """SIGSTOP: it holds its connections and says nothing."""
        os.kill(self.pid(node), signal.SIGSTOP)

    def cont(self, node: int) -> None:
        """SIGCONT. May be repeated."""
        with suppress(ProcessLookupError):
            os.kill(self.pid(node), signal.SIGCONT)

    def leader_of(self, topic: str, partition: int) -> int:
        """The node that leads just now."""
        return int(self._partition(topic, partition)["leader_id"])

    def in_sync(self, topic: str, partition: int) -> Sequence[int]:
        """The nodes that have all of it."""
        return sorted(self._partition(topic, partition)["isr_nodes"])

    def end_all(self) -> None:
        """Ends what was started here, gently first. May be repeated."""
        for node, process in self._processes.items():
            self.cont(node)
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for node, process in self._processes.items():
            end(process, self._spec(node))

    def _partition(self, topic: str, partition: int) -> Mapping[str, Any]:
        admin: Any = KafkaAdminClient(bootstrap_servers=self.direct.split(","))
        try:
            described = admin.describe_topics([topic])[0]
        finally:
            with suppress(KafkaError):
                admin.close()
        found: Mapping[str, Any] = next(
            one for one in described["partitions"] if one["partition_index"] == partition
        )
        return found

    def _spec(self, node: int) -> ChildSpec:
        return ChildSpec(
            name=f"broker-{node}",
            argv=(
                *self._java(f"-Xmx{_HEAP_MIB}m", f"-Xms{_HEAP_MIB // 2}m"),
                "kafka.Kafka",
                str(self._settings(node)),
            ),
            log=self._log(node),
            cwd=self.folder,
            grace=timedelta(seconds=10),
        )

    def _java(self, *options: str) -> tuple[str, ...]:
        logging = f"-Dlog4j2.configurationFile={POM.with_name('log4j2.properties').as_uri()}"
        # Tests start it often: quick to start is worth more than quick after an hour.
        quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        return (self.java, *options, *quick, logging, "-cp", f"{self.jars}/*")

    def _log(self, node: int) -> Path:
        return self.folder / f"broker-{node}.log"

    def _settings(self, node: int) -> Path:
        return self.folder / f"broker-{node}.properties"

    def _prepare(self, node: int, identity: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings(node).write_text(
            "".join(f"{name}={value}\n" for name, value in self._properties(node).items()), "utf-8"
        )
        done = subprocess.run(
            [
                *self._java("-Xmx128m"),
                "kafka.tools.StorageTool",
                "format",
                "--ignore-formatted",
                f"--cluster-id={identity}",
                "-c",
                str(self._settings(node)),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=_FORMAT_WITHIN_S,
        )
        if done.returncode != 0:
            raise RefusedError(f"broker {node} can't be formatted: {done.stderr[-1000:]}")

    def _properties(self, node: int) -> Mapping[str, str]:
        own = self.ports[node]
        voters = ",".join(f"{n}@{LOOPBACK}:{self.ports[n].controller}" for n in NODES)
        return {
            "process.roles": "broker,controller",
            "node.id": str(node),
            "controller.quorum.voters": voters,
            "listeners": f"CLIENT://{LOOPBACK}:{own.client},"
            f"INTERNAL://{LOOPBACK}:{own.internal},CONTROLLER://{LOOPBACK}:{own.controller}",
            "advertised.listeners": f"CLIENT://{LOOPBACK}:{self.advertised[node]},"
            f"INTERNAL://{LOOPBACK}:{own.internal}",
            "inter.broker.listener.name": "INTERNAL",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,"
            "CONTROLLER:PLAINTEXT",
            "log.dirs": str((self.folder / f"broker-{node}-logs").resolve()),
            "auto.create.topics.enable": "false",
            "default.replication.factor": str(REPLICATION),
            "min.insync.replicas": "2",
            "offsets.topic.replication.factor": str(REPLICATION),
            "offsets.topic.num.partitions": "3",
            "transaction.state.log.replication.factor": str(REPLICATION),
            "transaction.state.log.min.isr": "2",
            "group.initial.rebalance.delay.ms": "0",
            "broker.session.timeout.ms": "6000",
            "broker.heartbeat.interval.ms": "1000",
            "replica.lag.time.max.ms": "6000",
            "message.max.bytes": str(2 * 1024 * 1024),
            "replica.fetch.max.bytes": str(4 * 1024 * 1024),
        }


def make_cluster(folder: Path, advertised: Mapping[int, int] | None = None) -> Cluster:
    """Starts nothing yet. Raises `RefusedError` where Apache Kafka can't be had."""
    plan = settle_broker(lambda _: None)
    if plan.kind is not BrokerKind.APACHE or plan.jars is None:
        raise RefusedError(plan.sentence)
    found = find_free_ports(3 * len(NODES))
    ports = {
        node: Ports(client=found[at], internal=found[at + 1], controller=found[at + 2])
        for at, node in zip(range(0, len(found), 3), NODES, strict=True)
    }
    shutil.rmtree(folder, ignore_errors=True)
    return Cluster(
        folder=folder.resolve(),
        java=plan.java,
        jars=plan.jars,
        ports=ports,
        advertised=advertised or {node: own.client for node, own in ports.items()},
    )


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Three brokers, replication 3, two in sync at least; gone when the block ends."""
    cluster = make_cluster(folder)
    try:
        cluster.start_all()
        yield cluster
    finally:
        cluster.end_all()
