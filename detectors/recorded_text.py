"""The record of a watch as JSON text, and back: every instant absolute, every field checked."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from detectors.dwell import SEEN, Bridge, Knowing, Stay, Stretch, Why
from detectors.fields import Clock, Fields
from detectors.recorded import KeptCooling, KeptMember, KeptStay, Recorded
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY
from schemas.ids import CameraId, OccurrenceId, ZoneId
from schemas.instants import parse_instant
from schemas.observation import Thing

FORM: Final = 1


def write_recorded(recorded: Recorded) -> str:
    """One line of JSON."""
    clock = Clock(recorded.starts_at)
    return json.dumps(
        {
            "form": FORM,
            "camera": recorded.camera,
            "starts_at": clock.text(timedelta(0)),
            "known_at": clock.text(recorded.known_at),
            "looked_at": clock.maybe(recorded.looked_at),
            "stays": [_stay(each, clock) for each in recorded.stays],
            "cooling": [
                {
                    "rule": each.rule,
                    "zone": each.zone,
                    "boxes": [_box(box) for box in each.boxes],
                    "until": clock.text(each.until),
                }
                for each in recorded.cooling
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read_recorded(text: str, *, name: str) -> Recorded:
    """What `write_recorded` wrote.

    Raises:
        InvalidValueError: which field, what was expected, what came.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(expected="JSON", got=str(error), field=name) from error
    fields = Fields(content, name, Clock(datetime.fromtimestamp(0, UTC)))
    if fields.whole("form") != FORM:
        raise InvalidValueError(
            expected=f"form {FORM}", got=fields.whole("form"), field=f"{name}, form"
        )
    starts_at = parse_instant(fields.text("starts_at"), f"{name}, starts_at")
    fields = Fields(content, name, Clock(starts_at))
    fields.only("form", "camera", "starts_at", "known_at", "looked_at", "stays", "cooling")
    return Recorded(
        camera=CameraId(fields.text("camera")),
        starts_at=starts_at,
        known_at=fields.at("known_at"),
        looked_at=fields.maybe("looked_at", fields.at),
        stays=tuple(_read_stay(each) for each in fields.rows("stays")),
        cooling=tuple(_read_cooling(each) for each in fields.rows("cooling")),
    )


def _stay(kept: KeptStay, clock: Clock) -> dict[str, object]:
    stay = kept.stay
    return {
        "rule": kept.rule,
        "zone": kept.zone,
        "occurrence": kept.occurrence,
        "first_seen": clock.text(stay.first_seen),
        "last_seen": clock.text(stay.last_seen),
        "looked_at": clock.text(stay.looked_at),
        "knowing": stay.knowing,
        "not_before": clock.text(stay.not_before),
        "gone_at": clock.maybe(stay.gone_at),
        "stretches": [{"knowing": s.knowing, "ends": clock.text(s.ends)} for s in stay.stretches],
        "bridges": [
            {
                "why": each.why,
                "begins": clock.text(each.begins),
                "ends": clock.text(each.ends),
                "was": each.was,
                "now": each.now,
            }
            for each in stay.bridges
        ],
        "bridged": stay.bridged,
        "members": [
            {
                "now": _thing(each.now),
                "anchor": _thing(each.anchor),
                "joined_at": clock.text(each.joined_at),
                "seen_at": clock.text(each.seen_at),
                "has_left": each.has_left,
            }
            for each in kept.members
        ],
        "company": [_thing(each) for each in kept.company],
        "related_at": clock.maybe(kept.related_at),
        "was_found": kept.was_found,
        "found": kept.found,
        "found_at": clock.maybe(kept.found_at),
        "surest_sum": kept.surest_sum,
        "sequence": kept.sequence,
        "told_at": clock.maybe(kept.told_at),
        "told_best": kept.told_best,
    }


def _thing(thing: Thing) -> dict[str, object]:
    return {"kind": thing.kind, "box": _box(thing.box), "confidence": thing.confidence}


def _box(box: BoxXYXY) -> list[float]:
    return [box.x1, box.y1, box.x2, box.y2]


def _read_stay(fields: Fields) -> KeptStay:
    if not fields.rows("members"):
        raise fields.fault("members", "at least one", [])
    return KeptStay(
        rule=fields.text("rule"),
        zone=ZoneId(fields.text("zone")),
        occurrence=OccurrenceId(fields.text("occurrence")),
        stay=_read_times(fields),
        members=tuple(_read_member(each) for each in fields.rows("members")),
        company=tuple(_read_thing(each) for each in fields.rows("company")),
        related_at=fields.maybe("related_at", fields.at),
        was_found=fields.flag("was_found"),
        found=fields.whole("found"),
        found_at=fields.maybe("found_at", fields.at),
        surest_sum=_at_most(fields, "surest_sum", fields.whole("found")),
        sequence=fields.whole("sequence"),
        told_at=fields.maybe("told_at", fields.at),
        told_best=_at_most(fields, "told_best", 1),
    )


def _read_times(fields: Fields) -> Stay:
    """The stay itself. What it proves is added up anew, never taken over."""
    first_seen, looked_at = fields.at("first_seen"), fields.at("looked_at")
    stretches: list[Stretch] = []
    for each in fields.rows("stretches"):
        begins = stretches[-1].ends if stretches else first_seen
        knowing = each.choice(Knowing, "knowing")
        stretches.append(Stretch(knowing=knowing, begins=begins, ends=each.at("ends")))
    stay = Stay(
        first_seen=first_seen,
        last_seen=fields.at("last_seen"),
        looked_at=looked_at,
        knowing=fields.choice(Knowing, "knowing"),
        not_before=fields.at("not_before"),
        gone_at=fields.maybe("gone_at", fields.at),
        seen=sum((each.length for each in stretches if each.knowing in SEEN), timedelta(0)),
        stretches=tuple(stretches),
        bridges=tuple(_read_bridge(each) for each in fields.rows("bridges")),
        bridged=fields.whole("bridged"),
    )
    _require_order(stay, fields)
    return stay


def _require_order(stay: Stay, fields: Fields) -> None:
    ends = [stay.first_seen, *(each.ends for each in stay.stretches)]
    seen_until = max(
        (each.ends for each in stay.stretches if each.knowing in SEEN), default=stay.first_seen
    )
    times = [stay.not_before, stay.first_seen, seen_until, stay.last_seen]
    times += [stay.looked_at if stay.gone_at is None else stay.gone_at, stay.looked_at]
    is_sound = (
        all(a < b for a, b in pairwise(ends))
        and ends[-1] == stay.looked_at
        and all(a <= b for a, b in pairwise(times))
    )
    if not is_sound:
        raise fields.fault(
            "stretches", "times in order, and stretches from first_seen to looked_at", "others"
        )


def _read_bridge(fields: Fields) -> Bridge:
    return Bridge(
        why=fields.choice(Why, "why"),
        begins=fields.at("begins"),
        ends=fields.at("ends"),
        was=fields.maybe("was", fields.text),
        now=fields.maybe("now", fields.text),
    )


def _read_member(fields: Fields) -> KeptMember:
    return KeptMember(
        now=_read_thing(fields.table("now")),
        anchor=_read_thing(fields.table("anchor")),
        joined_at=fields.at("joined_at"),
        seen_at=fields.at("seen_at"),
        has_left=fields.flag("has_left"),
    )


def _read_thing(fields: Fields) -> Thing:
    return Thing(
        kind=fields.text("kind"),
        box=fields.box("box"),
        confidence=_at_most(fields, "confidence", 1),
    )


def _read_cooling(fields: Fields) -> KeptCooling:
    return KeptCooling(
        rule=fields.text("rule"),
        zone=ZoneId(fields.text("zone")),
        boxes=fields.boxes("boxes"),
        until=fields.at("until"),
    )


def _at_most(fields: Fields, key: str, most: float) -> float:
    value = fields.amount(key)
    if value > most:
        raise fields.fault(key, f"at most {most:g}", value)
    return value
