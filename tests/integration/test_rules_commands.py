"""`offsite rules …` as a person and as a program read it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from detectors.rulebook import BASE
from infra.cli.rules import rules_app

BROKEN = BASE.read_text("utf-8").replace('things = ["banner"]', 'things = ["baner"]')


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The base pack, and a broken rule book."""
    for name in ("OFFSITE_POLICY", "OFFSITE_POLICIES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path / "data"))
    (tmp_path / "broken.toml").write_text(BROKEN, "utf-8")
    return tmp_path


def offsite(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(rules_app, list(words))
    assert result.exit_code == code, result.output
    return result


def lines(*words: str, code: int = 0) -> list[dict[str, Any]]:
    return [json.loads(line) for line in offsite(*words, "--json", code=code).stdout.splitlines()]


def test_a_rule_is_explained_in_both_languages_by_how_its_id_begins() -> None:
    said = offsite("explain", "v02").stdout

    assert "占道经营（V02-street-vending）" in said
    assert "longer than 3 min" in said
    assert "still: it moves by no more than 1 times its size" in said
    assert "自身尺寸的0.75倍以内有人员" in said
    assert "城市市容和环境卫生管理条例 14, 36" in said
    assert "V03" not in said


def test_all_rules_are_told_to_programs_with_the_packs_thresholds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = {row["rule"]: row for row in lines("explain")}
    monkeypatch.setenv("OFFSITE_POLICY", "demo")
    demo = {row["rule"]: row for row in lines("explain")}

    assert len(base) == 16
    assert base["V01-vehicle-on-fire-lane"]["threshold_s"] == 60
    assert demo["V01-vehicle-on-fire-lane"]["threshold_s"] == 12
    assert demo["V12-crowd"]["threshold_s"] == base["V12-crowd"]["threshold_s"] == 60
    assert (base["V12-crowd"]["in_pack"], base["V13-smoke-or-fire"]["in_pack"]) == (False, True)
    assert base["V09-exit-blocked"]["zones"] == ["exit"]
    assert all(
        {"zh", "en"} == line["text"].keys() for row in base.values() for line in row["lines"]
    )


def test_a_rule_says_what_it_needs_and_what_it_endangers() -> None:
    truck = offsite("explain", "V14").stdout
    smoke = offsite("explain", "V13-smoke-or-fire").stdout
    crowd = offsite("explain", "V12").stdout

    assert "No weights ship" in truck
    assert "有明火" in smoke
    assert "it may move" in smoke
    assert "10 or more at once" in crowd
    assert "no row in the pack: a person sorts it" in crowd


def test_a_sound_rule_book_passes() -> None:
    (told,) = lines("check", str(BASE))

    assert offsite("check", str(BASE)).stdout.startswith(f"{BASE} is sound: 16 rules, sha256 ")
    assert told["sound"] is True
    assert len(told["ids"]) == 16


def test_a_broken_rule_book_fails_with_file_rule_key_expected_and_got(house: Path) -> None:
    file = str(house / "broken.toml")

    said = offsite("check", file, code=2).stderr
    (told,) = lines("check", file, code=2)

    assert said.startswith("offsite: broken.toml, rule 11 (V11-banner), things: expected kinds of")
    assert said.endswith("got baner\n")
    assert told["field"] == "broken.toml, rule 11 (V11-banner), things"
    assert (told["sound"], told["got"]) == (False, "baner")


def test_a_rule_for_a_matter_without_any_threshold_is_unsound(house: Path) -> None:
    book = BASE.read_text("utf-8").replace("dwell_s = 5\n", "")
    (house / "city.toml").write_text(book, "utf-8")

    (told,) = lines("check", str(house / "city.toml"), code=2)

    assert told["field"] == "rule V15-person-in-closed-zone.matter"
    assert "dwell_s in the rule" in told["expected"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("explain", "V99"), "rule: expected one of V01-", id="an unknown rule"),
        pytest.param(("explain", "--policy", "village"), "village", id="an unknown pack"),
        pytest.param(("explain", "--rules", "none.toml"), "No such file", id="no such book"),
        pytest.param(("check", "none.toml"), "rule book none.toml: No such file", id="no file"),
        pytest.param(("check", "/"), "rule book /: Is a directory", id="a folder"),
    ],
)
def test_what_cannot_be_answered_is_a_callers_mistake(words: tuple[str, ...], said: str) -> None:
    assert said in offsite(*words, code=2).stderr


def test_a_file_that_is_no_text_is_unsound(house: Path) -> None:
    (house / "clip.mp4").write_bytes(b"\x00\xff\xfe")

    assert (
        "clip.mp4: expected text in UTF-8"
        in offsite("check", str(house / "clip.mp4"), code=2).stderr
    )
    (missing,) = lines("check", str(house / "none.toml"), code=2)
    assert missing["sound"] is False
