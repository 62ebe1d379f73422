"""`offsite doctor`: what is installed, reachable, outdated; each problem with its remedy."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import typer

from infra import composition, opening
from infra.cli.telling import OUT, Exit, tell_json
from infra.deployment import Deployment, find
from infra.embedded.broker import choose_broker, look_at_machine
from infra.embedded.database import why_no_database
from infra.settings import Settings
from infra.store.migrating import require_current
from schemas.errors import OffsiteError, RefusedError
from streams.provisioning import deviations

LEAST_PYTHON: Final = (3, 11)
LEAST_FREE_GIB: Final = 2.0
_VISION: Final = ("av", "cv2", "lap", "ultralytics")


class Grade(StrEnum):
    """How a part is."""

    FINE = "fine"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part, how it is, and what to do about it."""

    part: str
    grade: Grade
    says: str
    remedy: str | None = None


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One finding a line.")] = False,
) -> None:
    """Look at this machine and at the deployment. Exit code 1 where something must be mended."""
    findings = list(_findings(Settings()))
    for finding in findings:
        if as_json:
            tell_json(
                {
                    "part": finding.part,
                    "grade": finding.grade,
                    "says": finding.says,
                    "remedy": finding.remedy,
                }
            )
            continue
        OUT.print(f"{finding.grade:<8} {finding.part}: {finding.says}", markup=False)
        if finding.remedy is not None:
            OUT.print(f"         → {finding.remedy}", markup=False)
    if any(finding.grade is Grade.PROBLEM for finding in findings):
        raise typer.Exit(Exit.CHECK_FAILED)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield _python()
    yield _disk(settings)
    yield _asked("policy pack", lambda: _policy(settings), "mend the named line, or OFFSITE_POLICY")
    yield _vision()
    yield _asked(
        "embedded broker",
        lambda: choose_broker(look_at_machine()).sentence,
        "install Java 17 and Maven, or set OFFSITE_KAFKA and OFFSITE_DATABASE",
    )
    yield _embedded_database()
    try:
        deployment = find(settings)
    except RefusedError as error:
        yield Finding(part="deployment", grade=Grade.NOTE, says=str(error))
        return
    yield _asked(
        "database",
        lambda: _database(deployment),
        "start it, or check OFFSITE_DATABASE; `offsite up` brings its tables up to date",
    )
    yield from _topics(settings, deployment)


def _asked(part: str, ask: Callable[[], str], remedy: str) -> Finding:
    try:
        return Finding(part=part, grade=Grade.FINE, says=ask())
    except OffsiteError as error:
        return Finding(part=part, grade=Grade.PROBLEM, says=str(error), remedy=remedy)


def _python() -> Finding:
    version = ".".join(str(number) for number in sys.version_info[:3])
    if sys.version_info >= LEAST_PYTHON:
        return Finding(part="Python", grade=Grade.FINE, says=version)
    return Finding(
        part="Python", grade=Grade.PROBLEM, says=version, remedy="install Python 3.11 or newer"
    )


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data.absolute(), *settings.data.absolute().parents)
                  if path.exists())  # fmt: skip
    free = shutil.disk_usage(folder).free / 2**30
    reserve = settings.vault_reserve_bytes / 2**30
    wanted = LEAST_FREE_GIB + reserve
    says = f"{free:.1f} GiB free under {folder}"
    if free >= wanted:
        return Finding(part="disk", grade=Grade.FINE, says=says)
    if free <= reserve:
        says += f"; no evidence is taken below {reserve:.1f} GiB, and cameras wait"
    return Finding(
        part="disk",
        grade=Grade.PROBLEM,
        says=says,
        remedy=f"free {wanted:.1f} GiB, or name another folder with OFFSITE_DATA; "
        "`offsite evidence retain` lets go of what nothing keeps",
    )


def _policy(settings: Settings) -> str:
    pack = opening.policy(settings)
    return f"{pack.name} {pack.version}, {len(pack.matters)} matters, sha256 {pack.digest[:12]}…"


def missing_for_vision() -> list[str]:
    """What a camera worker would need and isn't installed."""
    return [name for name in _VISION if importlib.util.find_spec(name) is None]


def _vision() -> Finding:
    missing = missing_for_vision()
    if not missing:
        return Finding(part="vision", grade=Grade.FINE, says="installed")
    return Finding(
        part="vision",
        grade=Grade.NOTE,
        says=f"{', '.join(missing)} not installed: no camera can be watched from here",
        remedy="install offsite-enforcement[vision]; workers and the door do without",
    )


def _embedded_database() -> Finding:
    reason = why_no_database()
    if reason is None:
        return Finding(part="embedded PostgreSQL", grade=Grade.FINE, says="installed")
    return Finding(
        part="embedded PostgreSQL",
        grade=Grade.NOTE,
        says=reason,
        remedy="install offsite-enforcement[embedded], or set OFFSITE_DATABASE",
    )


def _database(deployment: Deployment) -> str:
    require_current(deployment.database.get_secret_value())
    return "reachable, tables up to date"


def _topics(settings: Settings, deployment: Deployment) -> Iterator[Finding]:
    try:
        found = deviations(deployment.connection, composition.topics(settings))
    except OffsiteError as error:
        yield Finding(
            part="Kafka",
            grade=Grade.PROBLEM,
            says=str(error),
            remedy="start it, or check OFFSITE_KAFKA",
        )
        return
    if not found:
        yield Finding(part="Kafka", grade=Grade.FINE, says="reachable, topics as they ought to be")
    for one in found:
        yield Finding(
            part=f"topic {one.topic}",
            grade=Grade.NOTE if deployment.is_trial else Grade.PROBLEM,
            says=f"{one.setting}: expected {one.expected}, got {one.got}",
            remedy=f"kafka-configs --alter --topic {one.topic} "
            f"--add-config {one.setting}={one.expected}",
        )
