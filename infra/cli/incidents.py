"""`offsite opinion ls` and `show`: incidents, and how much of their ten hours is left."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.titles import ROLES
from infra.cli.answers import act_words, state_text
from infra.cli.asking import with_engine
from infra.cli.cases import local
from infra.cli.clocks import clock_json
from infra.cli.doing import at_desk
from infra.cli.telling import OUT, AsJson, errors_told, tell_fields, tell_json, tell_table
from infra.deployment import find
from infra.settings import Settings
from infra.store.opinions import Opinions
from schemas.act import Act, SubjectId
from schemas.clock import Clock, ClockKind
from schemas.errors import RefusedError
from schemas.instants import instant_text

IncidentArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident's id, O…")]


def list_incidents(
    with_closed: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List incidents, those that we know of longest first."""
    with errors_told():
        found = with_engine(
            find(Settings()),
            lambda engine: Opinions(engine).all(with_closed=with_closed, limit=limit),
        )
    if as_json:
        for each in found:
            tell_json(
                {
                    "id": each.id,
                    "state": each.state.value,
                    "title": each.title,
                    "grade": None if each.grade is None else each.grade.value,
                    "first_known_at": instant_text(each.first_known_at),
                    "case": each.case_id,
                }
            )
        return
    rows = [
        (
            *(each.id, state_text(each.state), each.grade or "-"),
            *(local(each.first_known_at), each.title, each.case_id or "-"),
        )
        for each in found
    ]
    tell_table("Incidents", ("incident", "state", "grade", "first known", "title", "case"), rows)


def show_incident(incident: IncidentArgument, as_json: AsJson = False) -> None:
    """Show an incident: what is said, its clock, what was done."""
    with errors_told():
        dossier = at_desk(Settings(), lambda desk: desk.dossier(SubjectId(incident)))
        if dossier.opinion is None:
            raise RefusedError(f"expected the id of an incident, got {incident}")
    if as_json:
        tell_json(_json(dossier))
        return
    tell_fields(incident, _fields(dossier))
    for taken in dossier.taken:
        line = f"  {local(taken.at)}  {act_words(taken.act)}, {taken.person}, {ROLES[taken.role]}"
        OUT.print(line, markup=False, highlight=False)


def hours(span: timedelta) -> str:
    """Hours and minutes, as a clock shows them."""
    minutes = span // timedelta(minutes=1)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _clock_of(dossier: Dossier) -> Clock | None:
    found = [clock for clock in dossier.clocks if clock.kind is ClockKind.OPINION_REPORT]
    return found[-1] if found else None


def _json(dossier: Dossier) -> dict[str, Any]:
    detected, graded = dossier.last(Act.DETECT_OPINION), dossier.last(Act.GRADE_OPINION)
    clock = _clock_of(dossier)
    return {
        "id": dossier.id,
        "state": None if dossier.opinion is None else dossier.opinion.value,
        "grade": None if graded is None else graded.details.text("grade"),
        **({} if detected is None else detected.details.fields),
        "clock": None if clock is None else clock_json(clock, datetime.now(UTC)),
        "taken": [
            {
                "number": taken.number,
                "act": taken.act.value,
                "person": taken.person,
                "role": taken.role.value,
                "at": instant_text(taken.at),
                "details": dict(taken.details.fields),
            }
            for taken in dossier.taken
        ],
    }


def _fields(dossier: Dossier) -> dict[str, object]:
    detected, graded = dossier.last(Act.DETECT_OPINION), dossier.last(Act.GRADE_OPINION)
    clock, now = _clock_of(dossier), datetime.now(UTC)
    fields: dict[str, object] = {
        "state": "-" if dossier.opinion is None else state_text(dossier.opinion),
        "grade": "-" if graded is None else graded.details.text("grade"),
    }
    if detected is not None:
        known_at = detected.details.instant("first_known_at")
        fields["title"] = detected.details.text("title")
        fields["links"] = ", ".join(detected.details.listed("links"))
        fields["case"] = detected.details.text("case") or "-"
        fields["first known"] = "-" if known_at is None else local(known_at)
    if clock is not None:
        left = clock.due_at - (clock.ended_at or now)
        said = f"{hours(left)} left" if left >= timedelta(0) else f"LATE by {hours(-left)}"
        fields["report"] = f"due {local(clock.due_at)}, {clock.state}, {said}"
    return fields
