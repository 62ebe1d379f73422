"""The vault on a real disk: whole files under their digest, or an error."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from infra.vault.disk import DiskVault
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.evidence import EvidenceKind, EvidenceRef

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
        pytest.param("application/x-unheard-of", ".bin", id="other"),
    ],
)
def test_the_name_tells_what_it_is(tmp_path: Path, media_type: str, suffix: str) -> None:
    vault = DiskVault(tmp_path)

    keep(vault, media_type=media_type)

    assert vault.find(DIGEST) == tmp_path / DIGEST[:2] / f"{DIGEST}{suffix}"


def test_keeping_twice_keeps_once(tmp_path: Path) -> None:
    vault = DiskVault(tmp_path)
    first = keep(vault)
    written_at = (tmp_path / DIGEST[:2] / f"{DIGEST}.jpg").stat().st_mtime_ns

    second = keep(vault)

    assert second == first
    assert files(tmp_path) == [f"{DIGEST[:2]}/{DIGEST}.jpg"]
    assert (tmp_path / DIGEST[:2] / f"{DIGEST}.jpg").stat().st_mtime_ns == written_at


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
