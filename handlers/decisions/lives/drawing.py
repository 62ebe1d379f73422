"""A life as a drawing (Mermaid), made from its rows: what the code does, and not what it should."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.decisions.lives.penalty_case import (
    AFTER_DECISION,
    BEFORE_DECISION,
    BEFORE_FILING,
    OVER,
)
from handlers.decisions.lives.step import Life, PackState, State, Step
from handlers.decisions.lives.tables import ALL_STEPS
from handlers.decisions.lives.titles import state_title
from handlers.decisions.lives.work_file import AT_WORK, LIVING
from schemas.act import Act
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.words import Words
from schemas.workfile import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """States that readers know under one name."""

    id: str
    states: frozenset[State]
    words: Words


_ANY: Final = Words("任何状态", "any state")
KNOWN: Final[Mapping[Life, Sequence[Known]]] = {
    Life.WORK_FILE: (
        Known(id="any", states=frozenset(CaseState), words=_ANY),
        Known(
            id="living", states=LIVING, words=Words("未终结的各状态", "any state that isn't over")
        ),
        Known(
            id="at_work",
            states=AT_WORK | {CaseState.FEEDBACK, CaseState.VERIFIED},
            words=Words("在办的各状态", "any state of the work"),
        ),
    ),
    Life.PENALTY: (
        Known(id="any", states=frozenset(PenaltyState), words=_ANY),
        Known(
            id="considered",
            states=frozenset(PenaltyState) - {PenaltyState.NOT_CONSIDERED},
            words=Words("启动后的各状态", "any state once it is considered"),
        ),
        Known(
            id="undecided",
            states=BEFORE_FILING | BEFORE_DECISION,
            words=Words("决定前", "before the decision"),
        ),
        Known(
            id="decided_ever",
            states=AFTER_DECISION | {PenaltyState.CLOSED, PenaltyState.STAYED},
            words=Words("决定后, 含归档与停止执行", "decided, archived and stayed included"),
        ),
        Known(id="over", states=OVER, words=Words("已了结的各状态", "any state that is over")),
        Known(
            id="before_decision",
            states=BEFORE_DECISION,
            words=Words("立案后、决定前", "filed and not decided"),
        ),
        Known(id="before_filing", states=BEFORE_FILING, words=Words("立案前", "before filing")),
        Known(
            id="after_decision", states=AFTER_DECISION, words=Words("决定后", "after the decision")
        ),
    ),
    Life.OPINION: (
        Known(
            id="living",
            states=frozenset(OpinionState) - {OpinionState.CLOSED},
            words=Words("未办结的各状态", "any state that isn't closed"),
        ),
    ),
    Life.PACK: (),
}
"""Largest first."""
_FIRST: Final[Mapping[Life, tuple[State, Words]]] = {
    Life.WORK_FILE: (
        CaseState.CANDIDATE,
        Words("设备、平台或人员上报", "a sighting or a report"),
    ),
    Life.PENALTY: (
        PenaltyState.NOT_CONSIDERED,
        Words("随案卷存在", "beside every work file, and nobody is accused"),
    ),
    Life.PACK: (PackState.DRAFT, Words("一份文件", "a folder of texts")),
}
"""Lives that no act begins."""
_OUTSIDE: Final = "[*]"
_SMALL: Final = 3


def steps_of(life: Life) -> tuple[Step, ...]:
    """The rows of a life, in the order of its table."""
    return tuple(step for step in ALL_STEPS if step.life is life)


def drawn(life: Life) -> str:
    """The acts that change the state; the others would only hide them.

    A step from states that readers know by one name leaves from one box of that name, dashed:
    else nobody could follow the lines.
    """
    moves = _moves(life)
    boxes = _boxes_of(life)
    dashed = [known.id for known in known_in(life)]
    going = {_name(state) for step in steps_of(life) if _targets(step) for state in step.since}
    return "\n".join(
        (
            "stateDiagram-v2",
            *(f'    state "{words}" as {name}' for name, words in boxes.items()),
            *(
                f"    {one} --> {other} : {' / '.join(acts)}"
                for (one, other), acts in moves.items()
            ),
            *_ties(life),
            *(f"    {name} --> {_OUTSIDE}" for name in boxes if name not in {*going, *dashed}),
            *(("    classDef several stroke-dasharray: 5 5",) if dashed else ()),
            *(f"    class {name} several" for name in dashed),
        )
    )


def known_in(life: Life) -> tuple[Known, ...]:
    """The sets of states that a life's drawing has boxes for."""
    used = {name for step in steps_of(life) if _targets(step) for name, _ in _boxes(step)}
    return tuple(known for known in KNOWN[life] if known.id in used)


def _ties(life: Life) -> Iterator[str]:
    """A small box is tied to what it stands for, so that the eye finds the way through it."""
    for known in known_in(life):
        if len(known.states) <= _SMALL:
            yield from (
                f"    {_name(state)} --> {known.id} : 属于 is one"
                for state in ordered(known.states)
            )


def _moves(life: Life) -> Mapping[tuple[str, str], Sequence[str]]:
    """Who goes where by which acts; what leads to itself changes nothing."""
    moves: dict[tuple[str, str], list[str]] = defaultdict(list)
    if life in _FIRST:
        state, words = _FIRST[life]
        moves[_OUTSIDE, _name(state)].append(str(words))
    for step in steps_of(life):
        sources = [name for name, _ in _boxes(step)] or [_OUTSIDE]
        for target in map(_name, _targets(step)):
            for source in sources:
                if source != target:
                    moves[source, target].append(f"{step.words.zh} {step.act}")
    return moves


def _boxes_of(life: Life) -> Mapping[str, Words]:
    first = [_FIRST[life][0]] if life in _FIRST else []
    boxes = {_name(state): state_title(state) for state in first}
    for step in steps_of(life):
        if targets := _targets(step):
            boxes |= dict(_boxes(step))
            boxes |= {_name(target): state_title(target) for target in targets}
    return boxes


def where(step: Step) -> tuple[Words, ...]:
    """In which states a step may be taken, in as few words as readers know."""
    return tuple(words for _, words in _boxes(step)) or (Words("无", "nothing yet"),)


def whither(step: Step) -> Words:
    """To which state it leads."""
    if step.act is Act.LIFT_STAY:
        return Words("停止前的状态", "where it was stayed from")
    return Words("不变", "the same") if step.to is None else state_title(step.to)


def ordered(states: Iterable[State]) -> list[State]:
    """As their life lists them, so that the same rows give the same bytes."""
    return sorted(states, key=lambda state: tuple(type(state).__members__).index(state.name))


def _boxes(step: Step) -> Iterator[tuple[str, Words]]:
    left = set(step.since)
    for known in KNOWN[step.life]:
        if known.states <= left:
            yield known.id, known.words
            left -= known.states
    yield from ((_name(state), state_title(state)) for state in ordered(left))


def _targets(step: Step) -> Sequence[State]:
    if step.act is Act.LIFT_STAY:
        stays = (each for each in steps_of(step.life) if each.act is Act.STAY)
        return ordered(next(stays).since)
    return () if step.to is None else (step.to,)


def _name(state: State) -> str:
    return state.value.replace("-", "_")
