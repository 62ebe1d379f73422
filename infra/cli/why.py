"""`offsite case why`: the rules, the clauses and the facts of a case, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from handlers.decisions.ahead import SOMEBODY, Obstacle, obstacles, onlooker
from handlers.decisions.dangers import dangers_of
from handlers.decisions.dossier import Dossier
from handlers.decisions.explaining import PackSaid, Sighted, pack_line, street_lines
from handlers.decisions.explaining_penalty import penalty_lines
from handlers.decisions.gates.gate import Bench
from handlers.decisions.line import Line
from handlers.decisions.lives.step import Step
from handlers.policies.mercies import mercy_lines
from handlers.policies.powers import power_lines
from handlers.trying import Looked
from infra.acting import possible
from infra.cli.acts import CaseArgument, obstacle_json, tell_obstacles
from infra.cli.answers import act_words, roles, state_text
from infra.cli.doing import Desk, at_desk
from infra.cli.policies import tell_line
from infra.cli.telling import OUT, AsJson, errors_told, tell_json
from infra.settings import Settings
from infra.store.pack_states import PackStates
from infra.store.timelines import Moment, MomentKind
from schemas.act import SubjectId
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.disposition import Reason
from schemas.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A step that would move the case on, and what stands between."""

    step: Step
    missing: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """All that is told of a case."""

    dossier: Dossier
    lines: tuple[Line, ...]
    next: tuple[Next, ...]


def explain_case(case_id: CaseArgument, as_json: AsJson = False) -> None:
    """Say why a case is where it is: each rule with its clause and mark, and what is missing."""

    async def work(desk: Desk) -> Explained:
        looked = await desk.look(await desk.case(SubjectId(case_id)), SOMEBODY)
        bench = onlooker(looked.facts, looked.packs)
        moments = await desk.acting.timeline(bench.dossier.id)
        packs = await _packs(desk, looked)
        return Explained(
            dossier=bench.dossier,
            lines=tuple(_lines(bench, [_sighted(m) for m in moments if _is_outcome(m)], packs)),
            next=tuple(steps_ahead(looked)),
        )

    with errors_told():
        explained = at_desk(Settings(), work)
    if as_json:
        tell_json(_json(explained))
    else:
        _tell(explained)


def steps_ahead(looked: Looked) -> Iterator[Next]:
    """Each step that leads to another state, with what stands in its way for anybody."""
    facts, packs = looked.facts, looked.packs
    for step in () if facts.dossier is None else possible(facts.dossier):
        if step.to is not None and step.to not in {_state(step, facts.dossier)}:
            yield Next(step=step, missing=obstacles(step, facts, packs))


def _state(step: Step, dossier: Dossier | None) -> object:
    if dossier is None or dossier.case is None:
        return None
    return dossier.case.state if type(step.to) is type(dossier.case.state) else dossier.penalty


def _lines(bench: Bench, sighted: Sequence[Sighted], packs: Sequence[PackSaid]) -> Iterator[Line]:
    yield from (pack_line(pack) for pack in packs)
    yield from street_lines(bench, sighted)
    if bench.matter is not None:
        yield from power_lines(bench.matter, bench.policy)
        yield from mercy_lines(bench.matter, bench.policy)
    yield from penalty_lines(bench)


async def _packs(desk: Desk, looked: Looked) -> list[PackSaid]:
    states, now, then = PackStates(desk.engine), looked.packs.now, looked.packs.then
    opened = then or now
    labelled = [(Words("建案所依政策包", "decided under"), opened)]
    if opened.digest != now.digest:
        labelled.append((Words("现行政策包", "in force now"), now))
    return [
        PackSaid(
            label=label,
            name=pack.name,
            version=pack.version,
            standing=await states.of(pack.digest),
        )
        for label, pack in labelled
    ]


def _is_outcome(moment: Moment) -> bool:
    return moment.kind is MomentKind.OUTCOME and moment.erased_because is None


def _sighted(moment: Moment) -> Sighted:
    zone = moment.details.get("zone_kind")
    told = frozenset(Danger(danger) for danger in moment.details.get("dangers", ()))
    return Sighted(
        at=moment.at,
        outcome=moment.what,
        reasons=tuple(
            Reason(rule=reason["rule"], clause=reason["clause"])
            for reason in moment.said.get("reasons", [])
        ),
        dangers=dangers_of(None if zone is None else ZoneKind(zone), told),
    )


def _json(explained: Explained) -> dict[str, object]:
    case = explained.dossier.case
    return {
        "case": explained.dossier.id,
        "state": None if case is None else case.state.value,
        "penalty": explained.dossier.penalty.value,
        "lines": [asdict(line) for line in explained.lines],
        "next": [
            {
                "act": each.step.act.value,
                "title": asdict(each.step.words),
                "to": None if each.step.to is None else each.step.to.value,
                "who": sorted(role.value for role in each.step.who),
                "clause": each.step.clause,
                "certainty": each.step.certainty.value,
                "missing": [obstacle_json(obstacle) for obstacle in each.missing],
            }
            for each in explained.next
        ],
    }


def _tell(explained: Explained) -> None:
    case = explained.dossier.case
    if case is not None:
        head = f"{case.id}: {state_text(case.state)}; {state_text(explained.dossier.penalty)}"
        OUT.print(head, style="bold", markup=False, highlight=False)
    for line in explained.lines:
        tell_line(line)
    for each in explained.next:
        head = f"\nto {each.step.to}: {act_words(each.step.act)}, by {roles(each.step.who)}"
        OUT.print(head, style="bold", markup=False, highlight=False)
        if not each.missing:
            OUT.print("  nothing stands in the way but the form", highlight=False)
        tell_obstacles(each.missing)
