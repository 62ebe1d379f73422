"""Decides again what was decided, and says where it differs."""

import asyncio
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from handlers.policies.pack import SHIPPED
from infra import opening
from infra.acting import acting, new_id
from infra.store.reading import Reading
from schemas.act import Act, Command, SubjectId
from schemas.person import PersonId
from streams.intake import Accepted
from tests.integration.commands.conftest import EVER, FIRE_LANE, House, lines, offsite, seen
from tests.support.benches import the_people

pytestmark = [pytest.mark.broker, pytest.mark.database]


def test_a_replay_without_another_policy_finds_every_decision_identical(house: House) -> None:
    accepted = house.accept(seen("a"), seen("b"), seen("c", matter=FIRE_LANE), seen("a"))
    house.decide(accepted)

    said = offsite("replay", *EVER).stdout
    told = lines("replay", *EVER)

    assert "4 identical, 0 different, 0 erased" in said
    assert {line["address"] for line in told} == {str(each.receipt.address) for each in accepted}
    assert all(line["identical"] and line["difference"] is None for line in told)
    assert {json.loads(line["decision"])["outcome"] for line in told} == {
        "opened", "extended", "repeat-of"
    }  # fmt: skip


def test_the_same_range_replayed_twice_is_the_same_bytes(house: House) -> None:
    house.decide(house.accept(*(seen(f"e-{n}", place=f"p-{n}") for n in range(9))))

    first, second = (offsite("replay", *EVER, "--json").stdout_bytes for _ in range(2))

    assert first == second
    assert first.count(b"\n") == 9


def test_a_replay_covers_the_range_that_was_asked_for_only(house: House) -> None:
    house.decide(house.accept(seen("a")))

    told = lines("replay", "--since", "1990-01-01T00:00:00Z", "--until", "1990-01-02T00:00:00Z")

    assert told == []


@pytest.fixture
def other_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Makes the shipped pack once more, as `other`, without samples, and of which rows differ."""

    def make(row: str, instead: str) -> None:
        for name in ("base", "other"):
            shutil.copytree(SHIPPED / "base", tmp_path / "policies" / name)
        for path in (tmp_path / "policies" / "other").glob("*.toml"):
            text = path.read_text().replace('name = "base"', 'name = "other"')
            text = text.replace("sample_one_in = 20", "sample_one_in = 1000000")
            path.write_text(text.replace(row, instead))
        monkeypatch.setenv("OFFSITE_POLICIES", str(tmp_path / "policies"))

    return make


@pytest.mark.parametrize(
    ("row", "instead", "field"),
    [
        pytest.param(
            'limit = { amount = 2, unit = "hour",',
            'limit = { amount = 1, unit = "hour",',
            "case.due_at",
            id="limit",
        ),
        pytest.param("dwell_s = 180\n", "dwell_s = 86400\n", "case", id="threshold"),
    ],
)
def test_a_replay_under_another_policy_names_the_field_that_differs(
    house: House, other_pack: Callable[[str, str], None], row: str, instead: str, field: str
) -> None:
    house.decide(house.accept(seen("a")))
    other_pack(row, instead)

    said = offsite("replay", *EVER, "--policy", "other", code=1).stdout
    (told,) = lines("replay", *EVER, "--policy", "other", code=1)

    assert told["difference"]["field"] == field
    assert told["difference"]["recorded"] != told["difference"]["replayed"]
    assert f"{field}: recorded" in said
    assert "0 identical, 1 different" in said


def act(house: House, accepted: Sequence[Accepted]) -> None:
    """An auxiliary is refused, an intake clerk opens the case."""

    async def within() -> None:
        async with acting(house.settings, house.deployment) as opened:
            await opened.people.keep_all(the_people().values(), by="test")
            subject = await _case_of(house, accepted[0])
            for person in ("wu", "yang"):
                await opened.act(
                    Command(
                        id=new_id(),
                        subject=subject,
                        expected=0,
                        act=Act.OPEN,
                        person=PersonId(person),
                        at=datetime.now(UTC),
                    )
                )

    asyncio.run(within())


async def _case_of(house: House, accepted: Accepted) -> SubjectId:
    engine = opening.engine(house.deployment, application="test", connections=1)
    try:
        async with Reading(engine).snapshot() as seen:
            record = await seen.records.at(accepted.receipt.address)
    finally:
        await engine.dispose()
    assert record is not None
    assert record.decision is not None
    return SubjectId(json.loads(record.decision)["case"]["id"])


def test_a_replay_judges_what_people_did_and_were_refused_again(house: House) -> None:
    accepted = house.accept(seen("a"))
    house.decide(accepted)
    act(house, accepted)

    said = offsite("replay", *EVER).stdout
    told = lines("replay", *EVER)

    assert "3 identical, 0 different, 0 erased" in said
    answers = [json.loads(line["decision"]) for line in told if line["address"].startswith("acts/")]
    assert [answer["answer"] for answer in answers] == ["refused", "done"]


def test_a_replay_under_another_policy_says_where_an_answer_would_differ(
    house: House, other_pack: Callable[[str, str], None]
) -> None:
    accepted = house.accept(seen("a"))
    house.decide(accepted)
    act(house, accepted)
    row = 'en = "an opened file gets a crew"\nlimit = { amount = 30,'
    other_pack(row, row.replace("30", "130"))

    told = lines("replay", *EVER, "--policy", "other", code=1)

    assert [line["difference"]["field"] for line in told if not line["identical"]] == [
        "clocks[1].due_at"
    ]


def test_a_replay_needs_no_pack_on_the_disk_but_the_one_that_was_kept(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    house.decide(house.accept(seen("a")))
    monkeypatch.setenv("OFFSITE_POLICIES", str(tmp_path / "nothing-here"))

    said = offsite("replay", *EVER).stdout

    assert "1 identical, 0 different" in said
