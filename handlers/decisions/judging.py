"""From a command to its answer: the one path that every act of a person goes.

    known person ─► known subject ─► fresh version ─► a row for the state ─► the role
        ─► the form ─► the time ─► forbidden pairs ─► the gates ─► done

Pure: the same facts and packs give the same answer, anywhere. Nothing gets round it, since
nothing else writes acts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from handlers.decisions import admission, effects
from handlers.decisions.act_facts import ActFacts
from handlers.decisions.answer import Answer, Done, Refusal, Refused
from handlers.decisions.clocks import in_milliseconds
from handlers.decisions.dossier import Dossier
from handlers.decisions.gates.gate import Bench, Finding, Verdict
from handlers.decisions.gates.registry import GATES, GLOBAL
from handlers.decisions.lives.standing import step_for
from handlers.decisions.lives.step import Step
from handlers.decisions.policy import Policy
from schemas.act import Act, Taken
from schemas.person import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Packs:
    """The pack in force, and the one that was in force when it happened, where it is known."""

    now: Policy
    then: Policy | None = None


def judge(facts: ActFacts, packs: Packs) -> Answer:
    """Answer a command; see the drawing above. Refusals of one stage are told together."""
    facts = _as_recorded(facts)
    dossier = facts.dossier or Dossier(id=facts.command.subject)
    if strange := (*admission.unknown(facts), *admission.stale(facts, dossier)):
        return Refused(refusals=strange)
    step = step_for(facts.command.act, dossier)
    if step is None:
        return Refused(refusals=(admission.no_step(facts.command.act, dossier),))
    role = admission.role(step, facts, packs.now)
    if role is None:
        return Refused(refusals=(admission.not_yours(step, facts),))
    bench = bench_of(facts, packs, step=step, role=role, dossier=dossier)
    ids = tuple(dict.fromkeys((*GLOBAL, *step.gates)))
    early = tuple(admission.form(step, facts)) or (
        *admission.timing(facts, dossier),
        *admission.pairs(facts, dossier, packs.now),
    )
    if refusals := early or tuple(blocked(bench, ids)):
        return Refused(refusals=refusals)
    return _done(bench, facts, ids)


def _as_recorded(facts: ActFacts) -> ActFacts:
    """No finer than the record says it: else a replay could answer another way."""
    command = replace(facts.command, at=in_milliseconds(facts.command.at))
    return replace(facts, command=command, now=in_milliseconds(facts.now))


def bench_of(facts: ActFacts, packs: Packs, *, step: Step, role: Role, dossier: Dossier) -> Bench:
    """What the gates of a row look at."""
    return Bench(
        command=facts.command,
        step=step,
        role=role,
        dossier=dossier,
        people=facts.people,
        policy=packs.now,
        then=packs.then,
        standing=facts.standing,
        now=facts.now,
        prior=facts.prior,
        other=facts.other,
        version_digest=facts.version_digest,
    )


def blocked(bench: Bench, ids: tuple[str, ...]) -> Iterator[Refusal]:
    """What the gates of those ids say against it."""
    for id_ in ids:
        gate = GATES[id_]
        finding: Finding = gate.check(bench)
        if finding.verdict is Verdict.PASS:
            continue
        if finding.verdict is Verdict.NEEDS_HUMAN and _is_settled(bench, id_):
            continue
        yield Refusal(
            rule=id_,
            clause=gate.clause,
            certainty=gate.certainty,
            missing=finding.missing or gate.asks,
            supply=gate.supply,
        )


def _is_settled(bench: Bench, gate: str) -> bool:
    """A doubt is settled for good by a named person of the gate's roles."""
    return any(
        taken.details.text("gate") == gate and taken.role in GATES[gate].supply
        for taken in bench.all(Act.SETTLE_DOUBT)
    )


def _done(bench: Bench, facts: ActFacts, ids: tuple[str, ...]) -> Done:
    command = bench.command
    taken = Taken(
        number=bench.dossier.version + 1,
        act=command.act,
        person=command.person,
        role=bench.role,
        at=command.at,
        recorded_at=facts.now,
        details=command.details,
    )
    moved, clocks = effects.after(
        bench.dossier, bench.step, taken, policy=bench.policy, is_site_taken=facts.is_site_taken
    )
    return Done(
        taken=taken,
        event=bench.step.event,
        clause=bench.step.clause,
        dossier=moved,
        clocks=clocks,
        passed=ids,
    )
