from collections.abc import Mapping
from enum import StrEnum

import pytest

from handlers.decisions.lives.step import Life, PackState, State
from handlers.decisions.lives.titles import (
    CALENDARS,
    CASE_STATES,
    CERTAINTIES,
    CLOCKS,
    LIVES,
    METHODS,
    OPINION_STATES,
    PACK_STATES,
    PENALTY_STATES,
    ROLES,
    UNITS,
    limit_title,
    state_title,
)
from schemas.act import Method721
from schemas.certainty import Certainty
from schemas.clock import ClockKind
from schemas.limit import Calendar, Limit, Unit
from schemas.opinion import OpinionState
from schemas.penalty import PenaltyState
from schemas.person import Role
from schemas.words import Words
from schemas.workfile import CaseState
from tests.support.calendars import city, statutory


@pytest.mark.parametrize(
    ("named", "titles"),
    [
        pytest.param(Role, ROLES, id="roles"),
        pytest.param(CaseState, CASE_STATES, id="states of a work file"),
        pytest.param(PenaltyState, PENALTY_STATES, id="states of a penalty case"),
        pytest.param(OpinionState, OPINION_STATES, id="states of an incident"),
        pytest.param(PackState, PACK_STATES, id="states of a pack"),
        pytest.param(Life, LIVES, id="lives"),
        pytest.param(ClockKind, CLOCKS, id="clocks"),
        pytest.param(Calendar, CALENDARS, id="calendars"),
        pytest.param(Unit, UNITS, id="units"),
        pytest.param(Certainty, CERTAINTIES, id="certainties"),
        pytest.param(Method721, METHODS, id="kinds of work"),
    ],
)
def test_each_has_a_title_of_its_own_in_both_languages(
    named: type[StrEnum], titles: Mapping[StrEnum, Words]
) -> None:
    assert set(titles) == set(named)
    assert len({words.zh for words in titles.values()}) == len(named)
    assert len({words.en for words in titles.values()}) == len(named)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        pytest.param(CaseState.CLOSED, Words("已结案", "closed"), id="a work file"),
        pytest.param(PenaltyState.CLOSED, Words("结案归档", "closed"), id="a penalty case"),
        pytest.param(OpinionState.CLOSED, Words("已办结", "closed"), id="an incident"),
        pytest.param(PackState.PUBLISHED, Words("已发布", "published"), id="a pack"),
    ],
)
def test_closed_is_said_by_the_life_that_is_closed(state: State, expected: Words) -> None:
    assert state_title(state) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param(
            statutory(7),
            Words("7日(法定工作日)", "7 days (statutory working days)"),
            id="seven days",
        ),
        pytest.param(
            city(1), Words("1小时(平台工作时)", "1 hour (city working hours)"), id="an hour"
        ),
    ],
)
def test_a_limit_says_who_counts_it(limit: Limit, expected: Words) -> None:
    assert limit_title(limit) == expected
