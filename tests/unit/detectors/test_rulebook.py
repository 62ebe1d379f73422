"""A rule book is read whole, or its fault is told with file, rule, key, expected and got."""

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors.kinds import KINDS, ZONE_NAMES
from detectors.posts import posts_of, threshold_for
from detectors.reasons import BLANKS
from detectors.rulebook import BASE, read_rules
from detectors.rules import Rule
from handlers.policies.pack import SHIPPED, pack_from, read_files
from schemas.camera import ZoneKind
from schemas.danger import Danger
from schemas.errors import InvalidValueError
from schemas.matter import MatterKey
from tests.support.posts import a_camera, a_rule, a_zone

FAST: Final = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)

GOOD: Final = """
[[rule]]
id = "V01"
matter = "GB/T 47678.5-2026|matter|09012"
zone = "fire-lane"
things = ["vehicle"]
"""
WHOLE: Final = """
[[rule]]
id = "V02"
title = { zh = "设摊", en = "Vending" }
note = { zh = "试", en = "a trial" }
matter = "GB/T 47678.5-2026|matter|09006"
zone = ["no-vending", "pavement"]
things = ["stall"]
also = ["umbrella"]
company = ["person"]
apart_from = ["sweeper"]
reach = 1
reach_m = 2.5
still = 0.8
still_m = 1.5
group = true
holds_s = 2
faces_road = 1.5
hours = ["07:00-19:00", "22:00-02:00"]
dwell_s = 90
least_confidence = 0.5
looks = 3
margin = 0.2
leaves_after_s = 8.5
cooling_off_s = 120
danger = ["gas-bottles", "flames"]
says = { zh = "{what}在{zone}", en = "{what} in {zone}" }
"""


def test_every_key_is_read() -> None:
    (rule,) = read_rules(WHOLE, name="book")

    assert rule.zone_kinds == {ZoneKind.NO_VENDING, ZoneKind.PAVEMENT}
    assert (rule.reach.sizes, rule.reach.metres) == (1, 2.5)
    assert rule.still is not None
    assert (rule.still.sizes, rule.still.metres) == (0.8, 1.5)
    assert (rule.also, rule.company, rule.apart_from) == ({"umbrella"}, {"person"}, {"sweeper"})
    assert rule.faces_road is not None
    assert (rule.margin.sizes, rule.faces_road.sizes) == (0.2, 1.5)
    assert [hours.begins.hour for hours in rule.hours] == [7, 22]
    assert rule.dwell == timedelta(seconds=90)
    assert (rule.leaves_after, rule.cooling_off, rule.holds) == tuple(
        timedelta(seconds=seconds) for seconds in (8.5, 120, 2)
    )
    assert (rule.least_confidence, rule.looks, rule.is_group) == (0.5, 3, True)
    assert rule.dangers == {Danger.GAS_BOTTLES, Danger.FLAMES}
    assert rule.title is not None
    assert rule.note is not None
    assert (rule.title.zh, rule.note.en, rule.says.en) == ("设摊", "a trial", "{what} in {zone}")


def test_what_is_not_said_is_as_one_expects() -> None:
    (rule,) = read_rules(GOOD, name="book")
    (moving,) = read_rules(GOOD + "still = false", name="book")
    (counted,) = read_rules(GOOD + "count = 5", name="book")

    assert rule.still is not None
    assert (rule.still.sizes, rule.reach.sizes, rule.looks) == (0.5, 0.75, 2)
    assert moving.still is counted.still is None
    assert rule.dwell is rule.leaves_after is rule.faces_road is None
    assert rule.cooling_off == rule.holds == timedelta(0)


def test_a_rule_that_we_ship_is_for_a_matter_of_the_base_pack_or_says_its_own_threshold() -> None:
    rules = read_rules(BASE.read_text("utf-8"), name="base")
    pack = pack_from(read_files("base", SHIPPED), "base")

    unlisted = {rule.id for rule in rules if pack.matter(rule.matter) is None}
    assert unlisted == {"V12-crowd", "V15-person-in-closed-zone", "V16-thing-left-behind"}
    assert all(rule.dwell is not None for rule in rules if rule.id in unlisted)
    assert all(rule.title and rule.says for rule in rules)
    unheld = {rule.id for rule in rules if not rule.cooling_off}
    assert unheld == {
        "V01-vehicle-on-fire-lane",
        "V09-exit-blocked",
        "V13-smoke-or-fire",
        "V15-person-in-closed-zone",
    }


def test_no_camera_looks_for_what_cameras_may_not_be_heard_about() -> None:
    rules = read_rules(BASE.read_text("utf-8"), name="base")
    pack = pack_from(read_files("base", SHIPPED), "base")

    rows = [row for rule in rules if (row := pack.matter(rule.matter)) is not None]

    assert all(row.by_camera for row in rows)


def test_the_rules_that_we_ship_have_the_names_that_others_rely_on() -> None:
    rules = read_rules(BASE.read_text("utf-8"), name="base")

    assert [rule.id for rule in rules] == [
        "V01-vehicle-on-fire-lane", "V02-street-vending", "V03-vehicle-on-pavement",
        "V04-goods-outside-shop", "V05-mobile-vending", "V06-goods-on-pavement",
        "V07-vehicle-no-stopping", "V08-vehicle-on-blind-track", "V09-exit-blocked",
        "V10-rubbish-heap", "V11-banner", "V12-crowd", "V13-smoke-or-fire",
        "V14-uncovered-waste-truck", "V15-person-in-closed-zone", "V16-thing-left-behind",
    ]  # fmt: skip


def test_the_rule_without_weights_says_so() -> None:
    rules = {rule.id: rule for rule in read_rules(BASE.read_text("utf-8"), name="base")}

    note = rules["V14-uncovered-waste-truck"].note

    assert note is not None
    assert "No weights ship" in note.en
    assert "模型" in note.zh


def said_with(line: str) -> str:
    """The good rule, with a key set to something else."""
    key = line.split("=", maxsplit=1)[0].strip()
    kept = [each for each in GOOD.splitlines() if not each.startswith(f"{key} ")]
    return "\n".join([*kept, line])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[[rule", "book: expected TOML", id="no TOML"),
        pytest.param("", "expected at least one [[rule]]", id="empty"),
        pytest.param("rule = 3", "expected at least one [[rule]]", id="no list"),
        pytest.param("rule = [3]", "book, rule 1: expected a table", id="no table"),
        pytest.param("[other]\n" + GOOD, "book: expected only rule, got other", id="other table"),
        pytest.param(GOOD.replace("zone", "zones"), "rule 1: expected only also", id="a typo"),
        pytest.param(
            GOOD.replace("fire-lane", "fire"), "book, rule 1 (V01), zone: expected one of",
            id="unknown zone",
        ),
        pytest.param(said_with("zone = []"), "(V01), zone: expected at least one", id="no zone"),
        pytest.param(said_with("zone = 3"), "(V01), zone: expected a list", id="zone 3"),
        pytest.param(
            said_with("things = []"), "rule 1 (V01), things: expected at least one", id="nothing"
        ),
        pytest.param(said_with("things = 3"), "rule 1 (V01), things: expected a list", id="3"),
        pytest.param(
            said_with('things = ["car"]'), "(V01), things: expected kinds of things of person",
            id="a kind of thing that nobody sees",
        ),
        pytest.param(
            GOOD + 'company = ["vehicle"]', "kinds that are not also said beside, got vehicle",
            id="company of itself",
        ),
        pytest.param(
            GOOD + 'company = ["person"]\napart_from = ["person"]', "(V01), apart_from: expected",
            id="wanted and not wanted",
        ),
        pytest.param(GOOD + 'also = ["goods"]', "also: expected group = true", id="also alone"),
        pytest.param(GOOD.replace("|09012", ""), "matter: expected standard|kind|code", id="half"),
        pytest.param(GOOD + GOOD, "book, rule 2, id: expected rule ids that differ", id="twice"),
        pytest.param(said_with("id = 3"), "book, rule 1, id: expected text", id="id 3"),
        pytest.param(said_with(f'id = "{"x" * 65}"'), "id: expected at most 64", id="long id"),
        pytest.param(GOOD + "reach = true", "(V01), reach: expected a number", id="reach"),
        pytest.param(GOOD + "reach = -1", "reach: expected a number in [0, 5], got -1", id="< 0"),
        pytest.param(GOOD + "reach = nan", "(V01), reach: expected a number", id="nan"),
        pytest.param(GOOD + "reach_m = 1e9", "(V01), reach_m: expected metres in", id="metres"),
        pytest.param(GOOD + "still = true", "(V01), still: expected a number", id="still"),
        pytest.param(GOOD + "still = false\nstill_m = 1", "(V01), still_m: expected no", id="both"),
        pytest.param(GOOD + "count = 2\nstill = 0.5", "still: expected false beside", id="count"),
        pytest.param(GOOD + "count = 0", "(V01), count: expected a number of 1", id="none"),
        pytest.param(GOOD + "count = 2.5", "(V01), count: expected a whole number", id="half one"),
        pytest.param(GOOD + "looks = 0", "(V01), looks: expected a number of 1", id="no look"),
        pytest.param(GOOD + "group = 1", "(V01), group: expected true or false", id="group 1"),
        pytest.param(GOOD + "dwell_s = -1", "(V01), dwell_s: expected seconds in", id="before 0"),
        pytest.param(GOOD + "dwell_s = inf", "(V01), dwell_s: expected seconds in", id="for ever"),
        pytest.param(GOOD + "cooling_off_s = 1e6", "cooling_off_s: expected seconds", id="days"),
        pytest.param(GOOD + "least_confidence = 2", "least_confidence: expected a", id="sure"),
        pytest.param(GOOD + 'danger = "fire"', "(V01), danger: expected one of", id="danger"),
        pytest.param(GOOD + 'hours = "7-19"', "(V01), hours: expected a list", id="hours"),
        pytest.param(GOOD + 'hours = ["7"]', "(V01), hours: expected hours as HH:MM", id="hour"),
        pytest.param(
            GOOD + 'hours = ["07:00-07:00"]', "expected hours that begin and end", id="no hours"
        ),
        pytest.param(GOOD + 'title = "x"', "(V01), title: expected { zh", id="one language"),
        pytest.param(GOOD + 'title = { zh = "x" }', "title, en: expected text", id="no English"),
        pytest.param(
            GOOD + 'says = { zh = "{wat}", en = "x" }', "(V01), says.zh: expected blanks of",
            id="unknown blank",
        ),
        pytest.param(
            GOOD + 'says = { zh = "x", en = "{zone.name}" }', "says.en: expected blanks of",
            id="a way into the program",
        ),
        pytest.param(
            GOOD + 'says = { zh = "x", en = "{count:9}" }', "{count} without a format", id="format"
        ),
        pytest.param(GOOD + 'says = { zh = "{", en = "x" }', "braces in pairs", id="half a brace"),
        pytest.param(
            GOOD + 'says = { zh = "a\\nb", en = "x" }', "one line of printable", id="two lines"
        ),
    ],
)  # fmt: skip
def test_a_broken_rule_book_says_where(text: str, said: str) -> None:
    with pytest.raises(InvalidValueError, match=re.escape(said)):
        read_rules(text, name="book")


def test_a_fault_in_a_later_rule_names_that_rule() -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_rules(WHOLE + GOOD + "reach = 9", name="city.toml")

    assert caught.value.field == "city.toml, rule 2 (V01), reach"
    assert (caught.value.expected, caught.value.got) == ("a number in [0, 5]", "9.0")


TOML_TEXTS: Final = st.sampled_from(
    ['"person"', '"stall"', '"fire-lane"', '"{zone}"', '"{x}"', '"07:00-19:00"', '"flames"', '""']
)
VALUES: Final = st.one_of(
    st.integers(-10, 10**6).map(str),
    st.floats().map(repr),
    st.sampled_from(["true", "false", "2026-11-01", "{ zh = 1 }", '{ zh = "x", en = "{zone}" }']),
    TOML_TEXTS,
    st.lists(TOML_TEXTS, max_size=3).map(lambda texts: f"[{', '.join(texts)}]"),
)
KEYS: Final = st.sampled_from([line.split(" = ")[0] for line in WHOLE.strip().splitlines()[1:]])


@FAST
@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_any_values_make_a_rule_or_are_refused_with_their_place(changes: dict[str, Any]) -> None:
    kept = [line for line in WHOLE.splitlines() if line.split(" = ")[0] not in changes]
    text = "\n".join([*kept, *(f"{key} = {value}" for key, value in changes.items())])

    try:
        rules = read_rules(text, name="book")
    except InvalidValueError as error:
        place = str(error)
    else:
        assert isinstance(rules[0], Rule)
        return

    assert place.startswith("book")
    assert ": expected " in place
    assert ", got " in place


@FAST
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_no_rule_book(text: str) -> None:
    with pytest.raises(InvalidValueError):
        read_rules(text, name="book")


def test_every_kind_has_a_name_in_both_languages() -> None:
    assert set(ZONE_NAMES) == set(ZoneKind)
    assert len({name.zh for name in KINDS.values()}) == len(KINDS)
    assert len({name.en for name in KINDS.values()}) == len(KINDS)
    assert {"what", "zone", "at_least", "at_most", "since", "count"} <= BLANKS


def test_a_camera_has_a_post_for_each_zone_under_each_rule_that_is_for_it() -> None:
    lane, exit_ = a_zone(), a_zone(id="gate", kind=ZoneKind.EXIT)
    only = a_zone(id="only", matters=frozenset({MatterKey("s", "matter", "2")}))
    rules = [a_rule(id="A"), a_rule(id="B", zones=[ZoneKind.EXIT, ZoneKind.FIRE_LANE])]

    posts = posts_of(
        a_camera(lane, exit_, only), rules, lambda _: timedelta(seconds=60), pack="town"
    )

    assert [(post.rule.id, post.zone.id) for post in posts] == [
        ("A", "bay"), ("B", "bay"), ("B", "gate"),
    ]  # fmt: skip
    assert {post.threshold for post in posts} == {timedelta(seconds=60)}


@pytest.mark.parametrize(
    ("of_the_pack", "of_the_rule", "expected"),
    [
        pytest.param(60, None, 60, id="the pack says it"),
        pytest.param(60, 5, 60, id="the pack's word goes first"),
        pytest.param(None, 5, 5, id="no row: the rule's own"),
    ],
)
def test_the_threshold_is_the_packs_and_else_the_rules(
    of_the_pack: int | None, of_the_rule: int | None, expected: int
) -> None:
    def seconds(value: int | None) -> timedelta | None:
        return None if value is None else timedelta(seconds=value)

    rule = a_rule(dwell=seconds(of_the_rule))

    assert threshold_for(rule, lambda _: seconds(of_the_pack), pack="town") == seconds(expected)


def test_a_matter_that_nobody_has_a_threshold_for_is_refused() -> None:
    with pytest.raises(InvalidValueError, match=r"rule V\.matter: .* pack town has, or dwell_s"):
        threshold_for(a_rule(), lambda _: None, pack="town")
