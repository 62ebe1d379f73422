"""A vault on a disk that runs full: it takes no more, loses nothing, and goes on later."""

import hashlib
import os
import shutil
import subprocess
from collections import namedtuple
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.vault.disk import DiskVault
from schemas.errors import TemporarilyUnavailableError
from schemas.evidence import EvidenceKind, EvidenceRef

KIB = 1024
MIB = 1024 * KIB
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of four mebibytes, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"no disk may be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def keep(vault: DiskVault, number: int, size: int = 300 * KIB) -> EvidenceRef:
    return vault.keep(
        hashlib.sha256(str(number).encode()).digest() * (size // 32),
        media_type="image/jpeg",
        kind=EvidenceKind.ORIGINAL_FRAME,
        media_time=timedelta(seconds=number),
    )


def fill(vault: DiskVault) -> list[EvidenceRef]:
    kept: list[EvidenceRef] = []
    for number in range(100):
        try:
            kept.append(keep(vault, number))
        except TemporarilyUnavailableError:
            return kept
    raise AssertionError("the disk never ran full")


def is_whole(vault: DiskVault, ref: EvidenceRef) -> bool:
    path = vault.find(ref.sha256)
    return path is not None and hashlib.sha256(path.read_bytes()).hexdigest() == ref.sha256


def test_a_full_disk_takes_nothing_and_loses_nothing(small_disk: Path) -> None:
    vault = DiskVault(small_disk / "vault")

    kept = fill(vault)

    assert 10 <= len(kept) <= 13
    assert all(is_whole(vault, ref) for ref in kept)
    files = [path for path in (small_disk / "vault").rglob("*") if path.is_file()]
    assert len(files) == len(kept)  # and no half of one


def test_a_full_disk_says_how_much_is_free_and_wanted(small_disk: Path) -> None:
    vault = DiskVault(small_disk / "vault")
    fill(vault)

    with pytest.raises(
        TemporarilyUnavailableError,
        match=r"could not be kept: nothing is taken until there is room \(.*KiB free, 300\.0 KiB",
    ):
        keep(vault, 1000)


def test_a_write_that_meets_the_end_of_the_disk_leaves_no_half_file(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another has filled it after we looked how much is free."""
    vault = DiskVault(small_disk / "vault")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 10**12))

    kept = fill(vault)

    files = [path for path in (small_disk / "vault").rglob("*") if path.is_file()]
    assert len(files) == len(kept)
    assert all(is_whole(vault, ref) for ref in kept)


def test_what_is_there_already_can_be_kept_again_on_a_full_disk(small_disk: Path) -> None:
    vault = DiskVault(small_disk / "vault")
    kept = fill(vault)

    assert keep(vault, 0) == kept[0]


def test_it_goes_on_when_there_is_room_again(small_disk: Path) -> None:
    vault = DiskVault(small_disk / "vault")
    (small_disk / "somebody-elses").write_bytes(os.urandom(2 * MIB))
    before = fill(vault)
    (small_disk / "somebody-elses").unlink()

    after = fill(vault)

    assert len(after) > len(before)
    assert all(is_whole(vault, ref) for ref in [*before, *after])


def test_the_reserve_is_left_to_others(small_disk: Path) -> None:
    vault = DiskVault(small_disk / "vault", reserve_bytes=2 * MIB)

    fill(vault)

    assert 2 * MIB <= shutil.disk_usage(small_disk).free < 2 * MIB + 300 * KIB
    (small_disk / "journal").write_bytes(os.urandom(MIB))  # others go on


def test_below_the_reserve_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = DiskVault(tmp_path, reserve_bytes=512 * MIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 512 * MIB + KIB))

    with pytest.raises(
        TemporarilyUnavailableError,
        match=r"until there is room beside the reserve of 512\.0 MiB"
        r" \(512\.0 MiB free, 300\.0 KiB wanted\)",
    ):
        keep(vault, 1)

    assert keep(vault, 1, size=KIB).size_bytes == KIB
