"""`offsite policy …` as a person and as a program read it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from infra.cli.policies import policy_app
from tests.integration.test_pack_folders import lay_out
from tests.support.town import TOWN, the_fair, the_town


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sound packs and a broken one, the town's in force."""
    broken = {
        path.replace("town/", "broken/"): text
        for path, text in the_town(pack=TOWN["pack"].replace("one_in = 20", "one_in = 0")).items()
    }
    lay_out(tmp_path, {**the_fair(matters=TOWN["matters"].replace("= 180\n", "= 90\n")), **broken})
    monkeypatch.setenv("OFFSITE_POLICIES", str(tmp_path))
    monkeypatch.setenv("OFFSITE_POLICY", "town")
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path / "data"))
    return tmp_path


def offsite(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(policy_app, list(words))
    assert result.exit_code == code, result.output
    return result


def lines(*words: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in offsite(*words, "--json", code=code).stdout.splitlines()]


def test_packs_are_listed_with_what_is_wrong_with_one() -> None:
    told = {row["name"]: row for row in lines("ls")}
    said = offsite("ls").stdout

    assert told.keys() == {"broken", "fair", "town"}
    assert (told["town"]["of_settings"], told["fair"]["of_settings"]) == (True, False)
    assert (told["town"]["matters"], told["town"]["fault"]) == (3, "-")
    assert "broken/pack.toml: sample_one_in" in told["broken"]["fault"]
    assert "2026-11-01" in said


def test_a_pack_is_shown_as_a_summary_or_as_all_its_rows() -> None:
    said = offsite("show", "town").stdout
    told = lines("show", "town")

    assert "3, 1 of them about safety" in said
    assert "占道经营 Street stall" in said
    assert {"table": "alias", "row": "RoadOccupied"}.items() <= next(
        row.items() for row in told if row["table"] == "alias"
    )


def test_a_sound_pack_passes_by_name_and_by_folder(house: Path) -> None:
    by_name = offsite("check", "town").stdout
    by_folder = offsite("check", str(house / "town")).stdout

    assert by_name == by_folder
    assert by_name.startswith("town 1 is sound: ")
    assert lines("check", "fair")[0]["sound"] is True


def test_a_broken_pack_fails_with_file_key_expected_and_got() -> None:
    said = offsite("check", "broken", code=2).stderr
    (told,) = lines("check", "broken", code=2)

    assert "broken/pack.toml: sample_one_in: expected greater than or equal to 1" in said
    assert "got 0" in said
    assert told["field"] == "broken/pack.toml: sample_one_in"
    assert (told["sound"], told["got"]) == (False, "0")


def test_two_packs_are_told_apart() -> None:
    said = offsite("diff", "town", "fair").stdout
    told = lines("diff", "town", "fair")

    assert "dwell_threshold 180 s → 90 s" in said
    assert said.endswith("0 added, 0 removed, 4 changed\n")
    assert {change["field"] for change in told} == {
        *("name", "version", "valid_from", "dwell_threshold"),
    }


def test_a_matter_is_explained_in_both_languages() -> None:
    said = offsite("explain", "占道经营").stdout
    (told,) = lines("explain", "RoadOccupied", "--policy", "fair")

    assert "零容忍" in said
    assert "zero tolerance" in said
    assert "[行政处罚法 33 · 设计建议, 须由本市确认 design proposal" in said
    assert (told["pack"], told["matter"]) == ("fair", "GB/T 47678.5-2026|matter|09006")
    assert {"zh", "en"} == told["lines"][0]["text"].keys()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("explain", "nonsense"), id="an unknown matter"),
        pytest.param(("show", "village"), id="an unknown pack"),
        pytest.param(("diff", "town", "broken"), id="a broken pack to compare with"),
    ],
)
def test_what_cannot_be_answered_is_a_callers_mistake(words: tuple[str, ...]) -> None:
    assert "offsite: " in offsite(*words, code=2).stderr
