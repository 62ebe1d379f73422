"""Every choice that a pack may make has words in both languages."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from handlers.decisions.law.catalogue import HasParty, Norm
from handlers.decisions.law.discretion import BandStep, HarmClass, PartyKind
from handlers.policies import words
from schemas.certainty import Certainty
from schemas.danger import Danger
from schemas.limit import Calendar, Limit, Unit
from schemas.penalty import Ground, SoftMeasure
from schemas.words import Words
from schemas.workfile import Route
from tests.support.calendars import calendar_days, city, continuous, statutory


@pytest.mark.parametrize(
    ("table", "choices"),
    [
        pytest.param(words.ROUTES, Route, id="routes"),
        pytest.param(words.PARTIES, HasParty, id="parties"),
        pytest.param(words.NORMS, Norm, id="norms"),
        pytest.param(words.DANGERS, Danger, id="dangers"),
        pytest.param(words.MEASURES, SoftMeasure, id="measures"),
        pytest.param(words.GROUNDS, Ground, id="grounds"),
        pytest.param(words.STEPS, BandStep, id="steps"),
        pytest.param(words.HARMS, HarmClass, id="harms"),
        pytest.param(words.PARTY_KINDS, PartyKind, id="kinds of party"),
        pytest.param(words.CERTAINTIES, Certainty, id="certainties"),
    ],
)
def test_no_choice_is_without_words(table: Mapping[StrEnum, Words], choices: type[StrEnum]) -> None:
    assert table.keys() == set(choices)


@pytest.mark.parametrize(
    ("limit", "zh"),
    [
        pytest.param(statutory(7), "7日（法定工作日）", id="working days of the law"),
        pytest.param(calendar_days(90), "90日（自然日历）", id="calendar days"),
        pytest.param(calendar_days(3, Unit.MONTH), "3个月（自然日历）", id="months"),
        pytest.param(city(2), "2小时（工作时）", id="working hours of the city"),
        pytest.param(continuous(5, Unit.MINUTE), "5分钟（连续计时）", id="minutes on the wall"),
        pytest.param(
            Limit(amount=1, unit=Unit.YEAR, calendar=Calendar.CALENDAR),
            "1年（自然日历）",
            id="years",
        ),
    ],
)
def test_a_limit_says_who_counts_it(limit: Limit, zh: str) -> None:
    assert words.limit_words(limit) == Words(zh, str(limit))


@pytest.mark.parametrize(
    ("fen", "yuan"),
    [
        pytest.param(0, "0", id="nothing"),
        pytest.param(20_000, "200", id="whole yuan"),
        pytest.param(150, "1.50", id="a part of one"),
    ],
)
def test_money_is_told_in_yuan(fen: int, yuan: str) -> None:
    assert words.yuan(fen) == yuan
