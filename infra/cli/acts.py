"""`offsite case act` and `offsite case acts`: what a person does, and what could be done now."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from handlers.acts import Told
from handlers.decisions.ahead import Obstacle, obstacles
from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.step import Field, Life, Step
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.lives.titles import LIVES
from infra.acting import possible
from infra.cli.answers import act_words, mark, page_of, roles, tell_answer, tell_refusals
from infra.cli.doing import Desk, Wanted, at_desk, give
from infra.cli.form import read_form
from infra.cli.telling import ERR, OUT, AsJson, errors_told, tell_json
from infra.settings import Settings
from schemas.act import Act, CommandId, Details, SubjectId
from schemas.errors import InvalidValueError, RefusedError
from schemas.instants import parse_instant
from schemas.person import PersonId, Role

OF_A_CASE = frozenset({Life.WORK_FILE, Life.PENALTY})
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")]
As = Annotated[str, typer.Option("--as", metavar="PERSON", help="Who acts, by id.")]
At = Annotated[
    str | None, typer.Option("--at", help="When it was done, RFC 3339 with zone; else now.")
]
Again = Annotated[
    str | None, typer.Option("--command-id", help="The same id is the same command, sent again.")
]
AsRole = Annotated[Role | None, typer.Option("--role", help="In which role; else what fits.")]


def act_on_case(
    case_id: CaseArgument,
    act: Annotated[str | None, typer.Argument(metavar="ACT", help="See `case acts`.")] = None,
    *,
    person: Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Who acts.")] = None,
    role: AsRole = None,
    second: Annotated[str | None, typer.Option(help="The second officer, by id.")] = None,
    at: At = None,
    expect: Annotated[
        int | None, typer.Option(min=0, help="The version that was seen; else the present one.")
    ] = None,
    command_id: Again = None,
    said: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A field of the act. Lists: say it again, or with commas. evidence=@FILE digests.",
        ),
    ] = None,
    document: Annotated[
        str | None,
        typer.Option("--json-details", metavar="FILE", help="The fields as JSON; - is stdin."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Act on a case: done, or refused with each rule, its clause, what is missing, who has it."""
    pairs = [*(said or ()), *([] if second is None else [f"second={second}"])]

    async def work(desk: Desk) -> tuple[Dossier, Told | None]:
        dossier = await desk.case(SubjectId(case_id))
        wanted = next((each for each in Act if each.value == act), None)
        if wanted is None or STEPS_OF[wanted][0].life not in OF_A_CASE:
            return dossier, None
        if person is None:
            raise InvalidValueError(expected="who acts", got="nobody", field="--as")
        told = await give(
            desk,
            Wanted(
                subject=dossier.id,
                act=wanted,
                person=PersonId(person),
                details=_details(wanted, pairs, document),
                role=role,
                at=None if at is None else parse_instant(at, "--at"),
                expected=expect,
                id=None if command_id is None else CommandId(command_id),
            ),
        )
        return dossier, told

    with errors_told():
        dossier, told = at_desk(Settings(), work)
        if told is None:
            _tell_possible(dossier)
            raise RefusedError(f"expected an act that is possible now, got {act or 'none'}")
    if not as_json and not told.is_done and told.said["refusals"][0]["rule"] == "K05-no-such-step":
        _tell_possible(dossier)
    tell_answer(told, as_json=as_json)


def _details(act: Act, pairs: Sequence[str], document: str | None) -> Details:
    fields = {field.name: field for step in STEPS_OF[act] for field in step.fields}
    return read_form(pairs, fields.values(), document=document)


def _tell_possible(dossier: Dossier) -> None:
    ERR.print(f"possible now on {dossier.id}:", style="bold", highlight=False)
    for step in possible(dossier):
        ERR.print(f"  {act_words(step.act)}", markup=False, highlight=False)


def acts_on_case(
    case_id: CaseArgument,
    person: Annotated[
        str | None, typer.Option("--as", metavar="PERSON", help="Say what is missing for them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what could be done now: the act, who, its fields, its gates, what is missing."""

    async def work(desk: Desk) -> list[tuple[Step, tuple[Obstacle, ...] | None]]:
        dossier = await desk.case(SubjectId(case_id))
        if person is None:
            return [(step, None) for step in possible(dossier)]
        by = PersonId(person)
        looked = await desk.look(dossier, by)
        seen = looked.facts.dossier or dossier
        return [
            (step, obstacles(step, looked.facts, looked.packs, by=by)) for step in possible(seen)
        ]

    with errors_told():
        rows = at_desk(Settings(), work)
    for step, missing in rows:
        if as_json:
            tell_json(_row_json(step, missing))
        else:
            _tell_row(step, missing)


def obstacle_json(obstacle: Obstacle) -> dict[str, object]:
    """One thing in the way, as a refusal would tell it, with the fields that may supply it."""
    refusal = obstacle.refusal
    return {
        "rule": refusal.rule,
        "clause": refusal.clause,
        "certainty": refusal.certainty.value,
        "missing": {"zh": refusal.missing.zh, "en": refusal.missing.en},
        "supply": [role.value for role in refusal.supply],
        "asks_of_form": list(obstacle.asks_of_form),
    }


def _row_json(step: Step, missing: tuple[Obstacle, ...] | None) -> dict[str, Any]:
    return {
        "act": step.act.value,
        "title": {"zh": step.words.zh, "en": step.words.en},
        "life": step.life.value,
        "to": None if step.to is None else step.to.value,
        "who": sorted(role.value for role in step.who),
        "clause": step.clause,
        "certainty": step.certainty.value,
        "fields": [_field_json(field) for field in step.fields],
        "gates": [{"id": gate, "page": page_of(gate)} for gate in step.gates],
        "missing": None if missing is None else [obstacle_json(each) for each in missing],
    }


def _field_json(field: Field) -> Mapping[str, Any]:
    return {
        "name": field.name,
        "kind": field.kind.value,
        "title": {"zh": field.words.zh, "en": field.words.en},
        "is_optional": field.is_optional,
        "choices": list(field.choices),
    }


def _tell_row(step: Step, missing: tuple[Obstacle, ...] | None) -> None:
    to = "" if step.to is None else f" -> {step.to}"
    head = f"{act_words(step.act)}  ({LIVES[step.life]}{to})"
    OUT.print(head, style="bold", markup=False, highlight=False)
    lines = [f"{step.clause}{mark(step.certainty)}", f"who: {roles(step.who)}"]
    for field in step.fields:
        may = ", may be left out" if field.is_optional else ""
        kind = "|".join(field.choices) or field.kind.value
        lines.append(f"--set {field.name}=<{kind}>  {field.words}{may}")
    if step.gates:
        lines.append(f"gates: {' '.join(step.gates)}  (docs/gates/)")
    if missing is not None and not missing:
        lines.append("nothing stands in the way but the form")
    for line in lines:
        OUT.print(f"  {line}", markup=False, highlight=False)
    tell_obstacles(missing or ())


def tell_obstacles(missing: Sequence[Obstacle]) -> None:
    """What is missing now, then what the form may still supply."""
    for is_of_form, label in ((False, "missing:"), (True, "asked of the form:")):
        these = [each for each in missing if bool(each.asks_of_form) is is_of_form]
        if these:
            OUT.print(f"  {label}", highlight=False)
            tell_refusals((obstacle_json(each) for each in these), on=OUT)
