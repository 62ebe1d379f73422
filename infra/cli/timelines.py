"""`offsite case timeline`: one line a thing, in the order in which it came to be known."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from handlers.decisions.lives.titles import CLOCKS, ROLES
from infra.cli.acts import CaseArgument
from infra.cli.answers import act_words
from infra.cli.cases import local
from infra.cli.clock_lines import Entry, clock_entries
from infra.cli.doing import Desk, at_desk
from infra.cli.telling import OUT, AsJson, errors_told, tell_json
from infra.settings import Settings
from infra.store.letters import Letters, Written
from infra.store.timelines import Moment, MomentKind
from schemas.act import SubjectId
from schemas.clock import ClockKind
from schemas.instants import instant_text
from schemas.person import Role

_RANKS: Final = {
    **dict.fromkeys(("outcome", "done", "refused"), 0),
    **dict.fromkeys(("letter",), 2),
}
"""At one instant the deed stands before its clocks, and these before the letters."""


def show_timeline(case_id: CaseArgument, as_json: AsJson = False) -> None:
    """Tell all that happened to a case, or to an incident, in order."""

    async def work(desk: Desk) -> list[Entry]:
        dossier = await desk.dossier(SubjectId(case_id))
        moments = await desk.acting.timeline(dossier.id)
        letters = await Letters(desk.engine).about(dossier.id)
        written = dict(_letters_of(moments))
        entries = [
            *(_moment(each) for each in moments),
            *clock_entries(moments, dossier.clocks),
            *(_letter(each, written) for each in letters),
        ]
        return sorted(entries, key=lambda each: (each.recorded_at, _RANKS.get(each.kind, 1)))

    with errors_told():
        entries = at_desk(Settings(), work)
    for entry in entries:
        if as_json:
            tell_json(
                {
                    "kind": entry.kind,
                    "at": instant_text(entry.at),
                    "recorded_at": instant_text(entry.recorded_at),
                    "text": entry.text,
                    **entry.said,
                }
            )
        else:
            line = f"{local(entry.at)}  {entry.kind:<8}  {entry.text}"
            OUT.print(line, markup=False, highlight=False)


def _moment(moment: Moment) -> Entry:
    said: dict[str, Any] = {"address": str(moment.address), "what": moment.what}
    if moment.erased_because is not None:
        text = f"{moment.what}: erased, {moment.erased_because}"
    elif moment.kind is MomentKind.OUTCOME:
        reasons = [reason["rule"] for reason in moment.said.get("reasons", [])]
        text, said = f"{moment.what}, by {', '.join(reasons)}", {**said, "rules": reasons}
    elif moment.kind is MomentKind.CLOCK:
        text = _firing_text(moment)
        said |= {"firing": moment.said["firing"], "role": moment.said["role"]}
    else:
        text = f"{act_words(moment.what)}, {_by_whom(moment)}"
        said |= {"person": moment.person, "details": dict(moment.details)}
        if moment.kind is MomentKind.DONE:
            said["role"] = moment.said["taken"]["role"]
        else:
            said["rules"] = [refusal["rule"] for refusal in moment.said["refusals"]]
            text = f"{text}: refused by {', '.join(said['rules'])}"
        text = f"{text}, recorded {local(moment.recorded_at)}"
    return Entry(
        at=moment.at,
        recorded_at=moment.recorded_at,
        kind=moment.kind.value,
        text=text,
        said=said,
    )


def _by_whom(moment: Moment) -> str:
    if moment.kind is not MomentKind.DONE:
        return f"{moment.person}"
    second = moment.details.get("second")
    both = f"{moment.person} and {second}" if second else f"{moment.person}"
    return f"{both} ({ROLES[Role(moment.said['taken']['role'])]})"


def _firing_text(moment: Moment) -> str:
    role = moment.said["role"]
    whom = "who works on it" if role is None else str(ROLES[Role(role)])
    title = CLOCKS[ClockKind(moment.what)]
    return f"{moment.said['firing']} of {title}, told to {whom}"


def _letters_of(moments: Sequence[Moment]) -> Iterator[tuple[str, datetime]]:
    """When the change that a letter tells of was recorded, by the letter's id.

    The outbox knows only when its transaction began, which may have waited for others.
    """
    for moment in moments:
        case = moment.said.get("case")
        if case is not None:
            yield f"{case['id']}/{case['version']}", moment.recorded_at


def _letter(letter: Written, written: Mapping[str, datetime]) -> Entry:
    sent = "not sent yet" if letter.sent_at is None else f"sent {local(letter.sent_at)}"
    at = written.get(letter.id, letter.written_at)
    return Entry(
        at=at,
        recorded_at=at,
        kind="letter",
        text=f"{letter.id} to {letter.topic}, {sent}",
        said={
            "letter": letter.id,
            "topic": letter.topic,
            "sent_at": None if letter.sent_at is None else instant_text(letter.sent_at),
        },
    )
