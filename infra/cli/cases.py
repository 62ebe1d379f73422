"""`offsite queue …` and `offsite case …`: what waits for a person, and why."""

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Final

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.policy import Policy
from infra import opening
from infra.cli.asking import ask, with_engine
from infra.cli.telling import OUT, AsJson, errors_told, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings
from infra.store.reading import Reading
from schemas.ids import CaseId
from schemas.wire.writing import case_data
from schemas.workfile import Queue, WorkFile

queue_app = typer.Typer(help="What waits for a dispatcher.", no_args_is_help=True)

CHINA: Final = timezone(timedelta(hours=8))
WhichQueue = Annotated[Queue | None, typer.Option("--queue", help="One queue only.")]


@queue_app.command("ls")
def list_queue(
    queue: WhichQueue = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List open cases, soonest due first."""
    settings = Settings()
    with errors_told():
        policy = opening.policy(settings)
        cases = ask(settings, lambda seen: seen.cases.queue(queue, limit=limit))
    if as_json:
        for case in cases:
            tell_json(case_json(case, policy))
        return
    rows = [_row(case, policy) for case in cases]
    tell_table("Open cases", ("case", "queue", "route", "matter", "where", "due", "seen"), rows)


@queue_app.command("follow")
def follow_queue(
    queue: WhichQueue = None,
    seconds: Annotated[
        float | None, typer.Option(help="End after so long; for ever by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print each new case, and each new version of one, as it comes. Ctrl-C ends it."""
    settings = Settings()
    known: dict[CaseId, int] = {}
    ends_at = None if seconds is None else time.monotonic() + seconds
    with errors_told():
        policy = opening.policy(settings)

        async def follow(engine: AsyncEngine) -> None:
            while ends_at is None or time.monotonic() < ends_at:
                async with Reading(engine).snapshot() as seen:
                    cases = await seen.cases.queue(queue, limit=10_000)
                for case in cases:
                    if known.get(case.id) != case.version:
                        known[case.id] = case.version
                        _tell_case(case, policy, as_json=as_json)
                await asyncio.sleep(0.5)

        with_engine(find(settings), follow)


def _tell_case(case: WorkFile, policy: Policy, *, as_json: bool) -> None:
    if as_json:
        tell_json(case_json(case, policy))
        return
    OUT.print("  ".join(str(cell) for cell in _row(case, policy)), markup=False, highlight=False)


def case_json(case: WorkFile, policy: Policy) -> dict[str, object]:
    """A case as the queue and its own page tell programs of it."""
    matter = policy.matter(case.matter)
    names = None if matter is None else {"zh": matter.title_zh, "en": matter.title_en}
    return {**case_data(case), "title": names, "certainty": certainty(case, policy)}


def _row(case: WorkFile, policy: Policy) -> tuple[object, ...]:
    return (
        case.id,
        case.queue,
        case.route,
        title(case, policy),
        where(case),
        local(case.due_at),
        case.sightings,
    )


def title(case: WorkFile, policy: Policy) -> str:
    """The matter in both languages."""
    matter = policy.matter(case.matter)
    return "待人工研判 to be sorted" if matter is None else f"{matter.title_zh} {matter.title_en}"


def certainty(case: WorkFile, policy: Policy) -> str:
    """How well the matter's row is grounded."""
    matter = policy.matter(case.matter)
    return "no row in the pack" if matter is None else matter.certainty.value


def where(case: WorkFile) -> str:
    """The place as well as it is known."""
    place = case.place
    if place is None:
        return str(case.camera or "unknown")
    return place.address or place.id or place.grid_cell or f"{place.longitude}, {place.latitude}"


def local(instant: datetime | str) -> str:
    """The console translates: times as a clock in China shows them."""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return moment.astimezone(UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
