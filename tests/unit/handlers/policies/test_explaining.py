"""A matter is explained in both languages, with the clause and the certainty of each word."""

import pytest

from handlers.decisions.line import Line
from handlers.decisions.policy import Policy
from handlers.policies.explaining import explain, find_matter
from handlers.policies.pack import pack_from
from schemas.certainty import Certainty
from schemas.errors import InvalidValueError
from tests.support.town import CODE, HEIR, STALL_ROW, THINNING, TOWN, a_town, the_fair, the_town


@pytest.fixture(scope="module")
def town() -> Policy:
    return pack_from(the_town(), "town")


def said(text: str, pack: Policy) -> dict[str, Line]:
    """The lines of a matter by their English label; the last of a label wins."""
    return {line.label.en: line for line in explain(find_matter(text, pack), pack)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("09006", id="its code"),
        pytest.param(f"{CODE}09006", id="its whole key"),
        pytest.param("stall", id="its name"),
        pytest.param("占道经营", id="its Chinese title"),
        pytest.param("STREET STALL", id="its English title, in any case"),
        pytest.param("roadoccupied", id="a vendor's word, in any case"),
        pytest.param("  09006 ", id="with spaces around it"),
    ],
)
def test_a_matter_is_found_by_whatever_it_is_called(town: Policy, text: str) -> None:
    assert find_matter(text, town).key.code == "09006"


def test_an_unknown_matter_is_refused(town: Policy) -> None:
    with pytest.raises(InvalidValueError, match="matter of town, got nonsense: none of it"):
        find_matter("nonsense", town)


def test_a_code_that_two_kinds_share_is_refused_with_both() -> None:
    component = STALL_ROW.replace("|matter|", "|component|").replace('"stall"', '"part"')
    pack = pack_from(the_town(matters=TOWN["matters"] + component), "town")

    with pytest.raises(InvalidValueError) as caught:
        find_matter("09006", pack)

    assert "|component|09006 or GB/T 47678.5-2026|matter|09006" in str(caught.value)


def test_a_soft_matter_is_explained_whole(town: Policy) -> None:
    lines = said("09006", town)

    assert "Street stall" in lines["matter"].text.en
    assert lines["also called"].text.zh == "RoadOccupied"
    assert lines["met by"].text.zh == "柔性执法"
    assert "gas bottles" in lines["lifted to zero tolerance by"].text.en
    assert "on a fire lane" in lines["lifted to zero tolerance by"].text.en
    assert "the bureau, in 421303" in lines["power to punish"].text.en
    assert "forbidden by 城市道路管理条例 27" in lines["basis of a penalty"].text.en
    assert lines["measures, in this order"].text.zh == "说服教育；劝导示范；警示告诫；指导约谈"
    assert "the square (square), 17:00 – 22:00" in lines["lawful at"].text.en
    assert "damage of at most 200 yuan" in lines["first: no penalty"].text.en
    assert "1年(自然日)内首次" in lines["first: no penalty"].text.zh
    assert "published at https://town.example" in lines["discretion bands"].text.en
    assert "减轻 不罚款；从轻 0–0.50元" in lines["a citizen, minor harm"].text.zh
    assert lines["lighter when"].text.en == "coerced"
    assert lines["disposal limit"].text.zh == "2小时(平台工作时)"
    assert lines["penalty-90 limit"].text.en == "3 days (statutory working days)"
    assert lines["close when"].text.en == "the road is free"
    assert "a person looks" in lines["public-security cameras"].text.en


def test_each_word_says_how_well_it_is_grounded(town: Policy) -> None:
    lines = said("09006", town)

    assert lines["matter"].certainty is Certainty.TEXT
    assert (lines["matter"].clause, lines["first: no penalty"].clause) == (
        "城市道路管理条例 27",
        "行政处罚法 33",
    )
    assert lines["a citizen, minor harm"].certainty is Certainty.PROPOSAL


def test_a_danger_has_no_mild_side(town: Policy) -> None:
    lines = said("06020", town)

    assert lines["met by"].text.en.startswith("zero tolerance")
    assert lines["power to punish"].text.en == "transferred to the fire service"
    assert lines["basis of a penalty"].text.en == "none named: no penalty"
    assert lines["discretion bands"].text.en == "none in this pack"
    assert lines["danger limit"].text.en == "5 minutes (continuous)"
    absent = {"lifted to zero tolerance by", "measures, in this order", "take limit"}
    assert absent & lines.keys() == set()


def test_a_service_has_no_party_no_bands_and_no_penalty_clocks(town: Policy) -> None:
    lines = said("06042", town)

    assert lines["party"].text.zh == "无当事人"
    absent = {"power to punish", "discretion bands", "penalty-90 limit", "opinion-report limit"}
    assert absent & lines.keys() == set()
    assert "verify limit" in lines


@pytest.mark.parametrize(
    ("pack", "label", "text"),
    [
        pytest.param(
            pack_from(the_fair(discretion='published = ""'), "fair"),
            "discretion bands",
            "not published: not to be relied on",
            id="bands that nobody published",
        ),
        pytest.param(
            pack_from(a_town("leniency", "= false", "= true"), "town"),
            "first: no penalty",
            "the party cooperates",
            id="a list row that asks for cooperation",
        ),
        pytest.param(
            pack_from(
                the_town(
                    leniency=TOWN["leniency"]
                    + THINNING.replace('["GB/T 47678.5-2026|matter|09006"]', "[]")
                ),
                "town",
            ),
            "not counted again under overload",
            "from 30 s of backlog on, another sighting of the open case within 300 s",
            id="thinning under overload",
        ),
        pytest.param(
            pack_from(a_town("leniency", 'ground = "first"', 'ground = "minor"'), "town"),
            "minor: no penalty",
            "minor, looking back 1 year (calendar days)",
            id="a list row for what is minor",
        ),
        pytest.param(
            pack_from(
                the_town(
                    leniency=TOWN["leniency"].split("[[first", maxsplit=1)[0],
                    authority='unregistered = "lead"',
                ),
                "town",
            ),
            "first-violation list",
            "not on the list",
            id="no list row",
        ),
        pytest.param(
            pack_from(the_fair(HEIR, authority='unregistered = "triage"'), "fair"),
            "power to punish",
            "the bureau, in 421303",
            id="a power that is inherited",
        ),
        pytest.param(
            pack_from(the_town(authority='unregistered = "lead"'), "town"),
            "power to punish",
            "no body in this pack: no penalty",
            id="a power that nobody has",
        ),
    ],
)
def test_what_a_pack_lays_down_is_what_is_said(pack: Policy, label: str, text: str) -> None:
    assert text in said("09006", pack)[label].text.en
