"""Lines of a timeline, and those that clocks add: started, paused, resumed, stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.decisions.lives.titles import CLOCKS
from infra.cli.cases import local
from infra.store.timelines import Moment, MomentKind
from schemas.clock import Clock, ClockKind, ClockState
from schemas.instants import instant_text, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. `kind` is what sort of thing it is, `text` is for people, the rest for programs."""

    at: datetime
    recorded_at: datetime
    kind: str
    text: str
    said: dict[str, Any] = field(default_factory=dict)


def clock_entries(moments: Sequence[Moment], clocks: Sequence[Clock]) -> Iterator[Entry]:
    """What acts did to clocks, as their answers say; then what no answer tells any more."""
    told: set[tuple[str, str]] = set()
    for moment in moments:
        for clock in moment.said.get("clocks", []) if moment.kind is MomentKind.DONE else ():
            id_ = f"{clock['kind']}/{clock['number']}"
            entry = _by_act(moment, clock, is_known=any(known == id_ for known, _ in told))
            told.add((id_, entry.kind))
            yield entry
    seen = [moment.recorded_at for moment in moments if moment.kind is MomentKind.OUTCOME]
    for known in clocks:
        id_ = f"{known.kind}/{known.number}"
        if (id_, "started") not in told:
            yield _started(known, seen)
        if known.ended_at is not None and (id_, "stopped") not in told:
            yield _stopped(known, known.ended_at)


def _by_act(moment: Moment, clock: Mapping[str, Any], *, is_known: bool) -> Entry:
    title, due_at = CLOCKS[ClockKind(clock["kind"])], parse_instant(clock["due_at"])
    said: dict[str, Any] = {"what": clock["kind"], "number": clock["number"]}
    if clock["state"] == ClockState.STOPPED:
        is_late = parse_instant(clock["ended_at"]) > due_at
        kind, said = "stopped", {**said, "is_late": is_late}
        text = f"{title} stopped{' (late)' if is_late else ''}: {clock['reason']}"
    elif clock["state"] == ClockState.PAUSED:
        kind, said = "paused", {**said, "left_min": clock["left_min"]}
        text = f"{title} paused, {clock['left_min']} min left: {clock['reason']}"
    else:
        kind, said = ("resumed" if is_known else "started"), {**said, "due_at": clock["due_at"]}
        text = f"{title} {kind}, due {local(due_at)}"
    return Entry(at=moment.at, recorded_at=moment.recorded_at, kind=kind, text=text, said=said)


def _started(clock: Clock, seen: Sequence[datetime]) -> Entry:
    """By a sighting: on record with the outcome that it became."""
    recorded_at = next((at for at in seen if at >= clock.started_at), clock.started_at)
    return Entry(
        at=clock.started_at,
        recorded_at=recorded_at,
        kind="started",
        text=f"{CLOCKS[clock.kind]} started, due {local(clock.due_at)}",
        said={
            "what": clock.kind.value,
            "number": clock.number,
            "due_at": instant_text(clock.due_at),
        },
    )


def _stopped(clock: Clock, ended_at: datetime) -> Entry:
    is_late = ended_at > clock.due_at
    return Entry(
        at=ended_at,
        recorded_at=ended_at,
        kind="stopped",
        text=f"{CLOCKS[clock.kind]} stopped{' (late)' if is_late else ''}: {clock.reason}",
        said={"what": clock.kind.value, "number": clock.number, "is_late": is_late},
    )
