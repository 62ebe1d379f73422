"""Packs as folders on a disk: what is read, what is refused, and whose parent is taken."""

import shutil
from pathlib import Path

import pytest

from handlers.policies.files import Files, read_files
from handlers.policies.pack import SHIPPED, load
from schemas.errors import InvalidValueError
from tests.support.town import HEIR, PACK, the_fair, the_town


def lay_out(folder: Path, files: Files) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(text)


def test_a_pack_and_its_parent_are_read_to_the_byte(tmp_path: Path) -> None:
    lay_out(tmp_path, the_fair())

    assert read_files("fair", tmp_path) == the_fair()
    assert read_files("town", tmp_path) == the_town()


def test_a_hidden_file_and_a_folder_are_nobodys_sheets(tmp_path: Path) -> None:
    lay_out(tmp_path, {**the_town(), "town/.note": b"?"})
    (tmp_path / "town" / "drafts").mkdir()

    assert read_files("town", tmp_path) == the_town()


def test_any_other_file_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path, {**the_town(), "town/leniency.bak": b""})

    with pytest.raises(InvalidValueError, match=r"town/leniency\.bak: expected no files but"):
        load("town", tmp_path)


def test_a_citys_own_folder_may_inherit_a_shipped_pack(tmp_path: Path) -> None:
    lay_out(tmp_path, {"fair/pack.toml": HEIR.replace('"town"', '"base"').encode()})

    assert load("fair", tmp_path).matters == load("base").matters


def test_a_parent_beside_the_pack_comes_before_a_shipped_one(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED / "base", tmp_path / "base")
    with (tmp_path / "base" / "pack.toml").open("a") as file:
        file.write("# our own copy\n")
    lay_out(tmp_path, {"fair/pack.toml": HEIR.replace('"town"', '"base"').encode()})

    files = read_files("fair", tmp_path)

    assert files["base/pack.toml"].endswith(b"# our own copy\n")


def test_an_unknown_pack_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    lay_out(tmp_path, the_fair())

    with pytest.raises(InvalidValueError, match="expected one of fair, town, got village"):
        load("village", tmp_path)


def test_a_pack_of_the_first_form_is_not_put_to_use(tmp_path: Path) -> None:
    lay_out(tmp_path, the_town(pack=PACK.replace("form = 2\n", "")))

    with pytest.raises(InvalidValueError, match=r"town/pack\.toml: form: expected form = 2"):
        load("town", tmp_path)


def test_a_parent_that_is_no_name_leads_out_of_no_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, the_town())
    lay_out(tmp_path, {"fair/pack.toml": HEIR.replace('"town"', '"../town"').encode()})

    assert read_files("fair", tmp_path).keys() == {"fair/pack.toml"}
