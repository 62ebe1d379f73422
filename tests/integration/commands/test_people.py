"""`offsite person …` as a person gives it, and as a program reads it."""

from pathlib import Path

import pytest

from tests.integration.commands.conftest import House, lines, offsite

pytestmark = [pytest.mark.broker, pytest.mark.database]

LI = ("person", "add", "li", "--name", "Li", "--unit", "squad-1", "--role", "officer")
PAPERS = ("--certificate", "HB-1", "--valid-from", "2026-01-01", "--valid-until", "2027-12-31")


def test_a_person_is_added_listed_and_shown_with_their_history(house: House) -> None:
    offsite(*LI, *PAPERS, "--by", "xie")
    offsite("person", "add-role", "li", "clerk", "--by", "han")
    offsite("person", "remove-role", "li", "officer", "--by", "han")

    (listed,) = lines("person", "ls")
    (shown,) = lines("person", "show", "li")
    said = offsite("person", "show", "li").stdout

    assert listed["roles"] == ["clerk"]
    assert listed["certificate"]["number"] == "HB-1"
    assert [(each["by"], each["content"]["roles"]) for each in shown["history"]] == [
        ("xie", ["officer"]),
        ("han", ["clerk", "officer"]),
        ("han", ["clerk"]),
    ]
    assert "by xie: officer" in said
    assert "HB-1" in offsite("person", "ls").stdout


def test_a_bureau_is_imported_whole_or_not_at_all(house: House, tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    row = '[[person]]\nid = "{}"\nname = "N"\nunit = "u"\nroles = ["{}"]\n'
    file.write_text(row.format("li", "officer") + row.format("zhao", "king"))

    refused = offsite("person", "import", str(file), code=2)
    file.write_text(row.format("li", "officer") + row.format("zhao", "head"))
    offsite("person", "import", str(file))

    assert "person 2, roles" in refused.stderr
    assert [line["id"] for line in lines("person", "ls")] == ["li", "zhao"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((*LI, *PAPERS[:2]), "--valid-from", id="half-a-certificate"),
        pytest.param((*LI, *PAPERS[:3], "soon", *PAPERS[4:]), "YYYY-MM-DD", id="no-day"),
        pytest.param((*LI, "--role", "machine"), "the roles of a person", id="a-machine"),
        pytest.param(("person", "show", "nobody"), "offsite person ls", id="nobody"),
        pytest.param(
            ("person", "remove-role", "li", "head"), "has not the role", id="no-such-role"
        ),
        pytest.param(("person", "remove-role", "li", "officer"), "at least one", id="the-last"),
    ],
)
def test_what_cannot_be_is_refused(house: House, words: tuple[str, ...], said: str) -> None:
    offsite(*LI)

    refused = offsite(*words, code=2)

    assert said in refused.stderr
