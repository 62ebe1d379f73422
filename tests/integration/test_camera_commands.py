"""`offsite camera ls | show | check` on a folder of files, without a database or eyes."""

import stat
from pathlib import Path

import pytest

from infra.cameras import read_camera
from tests.integration.commands.conftest import lines, offsite

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "cameras" / "van-bay.toml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OFFSITE_KAFKA", "OFFSITE_DATABASE", "OFFSITE_CAMERAS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))
    folder = tmp_path / "cameras"
    folder.mkdir()
    text = 'source = "rtsp://admin:hunter2@10.0.0.7/1?token=hunter3"\n' + EXAMPLE.read_text()
    (folder / "van-bay.toml").write_text(text)
    return folder


def broken(folder: Path) -> None:
    text = EXAMPLE.read_text().replace("fire-lane", "lane", 1).replace("[402, 68]", "[402, 680]")
    (folder / "broken.toml").write_text(text)


def test_cameras_are_listed_without_a_database_and_without_passwords(folder: Path) -> None:
    broken(folder)

    done = offsite("camera", "ls")
    bad, good = lines("camera", "ls")

    assert "not asked when they last looked: nothing runs" in done.stderr
    assert good == {
        "id": "van-bay",
        "name": "Campus, van bay",
        "frame": "480x360",
        "zones": 1,
        "source": "rtsp://10.0.0.7/1",
        "looked_until": None,
        "said_at": None,
    }
    assert bad["name"] == "broken: 2 faults, see `offsite camera check broken`"
    assert "hunter" not in done.output


def test_a_folder_without_cameras_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path))

    assert "none" in offsite("camera", "ls").stdout
    assert "0 cameras" in offsite("camera", "check").stdout


def test_a_camera_is_shown_with_its_zones_and_without_its_password(folder: Path) -> None:
    told = offsite("camera", "show", "van-bay").output
    (said,) = lines("camera", "show", "van-bay")

    assert "fire-lane" in told
    assert "rtsp://10.0.0.7/1" in told
    assert "hunter" not in told + str(said)
    assert said["zones"][0]["outline"] == [[402, 20], [456, 20], [456, 68], [402, 68]]


def test_a_camera_that_is_not_there_is_refused(folder: Path) -> None:
    for command in ("show", "check", "snapshot"):
        done = offsite("camera", command, "north", code=2)

        assert "offsite camera add" in done.stderr
        assert "known: van-bay" in done.stderr


def test_good_files_pass_the_check(folder: Path) -> None:
    done = offsite("camera", "check")

    assert f"1 cameras in {folder}, 0 faults" in done.stdout


def test_every_fault_of_every_file_is_told_and_fails_the_check(folder: Path) -> None:
    broken(folder)
    (folder / "worse.toml").write_text("frame = ")

    told = offsite("camera", "check", code=1).stdout
    faults = lines("camera", "check", code=1)

    assert [(fault["camera"], fault["field"].removeprefix(str(folder))) for fault in faults] == [
        ("broken", "/broken.toml, zone bay, kind"),
        ("broken", "/broken.toml, zone bay, outline"),
        ("worse", "/worse.toml"),
    ]
    assert faults[1]["expected"] == "corners within 480x360"
    assert faults[1]["got"] == "(402, 680)"
    assert "3 cameras" in told
    assert told.count("expected") == 3
    assert offsite("camera", "check", "van-bay").exit_code == 0


def test_a_matter_that_the_pack_does_not_have_is_a_fault(folder: Path) -> None:
    text = EXAMPLE.read_text() + 'matters = ["GB/T 47678.5-2026|matter|99999"]\n'
    (folder / "van-bay.toml").write_text(text)

    (fault,) = lines("camera", "check", code=1)

    assert "a matter that the policy pack base has" in fault["expected"]
    assert fault["field"].endswith("zone bay, matters")


def test_a_ground_that_cannot_be_solved_is_a_fault(folder: Path) -> None:
    line = "ground = [[[0, 0], [0, 0]], [[9, 9], [1, 1]], [[20, 20], [2, 2]], [[40, 40], [4, 4]]]\n"
    (folder / "van-bay.toml").write_text(line + EXAMPLE.read_text())

    (fault,) = lines("camera", "check", code=1)

    assert fault["field"] == f"{folder}/van-bay.toml, ground"
    assert fault["expected"] == "four pixels of which no three lie on a line"


def test_a_password_that_others_may_read_is_warned_of(folder: Path) -> None:
    path = folder / "van-bay.toml"
    path.chmod(0o644)
    assert f"chmod 600 {path}" in offsite("camera", "check").stderr

    path.chmod(0o600)
    assert "chmod" not in offsite("camera", "check").stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_camera(folder, "van-bay").source is not None
