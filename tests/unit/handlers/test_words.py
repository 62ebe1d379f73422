"""Every choice that a pack may make has words in both languages."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from handlers.decisions.law import words
from handlers.decisions.law.catalogue import HasParty, Norm
from handlers.decisions.law.discretion import BandStep, HarmClass, PartyKind
from schemas.danger import Danger
from schemas.penalty import Ground, SoftMeasure
from schemas.words import Words
from schemas.workfile import Route


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
    ],
)
def test_no_choice_is_without_words(table: Mapping[StrEnum, Words], choices: type[StrEnum]) -> None:
    assert table.keys() == set(choices)


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
