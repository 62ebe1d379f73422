"""`offsite opinion …`: what the public says of us, answered, and reported in ten hours."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import typer

from handlers.acts import Told
from handlers.decisions.lives.standing import OPINION_PREFIX
from infra.acting import new_id
from infra.cli.acts import Again, As, AsRole, At
from infra.cli.answers import tell_answer
from infra.cli.doing import Wanted, at_desk, give
from infra.cli.incidents import IncidentArgument, hours, list_incidents, show_incident
from infra.cli.telling import OUT, AsJson, errors_told
from infra.settings import Settings
from schemas.act import Act, CommandId, Plain, SubjectId, plain_details
from schemas.clock import ClockKind, FiringKind
from schemas.instants import CHINA, instant_text, parse_instant
from schemas.opinion import OpinionGrade
from schemas.person import PersonId, Role

opinion_app = typer.Typer(
    help="Opinion incidents: graded, answered, reported in ten hours.", no_args_is_help=True
)


@opinion_app.command("add")
def add_incident(
    *,
    title: Annotated[str, typer.Option(help="What is said.")],
    first_known_at: Annotated[
        str,
        typer.Option(help="When anybody of us first knew, RFC 3339: the ten hours run from it."),
    ],
    link: Annotated[list[str], typer.Option(help="Where it is said; may be given several times.")],
    case: Annotated[str | None, typer.Option(help="The case that it is about.")] = None,
    person: As,
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Put an incident on record. Its ten hours run from first knowledge, not from here."""
    with errors_told():
        known_at = parse_instant(first_known_at, "--first-known-at")
        id_ = CommandId(command_id) if command_id else new_id()
        said: dict[str, Plain] = {
            "title": title,
            "first_known_at": instant_text(known_at),
            "links": link,
            **({} if case is None else {"case": case}),
        }
        by = _By(person=person, role=role, at=at, command_id=id_)
        wanted = _wanted(_subject(id_, known_at), Act.DETECT_OPINION, by, said)
        told = at_desk(Settings(), lambda desk: give(desk, wanted))
    if told.is_done and not as_json:
        OUT.print(told.said["subject"], style="bold", markup=False, highlight=False)
    tell_answer(told, as_json=as_json)


@opinion_app.command("grade")
def grade_incident(
    incident: IncidentArgument,
    grade: OpinionGrade,
    *,
    person: As,
    reason: Annotated[str, typer.Option(help="Why so.")],
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Grade it by social impact. Grading doesn't start the ten hours: knowing did."""
    said: dict[str, Plain] = {"grade": grade.value, "reason": reason}
    by = _By(person=person, role=role, at=at, command_id=command_id)
    told = _given(incident, Act.GRADE_OPINION, by, said)
    tell_answer(told, as_json=as_json)


@opinion_app.command("answer")
def answer_incident(
    incident: IncidentArgument,
    *,
    person: As,
    verified_facts: Annotated[str, typer.Option(help="What was verified.")],
    statement: Annotated[str, typer.Option(help="What is said to the public.")],
    spokesperson: Annotated[str, typer.Option(help="Who says it.")],
    approved_by: Annotated[str, typer.Option(help="Who approved the statement, by id.")],
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Answer the public: verified facts, one approved statement, one voice."""
    said: dict[str, Plain] = {
        "verified_facts": verified_facts,
        "statement": statement,
        "spokesperson": spokesperson,
        "approved_by": approved_by,
    }
    by = _By(person=person, role=role, at=at, command_id=command_id)
    told = _given(incident, Act.ANSWER_OPINION, by, said)
    tell_answer(told, as_json=as_json)


@opinion_app.command("report")
def report_incident(
    incident: IncidentArgument,
    *,
    person: As,
    receipt: Annotated[str, typer.Option(help="The proof of the report.")],
    content: Annotated[str, typer.Option(help="What was reported.")],
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Report to the province, and say whether it was in time."""
    said: dict[str, Plain] = {"receipt": receipt, "content": content}
    by = _By(person=person, role=role, at=at, command_id=command_id)
    told = _given(incident, Act.REPORT_OPINION, by, said)
    tell_answer(told, as_json=as_json)
    if not as_json:
        OUT.print(f"  {_timeliness(told)}", style="bold", markup=False, highlight=False)


@opinion_app.command("close")
def close_incident(
    incident: IncidentArgument,
    *,
    person: As,
    reason: Annotated[str, typer.Option(help="Why it is over.")],
    was_answered: Annotated[
        bool, typer.Option("--was-answered", help="The public was answered.")
    ] = False,
    role: AsRole = None,
    at: At = None,
    command_id: Again = None,
    as_json: AsJson = False,
) -> None:
    """Close an incident."""
    said: dict[str, Plain] = {"reason": reason, "was_answered": was_answered}
    by = _By(person=person, role=role, at=at, command_id=command_id)
    told = _given(incident, Act.CLOSE_OPINION, by, said)
    tell_answer(told, as_json=as_json)


opinion_app.command("ls")(list_incidents)
opinion_app.command("show")(show_incident)


def _subject(id_: CommandId, known_at: datetime) -> SubjectId:
    """The same command makes the same incident, however often it is sent."""
    token = base64.b32encode(hashlib.sha256(id_.encode()).digest())[:12].decode()
    return SubjectId(f"{OPINION_PREFIX}{known_at.astimezone(CHINA):%y%m%d}-{token}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _By:
    """Who acts, in which role, when it was done, and under which command id, as they are typed."""

    person: str
    role: Role | None
    at: str | None
    command_id: str | None


def _given(incident: str, act: Act, by: _By, said: dict[str, Plain]) -> Told:
    with errors_told():
        wanted = _wanted(SubjectId(incident), act, by, said)
        return at_desk(Settings(), lambda desk: give(desk, wanted))


def _wanted(subject: SubjectId, act: Act, by: _By, said: dict[str, Plain]) -> Wanted:
    return Wanted(
        subject=subject,
        act=act,
        person=PersonId(by.person),
        details=plain_details(said),
        role=by.role,
        at=None if by.at is None else parse_instant(by.at, "--at"),
        id=None if by.command_id is None else CommandId(by.command_id),
    )


def _timeliness(told: Told) -> str:
    """By the clock that the report stopped."""
    clocks = [each for each in told.said["clocks"] if each["kind"] == ClockKind.OPINION_REPORT]
    if not clocks:
        return "no clock ran for it"
    clock = clocks[0]
    left = datetime.fromisoformat(clock["due_at"]) - datetime.fromisoformat(clock["ended_at"])
    if left >= timedelta(0):
        return f"in time, with {hours(left)} left"
    fired = clock["plan"][: clock["fired"]]
    on_record = any(each["kind"] == FiringKind.BREACH for each in fired)
    breach = "a breach is on record" if on_record else "the clock shows it"
    return f"LATE by {hours(-left)}: {breach}"
