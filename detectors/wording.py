"""Says a rule in words, Chinese and English: what it looks for, where, for how long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from detectors.kinds import ZONE_NAMES, named
from detectors.reasons import length_words
from detectors.relations import Distance
from detectors.rules import Rule
from schemas.camera import ZoneKind
from schemas.hours import Hours
from schemas.words import Words


@dataclass(frozen=True, slots=True)
class Said:
    """A label and what it says."""

    label: Words
    text: Words


def in_words(rule: Rule) -> tuple[Said, ...]:
    """All that a rule asks, in the order in which one asks; thresholds are the pack's."""
    return (*_what(rule), *_related(rule), *_proof(rule))


def title_of(rule: Rule) -> Words:
    """Its title, with its id; without one the id alone."""
    if rule.title is None:
        return Words(rule.id, rule.id)
    return Words(f"{rule.title.zh}（{rule.id}）", f"{rule.title.en} ({rule.id})")


def _what(rule: Rule) -> Iterator[Said]:
    if rule.note is not None:
        yield Said(Words("注意", "note"), rule.note)
    grounds = [ZONE_NAMES[kind] for kind in ZoneKind if kind in rule.zone_kinds]
    yield Said(Words("区域", "ground"), _listed(grounds))
    yield Said(Words("对象", "things"), named(rule.things))
    if rule.also:
        yield Said(Words("附属物", "with them"), named(rule.also))


def _related(rule: Rule) -> Iterator[Said]:
    if rule.count > 1:
        many = Words(
            f"同时不少于{rule.count}个，不论是谁", f"{rule.count} or more at once, whoever they are"
        )
        yield Said(Words("数量", "count"), many)
    elif rule.still is None:
        yield Said(Words("移动", "movement"), Words("可以移动", "it may move"))
    else:
        near = _distance(rule.still)
        yield Said(
            Words("移动", "movement"),
            Words(f"静止：移动不超过{near.zh}", f"still: it moves by no more than {near.en}"),
        )
    reach = _distance(rule.reach)
    if rule.is_group:
        yield Said(
            Words("成组", "together"),
            Words(f"相距{reach.zh}以内算同一处", f"what stands within {reach.en} belongs to it"),
        )
    if rule.company:
        who = named(rule.company)
        yield Said(
            Words("须有", "near"),
            Words(f"{reach.zh}以内有{who.zh}", f"{who.en} within {reach.en}"),
        )
    if rule.apart_from:
        who = named(rule.apart_from)
        yield Said(
            Words("须无", "nobody near"),
            Words(f"{reach.zh}以内没有{who.zh}", f"no {who.en} within {reach.en}"),
        )
    if rule.faces_road is not None:
        near = _distance(rule.faces_road)
        text = Words(f"距道路一侧{near.zh}以内", f"within {near.en} of the road side")
        yield Said(Words("临路", "facing the road"), text)
    if rule.hours:
        hours = ", ".join(_hours(each) for each in rule.hours)
        yield Said(Words("时段", "hours"), Words(hours, hours))


def _proof(rule: Rule) -> Iterator[Said]:
    yield Said(Words("看到", "seen"), _found(rule))
    if rule.holds:
        held = length_words(rule.holds)
        yield Said(
            Words("漏看", "missed"),
            Words(
                f"短于{held.zh}的漏看视为仍在",
                f"what is missed for {held.en} at most and is there again was there",
            ),
        )
    yield Said(Words("离开", "gone"), _gone(rule))
    if rule.cooling_off:
        pause = length_words(rule.cooling_off)
        yield Said(
            Words("冷却", "cooling off"),
            Words(
                f"同一位置{pause.zh}内不再提示",
                f"nothing new is told on the same spot for {pause.en}",
            ),
        )
    yield Said(Words("提示语", "it says"), Words(rule.says.zh, rule.says.en))


def _found(rule: Rule) -> Words:
    said = Words(f"至少{rule.looks}次检测到", f"found by {rule.looks} searches or more")
    if not rule.least_confidence:
        return said
    share = f"{rule.least_confidence:.0%}"
    return Words(
        f"{said.zh}，首次置信度不低于{share}",
        f"{said.en}, first with a confidence of at least {share}",
    )


def _gone(rule: Rule) -> Words:
    margin = _distance(rule.margin)
    said = Words(f"越出边界{margin.zh}以上", f"more than {margin.en} over the edge")
    if rule.leaves_after is None:
        return said
    away = length_words(rule.leaves_after)
    return Words(f"{said.zh}，满{away.zh}", f"{said.en}, for {away.en}")


def _listed(words: list[Words]) -> Words:
    return Words("、".join(each.zh for each in words), ", ".join(each.en for each in words))


def _distance(distance: Distance) -> Words:
    sizes = Words(f"自身尺寸的{distance.sizes:g}倍", f"{distance.sizes:g} times its size")
    if distance.metres is None:
        return sizes
    metres = f"{distance.metres:g}"
    return Words(
        f"{metres}米（无地面标定时为{sizes.zh}）",
        f"{metres} m ({sizes.en} where the camera has no ground)",
    )


def _hours(hours: Hours) -> str:
    return f"{hours.begins:%H:%M}-{hours.ends:%H:%M}"


def threshold_words(threshold: timedelta) -> Words:
    """How long it has to stay."""
    length = length_words(threshold)
    return Words(f"{length.zh}以上", f"longer than {length.en}")
