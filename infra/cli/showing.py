"""`offsite case show`: a case as it stands, and everything that touched it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.decisions.dossier import Dossier
from handlers.decisions.lives.titles import CLOCKS, ROLES
from handlers.decisions.policy import Policy
from infra import opening
from infra.cli.answers import act_words, state_text
from infra.cli.asking import with_engine
from infra.cli.cases import case_json, certainty, local, title, where
from infra.cli.clocks import clock_json
from infra.cli.lying import Whereabouts, whereabouts
from infra.cli.telling import OUT, AsJson, errors_told, tell_fields, tell_json
from infra.deployment import find
from infra.settings import Settings
from infra.store.cases import CaseHistory
from infra.store.dossiers import Dossiers
from infra.store.reading import Reading
from infra.store.records import Record
from infra.vault.disk import DiskVault
from schemas.act import Act, SubjectId, Taken
from schemas.errors import RefusedError
from schemas.evidence import OPEN_KINDS, EvidenceKind, open_first
from schemas.ids import CaseId, Sha256
from schemas.instants import instant_text
from schemas.workfile import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a machine knows of a case, and what people made of it."""

    history: CaseHistory
    dossier: Dossier
    lie: Whereabouts

    @property
    def sent_to(self) -> str | None:
        """To whom it was transferred last, unless that was refused."""
        last = self.dossier.last(Act.TRANSFER, Act.REFUSED_BY_RECEIVER)
        return last.details.text("receiver") if last and last.act is Act.TRANSFER else None


def show_case(case_id: Annotated[str, typer.Argument()], as_json: AsJson = False) -> None:
    """Show a case: what is known, by which rules, with which evidence, who did what, what runs."""
    settings = Settings()
    with errors_told():
        policy = opening.policy(settings)
        vault = opening.vault(settings)
        shown = with_engine(find(settings), lambda engine: _look(engine, CaseId(case_id), vault))
    steps = [_step(record, shown.lie) for record in shown.history.records]
    if as_json:
        tell_json({**case_json(shown.history.case, policy), "history": steps, **_acted(shown)})
        return
    tell_fields(
        f"{case_id}, version {shown.history.case.version}, {shown.dossier.version} acts",
        _fields(shown, policy),
    )
    _tell_steps(steps)
    for taken in shown.dossier.taken:
        OUT.print(_act_text(taken), markup=False, highlight=False)


async def _look(engine: AsyncEngine, case_id: CaseId, vault: DiskVault) -> Shown:
    async with Reading(engine).snapshot() as seen:
        history = await seen.cases.case(case_id)
    dossier = await Dossiers(engine).dossier(SubjectId(case_id))
    if history is None or dossier is None or dossier.case is None:
        raise RefusedError(f"expected the id of a case, got {case_id}: there is none")
    named = (Sha256(item["sha256"]) for record in history.records for item in _evidence(record))
    return Shown(history=history, dossier=dossier, lie=await whereabouts(engine, vault, named))


def _fields(shown: Shown, policy: Policy) -> dict[str, object]:
    case, dossier = shown.history.case, shown.dossier
    by_machine = " (a machine's word; people decide)" if case.state is CaseState.CANDIDATE else ""
    fields: dict[str, object] = {
        "matter": title(case, policy),
        "state": f"{state_text(case.state)}{by_machine}",
        "penalty": state_text(dossier.penalty),
        "route": f"{case.route}, queue {case.queue}",
        "where": where(case),
        "camera": case.camera or "-",
        "opened": local(case.opened_at),
        "due": f"{local(case.due_at)} ({certainty(case, policy)})",
        "last seen": f"{local(case.last_seen_at)}, {case.sightings} sightings",
    }
    if case.linked is not None:
        fields["linked"] = f"{case.linked}, the soft case of the same stay"
    if shown.sent_to is not None:
        fields["sent to"] = shown.sent_to
    for clock in dossier.clocks:
        if clock.is_open:
            fields[f"clock {clock.kind}"] = (
                f"{CLOCKS[clock.kind]}: {clock.state}, due {local(clock.due_at)}"
            )
    return fields


def _tell_steps(steps: Sequence[Mapping[str, Any]]) -> None:
    for step in steps:
        OUT.print(f"\n{local(step['received_at'])}  {step['outcome']}", style="bold")
        for reason in step["reasons"]:
            OUT.print(f"  because {reason['rule']}: {reason['clause']}", markup=False)
        for name, value in step["facts"].items():
            if value is not None and name != "evidence":
                OUT.print(f"  {name}: {value}", markup=False, highlight=False)
        for item in step["evidence"]:
            OUT.print(f"  evidence {item['kind']}: {item['where']}", markup=False)
        OUT.print(f"  address {step['address']}, policy {step['policy'][:12]}", highlight=False)


def _act_text(taken: Taken) -> str:
    by = ", ".join(sorted(taken.people))
    return f"\n{local(taken.at)}  {taken.number} {act_words(taken.act)}, {by}, {ROLES[taken.role]}"


def _acted(shown: Shown) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "penalty": shown.dossier.penalty.value,
        "sent_to": shown.sent_to,
        "clocks": [clock_json(clock, now) for clock in shown.dossier.clocks],
        "taken": [
            {
                "number": taken.number,
                "act": taken.act.value,
                "person": taken.person,
                "role": taken.role.value,
                "at": instant_text(taken.at),
                "recorded_at": instant_text(taken.recorded_at),
            }
            for taken in shown.dossier.taken
        ],
    }


def _step(record: Record, lie: Whereabouts) -> dict[str, Any]:
    facts = {} if record.facts is None else orjson.loads(record.facts)
    decision = {} if record.decision is None else orjson.loads(record.decision)
    return {
        "address": str(record.address),
        "received_at": instant_text(record.received_at),
        "outcome": record.outcome.value,
        "policy": record.policy,
        "reasons": decision.get("reasons", []),
        "facts": facts.get("content", {}),
        "evidence": [{**item, "where": _where(item, lie)} for item in _evidence(record)],
        "erased_because": record.erased_because,
    }


def _evidence(record: Record) -> list[dict[str, Any]]:
    """What hides bystanders first."""
    facts = {} if record.facts is None else orjson.loads(record.facts)
    items = facts.get("content", {}).get("evidence", [])
    return sorted(items, key=lambda item: open_first(EvidenceKind(item["kind"])))


def _where(item: Mapping[str, Any], lie: Whereabouts) -> str:
    """Originals by digest only: who looks says why first, and `case evidence` records it (D7)."""
    digest = Sha256(item["sha256"])
    return lie.shown(digest) if EvidenceKind(item["kind"]) in OPEN_KINDS else lie.named(digest)
