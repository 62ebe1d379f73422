"""What the doctor says of a disk: enough, too little, or so little that cameras wait."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from infra.cli.doctor import Grade, _disk
from infra.settings import Settings

GIB = 2**30
Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("free", "grade", "says"),
    [
        pytest.param(3 * GIB, Grade.FINE, "3.0 GiB free", id="enough"),
        pytest.param(2 * GIB, Grade.PROBLEM, "2.0 GiB free", id="little"),
        pytest.param(
            GIB // 2, Grade.PROBLEM, "no evidence is taken below 0.5 GiB", id="into the reserve"
        ),
    ],
)
def test_the_doctor_looks_at_the_disk(
    monkeypatch: pytest.MonkeyPatch, free: int, grade: Grade, says: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * GIB, 10 * GIB - free, free))

    finding = _disk(Settings(data=Path("/nowhere"), vault_reserve_bytes=GIB // 2))

    assert finding.grade is grade
    assert says in finding.says
    assert (finding.remedy is None) is (grade is Grade.FINE)
