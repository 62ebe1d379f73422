"""Apache Kafka as one process on this machine: its jars, its settings, its command."""

import base64
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from infra.embedded.child import ChildSpec
from infra.embedded.ports import LOOPBACK
from infra.embedded.readiness import answers_metadata
from schemas.errors import RefusedError, TemporarilyUnavailableError

POM: Final = Path(__file__).parents[1] / "kafka" / "pom.xml"
_LOGGING: Final = POM.with_name("log4j2.properties")
_MAVEN_S: Final = 600
_FORMAT_S: Final = 60


def kafka_version() -> str:
    """Written once, in the pom."""
    # Our own file, shipped with this code: nobody else's XML.
    root = ElementTree.parse(POM).getroot()  # noqa: S314
    said = root.findtext("{*}properties/{*}kafka.version")
    if said is None:
        message = f"{POM} names no kafka.version"
        raise RefusedError(message)
    return said


def jar_folder() -> Path:
    """Where fetched jars are kept, shared by all data folders of this person."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "offsite" / f"kafka-{kafka_version()}" / "libs"


def has_jars(folder: Path) -> bool:
    """Whether Kafka's own jar is there."""
    return any(folder.glob("kafka_2.13-*.jar"))


def fetch_jars(maven: str) -> Path:
    """Have Maven bring the jars, once per version. Blocks for a minute the first time."""
    final = jar_folder()
    if has_jars(final):
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=final.parent) as work:
        fresh = Path(work) / "libs"
        _run_maven(maven, fresh)
        try:
            fresh.rename(final)
        except OSError:
            # Another process was quicker: its jars are as good as ours.
            if not has_jars(final):
                raise
    return final


def _run_maven(maven: str, fresh: Path) -> None:
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    command.append(f"-DoutputDirectory={fresh}")
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_MAVEN_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        message = f"Maven could not bring Apache Kafka: {error}"
        raise TemporarilyUnavailableError(message) from error
    if done.returncode != 0 or not has_jars(fresh):
        said = (done.stdout + done.stderr).strip().splitlines()
        message = f"Maven could not bring Apache Kafka: {said[0] if said else 'no jars came'}"
        raise TemporarilyUnavailableError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApacheKafka:
    """One broker that is its own controller, on 127.0.0.1 only. Its folder is kept."""

    folder: Path
    log: Path
    jars: Path
    port: int
    controller_port: int
    heap_mib: int = 768
    java: str = "java"
    more: Mapping[str, str] = field(default_factory=dict)
    """Broker settings beside or instead of ours, such as further listeners."""
    users: Mapping[str, str] = field(default_factory=dict)
    """Who may come in by SCRAM-SHA-512, with their passwords; they are made with the folder."""

    @property
    def bootstrap(self) -> str:
        """For clients of this machine."""
        return f"{LOOPBACK}:{self.port}"

    def child(self) -> ChildSpec:
        """For the supervisor; ready means that it answers a client's first question."""
        return ChildSpec(
            name="broker",
            argv=(*self._java(f"-Xmx{self.heap_mib}m"), "kafka.Kafka", str(self._settings)),
            log=self.log,
            cwd=self.folder,
            prepare=self.prepare,
            ready=lambda: answers_metadata(self.bootstrap),
            ready_within=timedelta(seconds=90),
            # It hands its partitions over and syncs its files, which can take a while.
            grace=timedelta(seconds=30),
        )

    def prepare(self) -> None:
        """Write the settings, and give a new folder its identity. Safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(self._properties(), "utf-8")
        if not (self._data / "meta.properties").exists():
            self._format()

    @property
    def _settings(self) -> Path:
        return self.folder.resolve() / "server.properties"

    @property
    def _data(self) -> Path:
        return self.folder.resolve() / "logs"

    def _format(self) -> None:
        identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        # A second's work: the thorough compiler would only cost.
        command = [
            *self._java("-Xmx256m", "-XX:TieredStopAtLevel=1"),
            "kafka.tools.StorageTool",
            "format",
        ]
        # With "=": an identity may begin with a dash.
        command += [f"--cluster-id={identity}", "-c", str(self._settings)]
        for user, password in self.users.items():
            command += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_FORMAT_S
        )
        if done.returncode != 0:
            # Half a format would be taken for a whole one at the next start.
            shutil.rmtree(self._data, ignore_errors=True)
            message = f"Kafka could not format {self._data}: {done.stderr.strip()[-1000:]}"
            raise RefusedError(message)

    def _java(self, *options: str) -> tuple[str, ...]:
        logging = f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}"
        return (self.java, *options, logging, "-cp", f"{self.jars}/*")

    def _properties(self) -> str:
        settings: dict[str, str] = {
            "process.roles": "broker,controller",
            "node.id": "1",
            # The voter by name, not in the data: its port may change between two starts.
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "listeners": f"PLAINTEXT://{self.bootstrap},"
            f"CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self._data),
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "message.max.bytes": str(2 * 1024 * 1024),
            "replica.fetch.max.bytes": str(4 * 1024 * 1024),
            **self.more,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())
