"""Which pack is in force: proposed by one person, published by another, from its first day on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from handlers.acts import Told
from handlers.decisions.lives.standing import pack_subject
from handlers.decisions.policy import Policy
from handlers.policies.pack import Files, load, pack_from, read_files
from infra.acting import Acting, acting
from infra.deployment import find
from infra.settings import Settings
from infra.store.engine import make_engine
from infra.store.pack_states import PackStates
from infra.store.shelf import PolicyInForce
from schemas.act import Act, Command, CommandId, Details
from schemas.errors import RefusedError
from schemas.ids import Sha256
from schemas.person import PersonId
from tests.support.benches import the_people
from tests.support.fake_acts import this_moment

pytestmark = pytest.mark.database

CHINA = ZoneInfo("Asia/Shanghai")
XIE, HAN, CAO = PersonId("xie"), PersonId("han"), PersonId("cao")


def today() -> datetime:
    return datetime.now(CHINA)


def a_pack(version: str, *, days: int = 0, sample: int = 20) -> tuple[Policy, Files]:
    """The shipped pack under another version, valid from so many days after today."""
    files = dict(read_files("base"))
    text = files["base/pack.toml"].decode()
    valid_from = (today() + timedelta(days=days)).date()
    lines = [
        f'version = "{version}"'
        if line.startswith("version")
        else f"valid_from = {valid_from}"
        if line.startswith("valid_from")
        else f"sample_one_in = {sample}"
        if line.startswith("sample_one_in")
        else line
        for line in text.splitlines()
    ]
    files["base/pack.toml"] = "\n".join(lines).encode()
    return pack_from(files, "base"), files


@dataclass
class Office:
    acting: Acting
    engine: AsyncEngine
    dsn: str

    async def propose(
        self, pack: tuple[Policy, Files], *, by: PersonId = XIE, reason: str = "new year"
    ) -> Told:
        return await self.acting.propose(*pack, by=by, reason=reason)

    async def publish(self, digest: Sha256, *, by: PersonId = CAO) -> Told:
        return await self.acting.publish(digest, by=by, where="gazette")

    async def in_force(self) -> str:
        return (await self.acting.shelf.in_force()).version

    async def do(self, statement: str) -> None:
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            await connection.execute(statement)


@pytest.fixture
async def office(database: str, tmp_path: Path) -> AsyncIterator[Office]:
    settings = Settings(data=tmp_path, kafka="127.0.0.1:1", database=SecretStr(database))
    engine = make_engine(database, application="test")
    async with acting(settings, find(settings)) as opened:
        await opened.people.keep_all(the_people().values(), by="test")
        yield Office(acting=opened, engine=engine, dsn=database)
    await engine.dispose()


STANDBY = load("base")


async def test_until_two_persons_have_published_one_the_pack_of_the_settings_decides(
    office: Office,
) -> None:
    packs = await office.acting.shelf.packs(None)

    async with office.acting.work.begin(pack_subject(packs.now.digest)) as transaction:
        standing = await transaction.standing(packs.now.digest)

    assert packs.now == STANDBY
    assert packs.then is None
    assert not standing.is_published


async def test_a_pack_is_in_force_once_a_second_person_has_published_it(office: Office) -> None:
    pack = a_pack("2")
    proposed = await office.propose(pack)
    before = await office.in_force()

    published = await office.publish(pack[0].digest)

    assert (proposed.is_done, published.is_done) == (True, True), (proposed.said, published.said)
    assert (before, await office.in_force()) == (STANDBY.version, "2")
    (state,) = await PackStates(office.engine).all()
    assert (state.standing.proposed_by, state.standing.published_by, state.where) == (
        XIE,
        CAO,
        "gazette",
    )
    async with office.acting.work.begin(pack_subject(pack[0].digest)) as transaction:
        assert (await transaction.standing(pack[0].digest)).is_published


async def test_nobody_publishes_what_they_proposed_themselves(office: Office) -> None:
    xie = the_people()[XIE]
    both = replace(xie, roles=xie.roles | the_people()[CAO].roles)
    await office.acting.people.keep(both, by="test")
    pack = a_pack("2")
    await office.propose(pack)

    told = await office.publish(pack[0].digest, by=XIE)

    assert not told.is_done
    assert await office.in_force() == STANDBY.version


async def test_a_pack_that_nobody_kept_is_not_known(office: Office) -> None:
    told = await office.publish(Sha256("0" * 64))

    assert told.said["refusals"][0]["rule"] == "K03-unknown-subject"


@pytest.mark.parametrize(("days", "version"), [(0, "2"), (1, STANDBY.version)])
async def test_a_pack_is_in_force_from_its_first_day_in_china(
    office: Office, days: int, version: str
) -> None:
    pack = a_pack("2", days=days)
    await office.propose(pack)
    await office.publish(pack[0].digest)

    assert await office.in_force() == version


async def test_of_several_the_one_that_was_published_last_is_in_force(office: Office) -> None:
    for version in ("3", "2"):
        pack = a_pack(version)
        await office.propose(pack)
        await office.publish(pack[0].digest)

    assert await office.in_force() == "2"


async def test_the_pack_that_a_case_was_opened_under_is_had_again(office: Office) -> None:
    pack = a_pack("2")
    await office.propose(pack)

    packs = await office.acting.shelf.packs(pack[0].digest)
    unknown = await office.acting.shelf.packs(Sha256("0" * 64))

    assert packs.then == pack[0]
    assert unknown.then is None


async def test_a_draft_may_change_under_its_version_until_one_is_published(
    office: Office,
) -> None:
    first, second, third = (a_pack("2", sample=n) for n in (10, 11, 12))
    await office.acting.packs.keep(*first, is_draft=True)
    await office.propose(second)
    await office.publish(second[0].digest)

    with pytest.raises(RefusedError, match="never edited") as caught:
        await office.propose(third)

    assert second[0].digest in str(caught.value)
    assert third[0].digest in str(caught.value)


async def test_two_texts_are_not_proposed_under_one_version(office: Office) -> None:
    first, second = a_pack("2", sample=10), a_pack("2", sample=11)
    await office.propose(first)

    told = await office.propose(second, by=HAN)

    assert told.said["refusals"][0]["rule"] == "K01"


async def test_two_texts_are_never_published_under_one_version(office: Office) -> None:
    """Whatever a proposal said: the names that count are those in the pack itself."""
    first, second = a_pack("2", sample=10), a_pack("2", sample=11)
    await office.acting.packs.keep(*second, is_draft=True)
    await office.propose(first)
    told = await office.acting.act(
        Command(
            id=CommandId("sly"),
            subject=pack_subject(second[0].digest),
            expected=0,
            act=Act.PROPOSE_PACK,
            person=HAN,
            at=this_moment(),
            details=Details({"name": "base", "version": "another", "reason": "sly"}),
        )
    )
    await office.publish(first[0].digest)

    with pytest.raises(RefusedError, match="K01"):
        await office.publish(second[0].digest)

    assert told.is_done
    assert await office.in_force() == "2"
    assert (await office.acting.shelf.in_force()).digest == first[0].digest


async def test_a_pack_that_was_used_is_not_edited(office: Office) -> None:
    used, edited = a_pack("2", sample=10), a_pack("2", sample=11)
    await office.acting.packs.keep(*used)
    await office.acting.packs.keep(*used)

    with pytest.raises(RefusedError, match="give it a new version"):
        await office.acting.packs.keep(*edited)

    kept = await office.acting.packs.files(used[0].digest)
    assert kept is not None
    assert dict(kept.files) == dict(used[1])


async def test_packs_that_were_used_before_such_edits_were_refused_stay_good(
    office: Office,
) -> None:
    one, two = a_pack("2", sample=10), a_pack("2", sample=11)
    await office.acting.packs.keep(*one, is_draft=True)
    await office.acting.packs.keep(*two, is_draft=True)
    await office.do("UPDATE policies SET used_at = kept_at")

    await office.acting.packs.keep(*one)
    await office.acting.packs.keep(*two)

    assert await office.acting.packs.files(two[0].digest) is not None


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_process_follows_the_pack_in_force_and_looks_once_in_five_seconds(
    office: Office,
) -> None:
    clock = Clock()
    following = PolicyInForce(office.acting.shelf, standby=STANDBY, now=clock)
    seen: dict[str, str] = {"before": following.current.version}
    await following.refresh()
    pack = a_pack("2")
    await office.propose(pack)
    await office.publish(pack[0].digest)

    clock.now = 4.9
    await following.refresh()
    seen["soon"] = following.current.version
    clock.now = 5.0
    await following.refresh()
    seen["later"] = following.current.version

    assert seen == {"before": STANDBY.version, "soon": STANDBY.version, "later": "2"}


async def test_a_process_goes_on_with_what_it_knows_when_the_store_is_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    pack = a_pack("2")
    await office.propose(pack)
    await office.publish(pack[0].digest)
    following = PolicyInForce(office.acting.shelf, standby=STANDBY, now=clock)
    await following.refresh()
    nobody = make_engine("postgresql://nobody@127.0.0.1:1/none", application="test")
    monkeypatch.setattr(office.acting.shelf, "_engine", nobody)

    clock.now = 100.0
    await following.refresh()

    assert following.current.version == "2"
