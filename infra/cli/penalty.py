"""`offsite penalty …`: penalty cases, each on one sheet."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from handlers.decisions.ahead import SOMEBODY, onlooker
from handlers.decisions.explaining_penalty import band_words
from handlers.decisions.gates.gate import Bench
from handlers.decisions.gates.missing import yuan
from handlers.decisions.lives.step import Life
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.lives.titles import CLOCKS, ROLES
from handlers.decisions.penalty_sheet import Exhibit, Measure, Sheet, sheet_of
from infra.cli.acts import CaseArgument, obstacle_json, tell_obstacles
from infra.cli.answers import act_words, mark, roles, state_text
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.clocks import clock_json
from infra.cli.doing import Desk, at_desk
from infra.cli.telling import OUT, AsJson, errors_told, tell_fields, tell_json, tell_table
from infra.cli.why import Next, steps_ahead
from infra.deployment import find
from infra.settings import Settings
from infra.store.penalties import Penalties
from schemas.act import SubjectId, Taken
from schemas.instants import instant_text
from schemas.penalty import PenaltyState

penalty_app = typer.Typer(help="Penalty cases: who, on which evidence.", no_args_is_help=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The sheet, and what comes next."""

    bench: Bench
    sheet: Sheet
    next: tuple[Next, ...]

    @property
    def acts(self) -> tuple[Taken, ...]:
        """Those of the penalty case's own life."""
        return tuple(
            taken
            for taken in self.bench.dossier.taken
            if STEPS_OF[taken.act][0].life is Life.PENALTY
        )


@penalty_app.command("ls")
def list_penalties(
    state: Annotated[PenaltyState | None, typer.Option(help="In this state only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List penalty cases, the latest acted on first. Nobody is named here."""
    with errors_told():
        found = with_engine(
            find(Settings()), lambda engine: Penalties(engine).all(state=state, limit=limit)
        )
    if as_json:
        for each in found:
            tell_json(
                {
                    "case": each.case_id,
                    "state": each.state.value,
                    "matter": each.matter,
                    "at": instant_text(each.at),
                }
            )
        return
    rows = [(each.case_id, state_text(each.state), each.matter, local(each.at)) for each in found]
    tell_table("Penalty cases", ("case", "state", "matter", "since"), rows)


@penalty_app.command("show")
def show_penalty(case_id: CaseArgument, as_json: AsJson = False) -> None:
    """Show a penalty case on one sheet, with what is missing for the next step."""

    async def work(desk: Desk) -> Shown:
        looked = await desk.look(await desk.case(SubjectId(case_id)), SOMEBODY)
        bench = onlooker(looked.facts, looked.packs)
        ahead = tuple(each for each in steps_ahead(looked) if each.step.life is Life.PENALTY)
        return Shown(bench=bench, sheet=sheet_of(bench), next=ahead)

    with errors_told():
        shown = at_desk(Settings(), work)
    if as_json:
        tell_json(_json(shown))
    else:
        _tell(shown)


def _json(shown: Shown) -> dict[str, Any]:
    now, sheet = datetime.now(UTC), shown.sheet
    return {
        **asdict(replace(sheet, band=None), dict_factory=_plain),
        "case": shown.bench.dossier.id,
        "band": None
        if sheet.band is None
        else {
            "words": asdict(band_words(sheet.band)),
            "least_fen": sheet.band.least_fen,
            "most_fen": sheet.band.most_fen,
            "clause": sheet.band.clause,
            "certainty": sheet.band.certainty.value,
        },
        "clocks": [clock_json(clock, now) for clock in shown.bench.dossier.clocks],
        "acts": [
            {
                "number": taken.number,
                "act": taken.act.value,
                "person": taken.person,
                "role": taken.role.value,
                "at": instant_text(taken.at),
            }
            for taken in shown.acts
        ],
        "next": [
            {
                "act": each.step.act.value,
                "who": sorted(role.value for role in each.step.who),
                "missing": [obstacle_json(obstacle) for obstacle in each.missing],
            }
            for each in shown.next
        ],
    }


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        name: instant_text(value) if isinstance(value, datetime) else value for name, value in pairs
    }


def _tell(shown: Shown) -> None:
    sheet = shown.sheet
    tell_fields(f"Penalty case of {shown.bench.dossier.id}", _fields(sheet))
    for taken in shown.acts:
        by = ", ".join(sorted(taken.people))
        line = f"  {local(taken.at)}  {act_words(taken.act)}, {by}, {ROLES[taken.role]}"
        OUT.print(line, markup=False, highlight=False)
    rows = [_exhibit_row(each) for each in sheet.evidence]
    tell_table("Evidence", ("sha256", "of a device", "relied on", "collected by", "review"), rows)
    for clock in shown.bench.dossier.clocks:
        if clock.is_open:
            line = f"clock {CLOCKS[clock.kind]}: {clock.state}, due {local(clock.due_at)}"
            OUT.print(line, markup=False, highlight=False)
    for each in shown.next:
        head = f"\nto {each.step.to}: {act_words(each.step.act)}, by {roles(each.step.who)}"
        OUT.print(head, style="bold", markup=False, highlight=False)
        if not each.missing:
            OUT.print("  nothing stands in the way but the form", highlight=False)
        tell_obstacles(each.missing)


def _fields(sheet: Sheet) -> dict[str, object]:
    heard, review, band = sheet.heard, sheet.review, sheet.band
    stayed = "" if sheet.stayed_from is None else f", stayed from {sheet.stayed_from}"
    return {
        "state": f"{state_text(sheet.state)}{stayed}",
        "party": f"{sheet.party or '-'} {sheet.party_kind}",
        "filed as": sheet.filed_as or "-",
        "officers": ", ".join(sheet.officers) or "-",
        "proposed": _measure_text(sheet.proposal),
        "notice": _measure_text(sheet.notice),
        "defence": _heard_text(sheet),
        "hearing": _hearing_text(heard.hearing_held_at, is_asked=heard.hearing_asked),
        "legal review": "-"
        if review is None
        else f"{'passed' if review.is_passed else 'not passed'} by {review.person}: "
        f"{review.opinion}",
        "decision": _measure_text(sheet.decision),
        "band": "-" if band is None else f"{band_words(band)}{mark(band.certainty)}",
    }


def _measure_text(measure: Measure | None) -> str:
    if measure is None:
        return "-"
    number = f"{measure.number}, " if measure.number else ""
    fine = f" of {yuan(measure.fine_fen)} yuan" if measure.fine_fen else ""
    return f"{number}{measure.kind}{fine}, by {measure.person}, {local(measure.at)}"


def _heard_text(sheet: Sheet) -> str:
    heard = sheet.heard
    said: Sequence[str] = [
        f"{heard.points} points, {heard.answers} answered" if heard.points else "",
        "waived" if heard.is_waived else "",
        "its time ran out" if heard.is_lapsed else "",
    ]
    return ", ".join(part for part in said if part) or "-"


def _hearing_text(held_at: datetime | None, *, is_asked: bool) -> str:
    if held_at is not None:
        return f"held {local(held_at)}"
    return "asked for" if is_asked else "-"


def _exhibit_row(exhibit: Exhibit) -> tuple[object, ...]:
    return (
        exhibit.digest[:16],
        "yes" if exhibit.is_of_a_device else "no",
        "excluded" if exhibit.is_excluded else "yes" if exhibit.is_relied_on else "no",
        ", ".join(exhibit.collected_by) or "-",
        _review_text(exhibit),
    )


def _review_text(exhibit: Exhibit) -> str:
    if exhibit.reviewed_by is None:
        return "wanted" if exhibit.is_of_a_device else "-"
    lacks = ", ".join(name.removeprefix("is_") for name in exhibit.review_lacks)
    return f"by {exhibit.reviewed_by}" + (f", not {lacks}" if lacks else ", sound")
