"""A city hall: a database, people, a published pack, cases, and commands; no broker is asked."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from click.testing import Result
from typer.testing import CliRunner

from handlers.clock_keeping import keep_round
from handlers.enforce import enforce
from infra import opening
from infra.cli.main import app
from infra.deployment import find
from infra.settings import Settings
from infra.store.clocks import PostgresClocks
from infra.store.packs import Packs
from infra.store.work import PostgresWork
from schemas.events import EventBody
from schemas.matter import MatterKey
from schemas.place import Place
from streams.topics import topic_of
from tests.support.builders import (
    STALL,
    CountingSalts,
    a_batch,
    a_digest,
    a_place,
    a_received,
    a_report,
    an_event,
)

PEOPLE: Final = Path(__file__).parents[2] / "docs" / "stories" / "people.toml"
PACK: Final = "suizhou-example"
CELL: Final = "421303001002003"
FRAME: Final = a_digest("a frame")
RECORD: Final = a_digest("the record of the scene")


@dataclass
class Hall:
    """What a test does at the terminal.."""

    settings: Settings
    sightings: int = 0

    def offsite(self, *words: str, code: int = 0, given: str | None = None) -> Result:
        """A command as a person gives it."""
        done = CliRunner().invoke(app, list(words), input=given)
        assert done.exit_code == code, (words, done.output, done.exc_info)
        return done

    def lines(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        """What a command tells programs."""
        said = self.offsite(*words, "--json", code=code).stdout
        return [json.loads(line) for line in said.splitlines()]

    def line(self, *words: str, code: int = 0) -> dict[str, Any]:
        (only,) = self.lines(*words, code=code)
        return only

    def act(self, case: str, act: str, person: str, *pairs: str, code: int = 0) -> dict[str, Any]:
        """The answer to an act, with fields as name=value."""
        said = [word for pair in pairs for word in ("--set", pair)]
        return self.line("case", "act", case, act, "--as", person, *said, code=code)

    def sighted(
        self,
        place: str = "market-lane",
        *,
        matter: MatterKey = STALL,
        body: EventBody | None = None,
    ) -> str:
        """Somebody reports it; the case that it became."""
        where = a_place(place, grid_cell=CELL)
        event = body or a_report(place=where, matter=matter)
        return self.decided(event)

    def decided(self, body: EventBody) -> str:
        number, now = self.sightings, datetime.now(UTC).replace(microsecond=0)
        self.sightings += 1
        received = a_received(
            an_event(body, id=f"e-{number}", occurred_at=now - timedelta(seconds=5)),
            offset=number,
            received_at=now,
        )

        async def decide() -> str:
            policy = opening.policy(self.settings)
            engine = opening.engine(find(self.settings), application="hall", connections=1)
            try:
                await Packs(engine).keep(policy, opening.policy_files(self.settings)[0])
                (settled,) = await enforce(
                    a_batch([received]),
                    work=PostgresWork(engine, topic_of=topic_of),
                    policy=policy,
                    salts=CountingSalts(),
                )
            finally:
                await engine.dispose()
            return "" if settled.decision.case is None else settled.decision.case.id

        return asyncio.run(decide())

    def keep_clocks(self) -> None:
        """What a keeper does: everything that is due is told."""

        async def keep() -> None:
            engine = opening.engine(find(self.settings), application="hall", connections=2)
            clocks = PostgresClocks(engine, topic_of=topic_of)
            try:
                while await keep_round(clocks=clocks, titles={}, salts=CountingSalts()):
                    pass
            finally:
                await engine.dispose()

        asyncio.run(keep())

    def fixed(self, case: str) -> None:
        """The street's part up to the crew's arrival."""
        self.act(case, "open", "yang")
        self.act(case, "dispatch", "lin", "unit=crew-1")
        self.act(case, "accept", "hu", "position=market lane 3")

    def considered(self, case: str, party: str = "licence-12345") -> None:
        """An officer asks who is answerable, and talks."""
        self.act(
            case,
            "consider",
            "li",
            f"party={party}",
            "party_kind=citizen",
            "age=41",
            f"evidence={FRAME}",
        )


def in_two_hours() -> str:
    return (datetime.now(UTC) + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")


def a_stall_at(place: str) -> Place:
    return a_place(place, grid_cell=CELL)


def open_hall(tmp_path: Path, database: str, monkeypatch: Any) -> Iterator[Hall]:
    """The commands mean it too. People are known, the example's pack is published."""
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    monkeypatch.setenv("OFFSITE_KAFKA", "nobody:9")
    monkeypatch.setenv("OFFSITE_DATABASE", database)
    monkeypatch.setenv("OFFSITE_POLICY", PACK)
    hall = Hall(settings=Settings())
    hall.offsite("person", "import", str(PEOPLE))
    hall.offsite("policy", "propose", PACK, "--as", "xie", "--reason", "the example city")
    hall.offsite("policy", "publish", PACK, "--as", "cao", "--where", "https://city.example")
    yield hall
