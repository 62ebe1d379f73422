"""A day's signed statement: made once, checked without us, never silent about a loss."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from infra import composition, opening
from infra.brokers import look_at_brokers, troubles_of_brokers
from infra.cli import conserving
from infra.signing import make_key
from schemas.ids import Address
from streams.journal import Entry
from tests.integration.commands.conftest import House, offsite, seen
from tests.support.builders import a_digest

pytestmark = [pytest.mark.broker, pytest.mark.database]

FIRST, SECOND = "2024-02-28", "2024-02-29"
VERIFIER = Path(__file__).parents[3] / "docs" / "examples" / "verify_statement.py"


@pytest.fixture(autouse=True)
def key(house: House) -> Path:
    path = opening.statement_key(house.settings)
    make_key(path)
    return path


def state(day: str, folder: Path, *words: str, code: int = 0) -> Path:
    path = folder / f"{day}.json"
    offsite("conserve", "--day", day, "--out", str(path), *words, code=code)
    return path


def said(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_bytes())["statement"])


def log_of(path: Path, address: Address) -> dict[str, Any]:
    (found,) = (
        log
        for log in said(path)["logs"]
        if (log["topic_id"], log["partition"]) == (address.topic_id, address.partition)
    )
    return dict(found)


def verify(path: Path, *words: str, code: int = 0) -> str:
    return offsite("conserve", "--verify", str(path), *words, code=code).output


def test_a_statement_says_what_came_and_what_became_of_it(house: House, tmp_path: Path) -> None:
    accepted = house.accept(*(seen(f"e-{n}") for n in range(5)))
    house.decide(accepted[:4])

    path = state(FIRST, tmp_path)

    here = accepted[0].receipt.address
    log = log_of(path, here)
    assert (log["from"], log["cut"], log["waiting"]) == (0, here.offset + 4, 1)
    assert (log["expected"], log["difference"]) == (4, 0)
    assert log["outcomes"] == {"opened": 1, "extended": 3}
    assert said(path)["journals"]["entries"] == 5
    assert [head["lines"] for head in said(path)["ledgers"]] == [4]
    assert said(path)["cluster"]


def test_the_same_day_gives_the_same_bytes_whatever_came_since(
    house: House, tmp_path: Path
) -> None:
    house.decide(house.accept(seen("a")))
    first = state(FIRST, tmp_path).read_bytes()
    house.decide(house.accept(seen("b")))

    again = state(FIRST, tmp_path).read_bytes()
    printed = offsite("conserve", "--day", FIRST).stdout_bytes

    assert again == first
    assert printed == first + b"\n"


def test_ranges_tile_over_days_without_gap_and_overlap(house: House, tmp_path: Path) -> None:
    accepted = house.accept(*(seen(f"e-{n}") for n in range(6)))
    house.decide(accepted[:2])
    first = state(FIRST, tmp_path)
    house.decide_next(accepted[2:])

    second = state(SECOND, tmp_path)

    here = accepted[0].receipt.address
    assert log_of(second, here)["from"] == log_of(first, here)["cut"]
    assert log_of(second, here)["outcomes"] == {"extended": 4}
    assert "It holds." in verify(second, "--previous", str(first))
    assert said(second)["number"] == said(first)["number"] + 1


def test_it_is_checked_without_broker_database_and_deployment(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: Path
) -> None:
    house.decide(house.accept(seen("a")))
    path = state(FIRST, tmp_path)
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path / "nowhere"))
    monkeypatch.delenv("OFFSITE_KAFKA")
    monkeypatch.delenv("OFFSITE_DATABASE")

    found = verify(path, "--key", f"{key}.pub")

    assert "It holds." in found


def test_ten_lines_of_somebody_else_check_it_too(house: House, tmp_path: Path, key: Path) -> None:
    accepted = house.accept(*(seen(f"e-{n}") for n in range(3)))
    house.decide(accepted[:2])
    first = state(FIRST, tmp_path)
    house.decide_next(accepted[2:])
    second = state(SECOND, tmp_path)

    fine = independent(second, f"{key}.pub", first)
    forged = tmp_path / "forged.json"
    forged.write_bytes(second.read_bytes().replace(b'"extended":1', b'"extended":0'))

    assert fine.returncode == 0, fine.stderr
    assert "lost 0" in fine.stdout
    assert independent(forged, f"{key}.pub").returncode != 0
    assert independent(first, f"{key}.pub", second).returncode != 0


def independent(*paths: object) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, str(VERIFIER), *map(str, paths)]
    return subprocess.run(words, capture_output=True, text=True, check=False, env={})


def test_a_changed_statement_is_refused(house: House, tmp_path: Path) -> None:
    house.decide(house.accept(seen("a")))
    path = state(FIRST, tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"lost":0', b'"lost":1'))

    assert "signature: expected that of key" in verify(path, code=2)


def test_somebody_elses_signature_is_refused_where_the_key_is_known(
    house: House, tmp_path: Path
) -> None:
    path = state(FIRST, tmp_path)
    other = tmp_path / "other" / "key"
    make_key(other)

    assert "public_key: expected the key of" in verify(path, "--key", f"{other}.pub", code=2)


def test_a_statement_after_another_does_not_pass_for_the_next(house: House, tmp_path: Path) -> None:
    first = state(FIRST, tmp_path)
    house.decide(house.accept(seen("a")))
    state(SECOND, tmp_path)
    third = state("2024-03-01", tmp_path)

    assert "FAULT previous" in verify(third, "--previous", str(first), code=1)


def test_a_hole_is_stated_and_makes_the_command_fail(house: House, tmp_path: Path) -> None:
    accepted = house.accept(*(seen(f"e-{n}") for n in range(3)))
    house.decide(accepted)
    here = accepted[1].receipt.address
    forget(house, here)

    path = state(FIRST, tmp_path, code=1)

    assert log_of(path, here)["difference"] == 1
    assert said(path)["lost"] == 1  # its door was told of it
    assert "It holds." in verify(path)


def forget(house: House, address: Address) -> None:
    url = make_url(house.deployment.database.get_secret_value()).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute(
            'DELETE FROM outcomes WHERE topic_id = %s AND partition = %s AND "offset" = %s',
            (address.topic_id, address.partition, address.offset),
        )


def test_a_loss_does_not_end_with_its_day(house: House, tmp_path: Path) -> None:
    gone = Address("a-topic-that-was", 0, 3)
    house.journal.note_now(Entry(address=gone, digest=a_digest("said")))

    first, second = (state(day, tmp_path, code=1) for day in (FIRST, SECOND))

    for path in (first, second):
        assert [loss["address"] for loss in said(path)["losses"]] == [str(gone)]


def test_a_day_that_is_not_over_is_stated_so_far_and_not_kept(house: House, tmp_path: Path) -> None:
    future = "2999-01-01"

    assert "isn't over" in offsite("conserve", "--day", future, code=2).output
    early = said(state(FIRST, tmp_path, "--so-far"))
    house.decide(house.accept(seen("a")))
    kept = said(state(FIRST, tmp_path))

    assert (early["so_far"], early["ledgers"]) == (True, [])
    assert (kept["so_far"], kept["number"], len(kept["ledgers"])) == (False, 0, 1)


def test_a_day_before_the_last_statement_is_refused(house: House, tmp_path: Path) -> None:
    state(SECOND, tmp_path)

    assert "expected a day after 2024-02-29" in offsite(
        "conserve", "--day", FIRST, code=2
    ).output  # fmt: skip


def test_a_kept_statement_can_not_be_changed(house: House, tmp_path: Path) -> None:
    state(FIRST, tmp_path)
    url = make_url(house.deployment.database.get_secret_value()).set(drivername="postgresql")

    with (
        psycopg.connect(url.render_as_string(hide_password=False)) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="a line that was written stays"),
    ):
        connection.execute("UPDATE daily_statements SET day = '2020-01-01'")


def test_the_key_is_ours_alone_and_never_printed(house: House, key: Path, tmp_path: Path) -> None:
    path = state(FIRST, tmp_path)

    secret = key.read_text().splitlines()[1]
    assert key.stat().st_mode & 0o077 == 0
    assert secret not in path.read_text()
    key.chmod(0o644)
    assert "may be read by others" in offsite("conserve", "--day", SECOND, code=2).output


@pytest.mark.parametrize("content", [b"no key", b""], ids=["something else", "empty"])
def test_a_file_that_holds_no_key_is_named(key: Path, content: bytes) -> None:
    key.write_bytes(content)

    assert "expected an Ed25519 key in PEM" in offsite(
        "conserve", "--day", FIRST, code=2
    ).output  # fmt: skip


def test_without_a_key_it_is_said_how_to_come_by_one(key: Path) -> None:
    key.unlink()

    assert "`offsite up` makes one" in offsite("conserve", "--day", FIRST, code=2).output


def test_set_up_makes_the_key_once_and_meets_the_cluster(house: House, key: Path) -> None:
    key.unlink()

    composition.prepare(house.settings, house.deployment)
    first = key.read_bytes()
    composition.prepare(house.settings, house.deployment)

    seen = house.with_engine(lambda engine: look_at_brokers(house.deployment, engine))
    assert key.read_bytes() == first
    assert [each.cluster for each in seen.met] == [seen.cluster]
    assert troubles_of_brokers(seen) == []


def test_the_sum_can_be_watched(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.decide(house.accept(seen("a"), seen("b")))
    looks: list[float] = []

    async def passing(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(conserving, "_rest", passing)

    assert "accepted 2 (journal)" in offsite("conserve", "--watch").stdout
    assert looks == [1.0, 1.0]
