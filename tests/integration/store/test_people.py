"""The register of people: who is known now, and how they stood before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from infra.people import people_of, read_people
from infra.store.engine import make_engine
from infra.store.people import People
from schemas.errors import InvalidValueError, RefusedError
from schemas.person import PersonId, Role
from tests.support.benches import a_certificate, a_person, an_officer

pytestmark = pytest.mark.database


@pytest.fixture
async def people(database: str) -> AsyncIterator[People]:
    engine = make_engine(database, application="people")
    yield People(engine)
    await engine.dispose()


async def test_a_person_is_found_again_exactly_as_they_were_told(people: People) -> None:
    told = [
        a_person("zhao", Role.HEAD, Role.OFFICER, certificate=a_certificate(), is_lawyer=True),
        a_person("wu", Role.AUXILIARY, unit="一中队"),
    ]
    for person in told:
        await people.keep(person, by="xie")

    found = await people.find({PersonId("zhao"), PersonId("wu"), PersonId("nobody")})

    assert found == {person.id: person for person in told}
    assert await people.all() == [told[1], told[0]]


async def test_a_change_is_kept_with_who_said_so_and_how_it_was_before(people: People) -> None:
    li = an_officer("li")
    await people.keep(li, by="xie")
    await people.keep(replace(li, roles=frozenset({Role.CLERK}), certificate=None), by="han")

    history = await people.history(li.id)

    assert [(each.by, each.content["roles"]) for each in history] == [
        ("xie", ["officer"]),
        ("han", ["clerk"]),
    ]
    assert history[0].content["certificate_until"] == "2027-12-31"
    assert history[1].content["certificate_number"] is None
    assert history[0].at < history[1].at


async def test_the_same_person_told_again_is_no_change(people: People) -> None:
    for _ in range(2):
        await people.keep(an_officer("li"), by="xie")

    assert len(await people.history(PersonId("li"))) == 1


@pytest.mark.parametrize("id_", ["", "李", "a b", "a\x00", "x" * 257])
async def test_an_id_that_facts_cannot_name_is_refused(people: People, id_: str) -> None:
    with pytest.raises(InvalidValueError, match="person"):
        await people.keep(a_person(id_), by="xie")

    assert await people.all() == []


async def test_of_several_with_one_that_is_wrong_nobody_is_known(people: People) -> None:
    with pytest.raises(InvalidValueError):
        await people.keep_all([a_person("li"), a_person("a b")], by="xie")

    assert await people.all() == []


def test_a_bureau_is_read_from_its_file() -> None:
    stories = Path(__file__).parents[3] / "docs" / "stories" / "people.toml"

    people = {person.id: person for person in read_people(stories)}

    li = people[PersonId("li")]
    assert li.roles == {Role.OFFICER}
    assert li.certificate is not None
    assert people[PersonId("chen")].is_lawyer


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="none"):
        read_people(tmp_path / "none.toml")


LI = '[[person]]\nid = "li"\nname = "Li"\nunit = "u"\nroles = ["officer"]\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        pytest.param("", "people.toml", id="nobody"),
        pytest.param(LI + "age = 4", "people.toml, person 1", id="a-key-nobody-reads"),
        pytest.param(LI.replace('["officer"]', '["king"]'), "roles", id="an-unknown-role"),
        pytest.param(LI.replace('["officer"]', "[]"), "li", id="no-role"),
        pytest.param(LI.replace('["officer"]', '["machine"]'), "li", id="a-machine"),
        pytest.param(LI + 'is_lawyer = "yes"', "is_lawyer", id="a-flag-as-text"),
        pytest.param(LI + 'certificate = "HB"', "certificate", id="a-certificate-as-text"),
        pytest.param(
            LI + 'certificate = { number = "1", valid_from = 2026-01-01 }',
            "valid_until",
            id="half-a-certificate",
        ),
        pytest.param(
            LI
            + 'certificate = { number = "1", valid_from = 2026-02-01, valid_until = 2026-01-01 }',
            "certificate",
            id="a-certificate-that-ends-before-it-begins",
        ),
        pytest.param(LI + LI, "people.toml", id="one-twice"),
    ],
)
def test_a_file_with_a_fault_names_its_key(text: str, field: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        people_of(text, name="people.toml")

    assert caught.value.field is not None
    assert field in caught.value.field
