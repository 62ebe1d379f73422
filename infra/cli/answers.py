"""Tells what an act was answered: done, or refused with all that is missing, and who has it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import typer
from rich.console import Console

from handlers.acts import Told
from handlers.decisions.gates.registry import GATES
from handlers.decisions.lives.tables import STEPS_OF
from handlers.decisions.lives.titles import CERTAINTIES, CLOCKS, ROLES, state_title
from infra.cli.cases import local
from infra.cli.telling import ERR, OUT, Exit, tell_json
from schemas.act import Act
from schemas.certainty import Certainty
from schemas.clock import ClockKind, ClockState
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.person import Role
from schemas.workfile import CaseState

_RUNNING: Final = {
    ClockState.RUNNING.value: "runs until",
    ClockState.PAUSED.value: "is paused; was due",
    ClockState.STOPPED.value: "has stopped; was due",
}


def tell_answer(told: Told, *, as_json: bool) -> None:
    """Print an answer; a refusal ends the command with exit code 2."""
    if as_json:
        tell_json(told.said)
    elif told.is_done:
        _tell_done(told)
    else:
        said = told.said
        head = f"refused: {act_words(said['act'])}, {said['subject']}, on record at {told.address}"
        ERR.print(head, style="bold red", markup=False, highlight=False)
        tell_refusals(said["refusals"], on=ERR)
    if not told.is_done:
        raise typer.Exit(Exit.CALLERS_MISTAKE)


def tell_refusals(refusals: Iterable[Mapping[str, Any]], *, on: Console) -> None:
    """Each rule with its clause and mark, what is missing in both languages, and who has it."""
    for refusal in refusals:
        rule, certainty = refusal["rule"], Certainty(refusal["certainty"])
        head = f"  {rule}  {refusal['clause']}{mark(certainty)}"
        on.print(head, style="bold", markup=False, highlight=False)
        for text in (refusal["missing"]["zh"], refusal["missing"]["en"]):
            on.print(f"    {text}", markup=False, highlight=False)
        if refusal["supply"]:
            on.print(f"    from: {roles(refusal['supply'])}", markup=False, highlight=False)
        if page := page_of(rule):
            on.print(f"    see {page}", style="dim", markup=False, highlight=False)


def mark(certainty: Certainty | None) -> str:
    """What isn't a statute's own text says so wherever it is shown."""
    if certainty is None or certainty is Certainty.TEXT:
        return ""
    return f"  [{CERTAINTIES[certainty]}]"


def roles(names: Iterable[str]) -> str:
    """Roles in both languages."""
    return ", ".join(str(ROLES[Role(name)]) for name in sorted(names))


def act_words(act: str) -> str:
    """An act by its word on the command line and in both languages."""
    rows = STEPS_OF.get(Act(act), ())
    return f"{act} {rows[0].words}" if rows else act


def page_of(rule: str) -> str | None:
    """The page of a gate; rules of admission have none."""
    return f"docs/gates/{rule}.md" if rule in GATES else None


def state_text(state: CaseState | PenaltyState | OpinionState) -> str:
    """A state by its name and in both languages."""
    words = state_title(state)
    return f"{state} {words.zh}" if words.en == state else f"{state} {words}"


def _tell_done(told: Told) -> None:
    said = told.said
    taken = said["taken"]
    again = " (it was done before: this is its first answer)" if told.is_repeat else ""
    head = f"done: {act_words(said['act'])}{again}"
    OUT.print(head, style="bold", markup=False, highlight=False)
    by = f"{taken['person']}, {ROLES[Role(taken['role'])]}, at {local(taken['at'])}"
    lines = [f"{said['subject']}, act {taken['number']}, {said['event']}", f"by {by}"]
    if said["case"] is not None:
        lines.append(f"work file: {state_text(CaseState(said['case']['state']))}")
        lines.append(f"penalty case: {state_text(PenaltyState(said['penalty']))}")
    if said["opinion"] is not None:
        lines.append(f"incident: {state_text(OpinionState(said['opinion']))}")
    for clock in said["clocks"]:
        title = CLOCKS[ClockKind(clock["kind"])]
        lines.append(f"clock {title} {_RUNNING[clock['state']]} {local(clock['due_at'])}")
    for line in lines:
        OUT.print(f"  {line}", markup=False, highlight=False)
