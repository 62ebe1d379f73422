"""The same facts and pack give the same bytes: in another process, another zone, another year."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.decisions.act_facts import ActFacts
from handlers.decisions.act_records import (
    act_facts_bytes,
    answer_bytes,
    command_bytes,
    read_act_facts,
)
from handlers.decisions.answer import Answer
from handlers.decisions.judging import Packs, judge
from schemas.act import Act
from tests.support.benches import a_seen
from tests.support.bureau import Bureau
from tests.support.courses import WHOLE_CASE, take

HOUSE = Path(__file__).parents[3]


def walked() -> tuple[Bureau, list[tuple[ActFacts, Answer]]]:
    bureau = Bureau()
    subject = bureau.sighting(a_seen())
    bureau.act(subject, Act.CLOSE, "guo")  # refused, and on record all the same
    for each in WHOLE_CASE:
        take(bureau, subject, each)
    return bureau, bureau.answers


def digest_of_all() -> str:
    """What another process is asked for too."""
    _, answers = walked()
    digest = hashlib.sha256()
    for facts, answer in answers:
        digest.update(act_facts_bytes(facts) + answer_bytes(facts, answer))
    return digest.hexdigest()


def test_facts_come_back_as_they_were_laid_down() -> None:
    _, answers = walked()

    laid_down = [act_facts_bytes(facts) for facts, _ in answers]

    assert [act_facts_bytes(read_act_facts(recorded)) for recorded in laid_down] == laid_down


def test_judging_again_from_the_record_gives_the_same_bytes() -> None:
    bureau, answers = walked()

    for facts, answer in answers:
        laid_down = read_act_facts(act_facts_bytes(facts))
        again = judge(laid_down, Packs(now=bureau.policy))
        assert answer_bytes(laid_down, again) == answer_bytes(facts, answer)


@pytest.mark.parametrize(
    ("zone", "seed"),
    [
        pytest.param("America/New_York", "1", id="in New York"),
        pytest.param("Asia/Shanghai", "77", id="in Shanghai, with other hashes"),
    ],
)
def test_another_process_in_another_zone_gives_the_same_bytes(zone: str, seed: str) -> None:
    asked = "from tests.unit.handlers.test_act_records import digest_of_all; print(digest_of_all())"

    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=HOUSE,
        env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == digest_of_all()


def test_two_commands_of_one_id_are_told_apart() -> None:
    bureau = Bureau()
    subject = bureau.sighting()
    one = bureau.command(subject, Act.DISCARD, "xu", code="duplicate", reason="the same")
    other = bureau.command(subject, Act.DISCARD, "xu", code="duplicate", reason="another")

    assert command_bytes(one) != command_bytes(other)
