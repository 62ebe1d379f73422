"""Translates between people's acts and the rows that hold them; rows go no further than here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from psycopg.types.json import Jsonb

from handlers.acts import SettledAct
from handlers.decisions.answer import Done
from handlers.decisions.dossier import Dossier, Seen
from handlers.decisions.facts import Sighting
from handlers.decisions.gates.gate import Prior
from handlers.decisions.lives.standing import step_for
from handlers.decisions.records import read_facts
from infra.store.rows import digest_bytes
from schemas.act import NOTHING_SAID, Act, Taken, plain_details
from schemas.matter import parse_matter
from schemas.penalty import Ground, PenaltyState
from schemas.person import Certificate, Person, PersonId, Role

ACT_COLUMNS: Final = (
    *("shard", "number", "subject", "version", "command_id", "act", "person", "role", "at"),
    *("recorded_at", "is_done", "refused_by", "event", "tag", "details", "input", "policy"),
    *("previous", "sealed_input", "sealed_facts", "sealed_policy", "sealed_decision"),
    *("sealed_case", "hash", "facts", "answer", "salt"),
)
TAKEN_COLUMNS: Final = ("version", "act", "person", "role", "at", "recorded_at", "details")
PERSON_COLUMNS: Final = (
    *("id", "name", "unit", "roles", "certificate_number", "certificate_from"),
    *("certificate_until", "is_lawyer"),
)
PRIOR_COLUMNS: Final = ("case_id", "matter", "found_at", "state", "stayed_from", "ground")


def act_row(settled: SettledAct) -> tuple[object, ...]:
    """In the order of `ACT_COLUMNS`."""
    facts, line = settled.facts, settled.line
    command, sealed = facts.command, line.sealed
    row = {
        "shard": facts.address.partition,
        "number": facts.address.offset,
        "subject": command.subject,
        "command_id": command.id,
        "act": command.act.value,
        "person": command.person,
        "at": command.at,
        "recorded_at": facts.now,
        "details": Jsonb(dict(command.details.fields), dumps=orjson.dumps),
        "input": digest_bytes(settled.input),
        "policy": digest_bytes(settled.policy),
        "previous": digest_bytes(line.previous),
        "sealed_input": digest_bytes(sealed.input),
        "sealed_facts": digest_bytes(sealed.facts),
        "sealed_policy": digest_bytes(sealed.policy),
        "sealed_decision": digest_bytes(sealed.decision),
        "sealed_case": None if sealed.case is None else digest_bytes(sealed.case),
        "hash": digest_bytes(line.hash),
        "facts": settled.facts_bytes,
        "answer": settled.answer_bytes,
        "salt": settled.salt,
        **_outcome(settled),
    }
    return tuple(row[name] for name in ACT_COLUMNS)


def _outcome(settled: SettledAct) -> dict[str, object]:
    command, answer = settled.facts.command, settled.answer
    if isinstance(answer, Done):
        step = step_for(command.act, settled.facts.dossier or Dossier(id=command.subject))
        return {
            "version": answer.taken.number,
            "role": answer.taken.role.value,
            "is_done": True,
            "refused_by": None,
            "event": answer.event,
            "tag": None if step is None else step.tag.value,
        }
    return {
        "version": None,
        "role": None if command.role is None else command.role.value,
        "is_done": False,
        "refused_by": answer.refusals[0].rule,
        "event": None,
        "tag": None,
    }


def taken_of(row: Sequence[Any]) -> Taken:
    """From the order of `TAKEN_COLUMNS`. What was erased by law says nothing any more."""
    version, act, person, role, at, recorded_at, details = row
    return Taken(
        number=version,
        act=Act(act),
        person=PersonId(person),
        role=Role(role),
        at=at,
        recorded_at=recorded_at,
        details=NOTHING_SAID if details is None else plain_details(details),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What one message brought to a case: when it was seen, with which evidence."""

    occurred_at: datetime
    items: tuple[Seen, ...]


def brought_by(facts: bytes) -> Brought | None:
    """Absent where the message was no sighting."""
    known = read_facts(facts)
    content = known.content
    if not isinstance(content, Sighting):
        return None
    items = tuple(
        Seen(
            item=item,
            occurred_at=content.occurred_at,
            received_at=known.received_at,
            camera=content.camera,
        )
        for item in content.evidence
    )
    return Brought(occurred_at=content.occurred_at, items=items)


def prior_of(row: Sequence[Any]) -> Prior:
    """From the order of `PRIOR_COLUMNS`. What is stayed was found all the same."""
    case_id, matter, found_at, state, stayed_from, ground = row
    return Prior(
        case=case_id,
        matter=parse_matter(matter),
        at=found_at,
        ended=PenaltyState(stayed_from or state if state == PenaltyState.STAYED else state),
        ground=None if ground is None else Ground(ground),
    )


def person_row(person: Person) -> tuple[object, ...]:
    """In the order of `PERSON_COLUMNS`."""
    certificate = person.certificate
    return (
        person.id,
        person.name,
        person.unit,
        sorted(role.value for role in person.roles),
        None if certificate is None else certificate.number,
        None if certificate is None else certificate.valid_from,
        None if certificate is None else certificate.valid_until,
        person.is_lawyer,
    )


def person_of(row: Sequence[Any]) -> Person:
    """From the order of `PERSON_COLUMNS`."""
    id_, name, unit, roles, number, valid_from, valid_until, is_lawyer = row
    return Person(
        id=PersonId(id_),
        name=name,
        unit=unit,
        roles=frozenset(Role(role) for role in roles),
        certificate=None
        if number is None
        else Certificate(number=number, valid_from=valid_from, valid_until=valid_until),
        is_lawyer=is_lawyer,
    )
