"""Commands, facts of acts and answers as canonical bytes, and back again for a replay."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

import msgspec
import orjson

from handlers.decisions.act_facts import ActFacts
from handlers.decisions.answer import Answer, Done
from handlers.decisions.records import case_record, read_case
from schemas.act import Command
from schemas.instants import instant_text
from schemas.values import fields_of
from schemas.wire.canonical import Json, canonical_bytes
from schemas.workfile import WorkFile

FORM: Final = 1
"""Raised when the meaning of a field changes; old records are read by their own form."""


def command_bytes(command: Command) -> bytes:
    """What tells two commands of one id apart."""
    return canonical_bytes(_spelt(command))


def act_facts_bytes(facts: ActFacts) -> bytes:
    """Spell facts canonically."""
    return canonical_bytes({"form": FORM, "facts": _spelt(facts)})


def read_act_facts(recorded: bytes) -> ActFacts:
    """Take up what `act_facts_bytes` laid down."""
    record = orjson.loads(recorded)["facts"]
    for holder, name in ((record, "other"), (record["dossier"] or {}, "case")):
        if holder.get(name) is not None:
            holder[name] = read_case(holder[name])
    return msgspec.convert(record, ActFacts)


def answer_bytes(facts: ActFacts, answer: Answer) -> bytes:
    """Spell an answer canonically: what a repeat is told again, and replays are compared by."""
    command = facts.command
    said: dict[str, Json] = {"form": FORM, "subject": command.subject, "act": command.act.value}
    if isinstance(answer, Done):
        return canonical_bytes({**said, "answer": "done", **_done(answer)})
    return canonical_bytes({**said, "answer": "refused", "refusals": _spelt(answer.refusals)})


def _done(answer: Done) -> dict[str, Json]:
    dossier = answer.dossier
    return {
        "event": answer.event,
        "clause": answer.clause,
        "taken": _spelt(answer.taken),
        "case": None if dossier.case is None else case_record(dossier.case),
        "penalty": dossier.penalty.value,
        "opinion": None if dossier.opinion is None else dossier.opinion.value,
        "clocks": [_spelt(clock) for clock in answer.clocks],
        "passed": list(answer.passed),
    }


def _spelt(value: Any) -> Any:  # noqa: ANN401, PLR0911 - walks values of every type of ours
    """Any value of ours as JSON without floats; sets in order, so that no hash seed shows."""
    if isinstance(value, WorkFile):
        return case_record(value)
    if isinstance(value, Enum):
        return value.value
    if (fields := fields_of(value)) is not None:
        return {name: _spelt(each) for name, each in fields.items()}
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{value // timedelta(milliseconds=1) / 1000:.3f}S"
    if isinstance(value, Mapping):
        return {str(key): _spelt(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(_spelt(each) for each in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_spelt(each) for each in value]
    return value
