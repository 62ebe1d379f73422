"""The vault on a real disk: whole files under their digest, or an error."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from infra.vault.disk import DiskVault
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.evidence import EvidenceKind, EvidenceRef
from tests.support.builders import NOON

PICTURE = b"\xff\xd8 a picture \xff\xd9"
DIGEST = hashlib.sha256(PICTURE).hexdigest()


def keep(vault: DiskVault, content: bytes = PICTURE, media_type: str = "image/jpeg") -> EvidenceRef:
    return vault.keep(
        content,
        media_type=media_type,
        kind=EvidenceKind.ORIGINAL_FRAME,
        media_time=timedelta(seconds=3),
    )


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_was_kept_is_found_under_its_digest(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path / "vault")

    ref = keep(vault)

    found = vault.find(ref.sha256)
    assert found == tmp_path / "vault" / DIGEST[:2] / f"{DIGEST}.jpg"
    assert found.read_bytes() == PICTURE
    assert ref == EvidenceRef(
        sha256=ref.sha256,
        media_type="image/jpeg",
        size_bytes=len(PICTURE),
        kind=EvidenceKind.ORIGINAL_FRAME,
        media_time=timedelta(seconds=3),
    )


@pytest.mark.parametrize(
    ("media_type", "suffix"),
    [
        pytest.param("image/jpeg", ".jpg", id="jpeg"),
        pytest.param("image/png", ".png", id="png"),
        pytest.param("video/mp4", ".mp4", id="mp4"),
        pytest.param("application/json", ".json", id="json"),
        pytest.param("application/x-unheard-of", ".bin", id="other"),
    ],
)
def test_the_name_tells_what_it_is(tmp_path: Path, media_type: str, suffix: str) -> None:
    vault = DiskVault(tmp_path)

    keep(vault, media_type=media_type)

    assert vault.find(DIGEST) == tmp_path / DIGEST[:2] / f"{DIGEST}{suffix}"


def test_keeping_twice_keeps_once_and_the_term_begins_anew(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    first = keep(vault)
    path = tmp_path / DIGEST[:2] / f"{DIGEST}.jpg"
    was, long_ago = path.stat().st_ino, NOON.timestamp()
    os.utime(path, (long_ago, long_ago))

    second = keep(vault)

    assert second == first
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST}.jpg"]
    assert path.stat().st_ino == was
    assert path.stat().st_mtime > long_ago


def test_half_a_file_is_made_whole(tmp_path: Path) -> None:
    shelf = tmp_path / DIGEST[:2]
    shelf.mkdir()
    (shelf / f"{DIGEST}.jpg").write_bytes(PICTURE[:5])

    keep(DiskVault(tmp_path))

    assert (shelf / f"{DIGEST}.jpg").read_bytes() == PICTURE


def test_nothing_is_left_of_a_write_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(TemporarilyUnavailableError, match=r"could not be kept: .*No space left"):
        keep(DiskVault(tmp_path))

    assert files(tmp_path) == []


def test_a_vault_without_a_folder_is_temporarily_unavailable(tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("a file stands where the folder should be")

    with pytest.raises(TemporarilyUnavailableError, match=DIGEST):
        keep(DiskVault(tmp_path / "vault"))


def test_what_was_never_kept_is_not_found(tmp_path: Path) -> None:
    assert DiskVault(tmp_path).find(DIGEST) is None


def test_a_name_that_is_no_digest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match=r"expected 64 lower-case hexadecimal digits"):
        DiskVault(tmp_path).find("../../etc/passwd")


def test_nothing_can_not_be_kept(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match=r"expected at least 1 byte"):
        keep(DiskVault(tmp_path), b"")


# --- what lies in it, and how it goes


def test_what_lies_in_it_is_listed_with_when_it_was_kept(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    picture, paper = keep(vault), keep(vault, b"{}", "application/json")
    os.utime(place(tmp_path), (NOON.timestamp(), NOON.timestamp()))
    (tmp_path / DIGEST[:2] / ".writing-half").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("nobody's")

    found = {each.sha256: each for each in vault.kept()}

    assert found.keys() == {picture.sha256, paper.sha256}
    assert found[picture.sha256].kept_at == NOON
    assert found[picture.sha256].size_bytes == len(PICTURE)
    assert found[paper.sha256].media_type == "application/json"


def test_an_empty_vault_lists_nothing(tmp_path: Path) -> None:
    assert list(DiskVault(tmp_path / "not-made-yet").kept()) == []


def test_what_is_removed_is_gone_and_removing_it_again_is_no_fault(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    keep(vault)
    (item,) = vault.kept()

    assert vault.remove(item)
    assert vault.remove(item)

    assert files(tmp_path) == []
    assert vault.find(DIGEST) is None


def test_what_was_kept_anew_after_one_looked_stays(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    keep(vault)
    os.utime(place(tmp_path), (NOON.timestamp(), NOON.timestamp()))
    (item,) = vault.kept()
    keep(vault)

    assert not vault.remove(item)

    assert place(tmp_path).read_bytes() == PICTURE


def test_what_is_kept_while_it_is_taken_away_is_there_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remover has renamed it already when a worker seals the same bytes."""
    vault = DiskVault(tmp_path)
    keep(vault)
    (item,) = vault.kept()
    rename = Path.rename

    def rename_and_meet_a_worker(self: Path, target: Path) -> Path:
        moved = rename(self, target)
        keep(vault)
        return moved

    monkeypatch.setattr(Path, "rename", rename_and_meet_a_worker)

    vault.remove(item)

    assert place(tmp_path).read_bytes() == PICTURE


def test_what_killed_processes_left_is_tidied_away(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    keep(vault)
    shelf = place(tmp_path).parent
    place(tmp_path).rename(shelf / f".leaving-{DIGEST}.jpg")
    for name, age in ((".writing-dead", timedelta(days=2)), (".writing-alive", timedelta(hours=1))):
        (shelf / name).write_bytes(b"half")
        written_at = (NOON - age).timestamp()
        os.utime(shelf / name, (written_at, written_at))

    vault.tidy(now=NOON)

    assert files(tmp_path) == [f"{DIGEST[:2]}/.writing-alive", f"{DIGEST[:2]}/{DIGEST}.jpg"]


def place(folder: Path) -> Path:
    return folder / DIGEST[:2] / f"{DIGEST}.jpg"
