"""Subjects and timelines as JSON."""

from collections.abc import Collection

from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.step import Step
from infra.acting import possible
from infra.store.timelines import Moment
from schemas.clock import Clock
from schemas.instants import instant_text
from schemas.person import Role
from schemas.wire.writing import case_data
from schemas.words import Words


def dossier_json(dossier: Dossier, *, roles: Collection[Role]) -> dict[str, object]:
    """A subject as it stands. `roles`: those of who looks, to say which acts are theirs."""
    return {
        "subject": dossier.id,
        "version": dossier.version,
        "case": None if dossier.case is None else case_data(dossier.case),
        "penalty": None if dossier.case is None else dossier.penalty.value,
        "opinion": None if dossier.opinion is None else dossier.opinion.value,
        "occurred_at": None if dossier.occurred_at is None else instant_text(dossier.occurred_at),
        "opened_under": dossier.opened_under,
        "clocks": [clock_json(clock) for clock in dossier.clocks if clock.is_open],
        "acts": [_step_json(step, roles) for step in possible(dossier)],
    }


def clock_json(clock: Clock) -> dict[str, object]:
    """A clock that runs or pauses."""
    return {
        "kind": clock.kind.value,
        "number": clock.number,
        "state": clock.state.value,
        "due_at": instant_text(clock.due_at),
    }


def moment_json(moment: Moment) -> dict[str, object]:
    """One line of a timeline."""
    return {
        "kind": moment.kind.value,
        "at": instant_text(moment.at),
        "recorded_at": instant_text(moment.recorded_at),
        "address": str(moment.address),
        "what": moment.what,
        "person": moment.person,
        "said": moment.said,
        "details": moment.details,
        "erased_because": moment.erased_because,
    }


def _step_json(step: Step, roles: Collection[Role]) -> dict[str, object]:
    return {
        "act": step.act.value,
        "life": step.life.value,
        "title": _words(step.words),
        "who": sorted(role.value for role in step.who),
        "is_yours": not step.who.isdisjoint(roles),
        "clause": step.clause,
        "certainty": step.certainty.value,
        "gates": list(step.gates),
        "fields": [
            {
                "name": field.name,
                "kind": field.kind.value,
                "title": _words(field.words),
                "is_optional": field.is_optional,
                "choices": list(field.choices),
            }
            for field in step.fields
        ],
    }


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
