"""`offsite camera add | snapshot` on real files: the first picture, the file, the drawn zones."""

import stat
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from infra.cameras import read_camera
from infra.cli.main import app
from schemas.place import Place
from tests.integration.commands.conftest import lines, offsite
from tests.integration.vision.rtsp_camera import HEIGHT, WIDTH, rtsp_camera

COMMAND = ("offsite camera add", "offsite camera check", "offsite camera snap", "offsite camera ls")
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "cameras" / "van-bay.toml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OFFSITE_KAFKA", "OFFSITE_DATABASE", "OFFSITE_CAMERAS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFSITE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data" / "cameras"


def a_clip(
    path: Path, *, size: tuple[int, int] = (480, 360), black: int = 3, seconds: float = 2
) -> Path:
    """Black pictures at first, then chequers; five a second."""
    width, height = size
    chequers = np.kron(np.indices((height // 20, width // 20)).sum(axis=0) % 2, np.ones((20, 20)))
    picture = np.repeat((60 + 120 * chequers)[:, :, np.newaxis], 3, axis=2).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(seconds * 5)):
            shown = np.zeros_like(picture) if number < black else picture
            frame = av.VideoFrame.from_ndarray(shown, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 5)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read_picture(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture


def test_a_camera_is_added_with_its_first_picture_that_is_not_black(folder: Path) -> None:
    clip = a_clip(folder.parent.parent / "clip.mp4")

    offsite(
        *("camera", "add", "gate-3", "--source", "clip.mp4"),
        *("--name", "解放路口", "--place-id", "gate"),
    )

    camera = read_camera(folder, "gate-3")
    assert (camera.name, camera.place, camera.zones) == ("解放路口", Place(id="gate"), ())
    assert (camera.frame.width, camera.frame.height) == (480, 360)
    assert camera.source is not None
    assert camera.source.secret == str(clip)
    assert read_picture(folder / "gate-3.jpg").std() > 30
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_camera_that_shows_nothing_is_added_with_a_warning(folder: Path) -> None:
    a_clip(Path("clip.mp4"), black=99)

    done = offsite("camera", "add", "gate-3", "--source", "clip.mp4")

    assert "the picture shows nothing" in done.stderr
    assert (folder / "gate-3.jpg").exists()


def test_a_camera_that_is_there_is_not_replaced_unasked(folder: Path) -> None:
    a_clip(Path("clip.mp4"))
    offsite("camera", "add", "gate-3", "--source", "clip.mp4")
    before = (folder / "gate-3.toml").read_bytes()

    done = offsite("camera", "add", "gate-3", "--source", "clip.mp4", "--name", "x", code=2)

    assert "--force" in done.stderr
    assert (folder / "gate-3.toml").read_bytes() == before


def with_zones(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "bay.toml").write_text(EXAMPLE.read_text())


def test_by_force_the_zones_stay(folder: Path) -> None:
    a_clip(Path("clip.mp4"))
    with_zones(folder)
    before = read_camera(folder, "bay")

    offsite("camera", "add", "bay", "--source", "clip.mp4", "--force")
    offsite("camera", "add", "bay", "--force", "--name", "Bay")  # the source is known by now

    after = read_camera(folder, "bay")
    assert after.zones == before.zones
    assert (after.name, after.place) == ("Bay", before.place)


def test_by_force_zones_are_drawn_anew_for_a_larger_picture(folder: Path) -> None:
    a_clip(Path("clip.mp4"), size=(960, 720))
    with_zones(folder)

    done = offsite("camera", "add", "bay", "--source", "clip.mp4", "--force")

    corners = read_camera(folder, "bay").zones[0].outline.corners
    assert [(c.x, c.y) for c in corners] == [(804, 40), (912, 40), (912, 136), (804, 136)]
    assert "drawn anew for frames of 960x720" in done.stderr


def test_a_picture_of_another_shape_shows_other_ground(folder: Path) -> None:
    a_clip(Path("clip.mp4"), size=(640, 360))
    with_zones(folder)

    done = offsite("camera", "add", "bay", "--source", "clip.mp4", "--force", code=2)

    assert "expected frames shaped like 480x360" in done.stderr
    assert read_camera(folder, "bay").source is None
    assert not (folder / "bay.jpg").exists()


def test_a_source_comes_from_standard_input_and_no_password_is_shown(folder: Path) -> None:
    done = CliRunner().invoke(
        app, ["camera", "add", "x", "--source", "-"], input="rtsp://a:hunter2@127.0.0.1:9/1\n"
    )

    assert done.exit_code == 3
    assert "rtsp://127.0.0.1:9/1" in done.stderr
    assert "hunter2" not in done.output
    assert not folder.exists()


def test_a_live_camera_is_added_and_its_password_is_kept_but_not_shown(folder: Path) -> None:
    with rtsp_camera(frames=30) as address:
        done = offsite("camera", "add", "live", "--source", address)

    source = read_camera(folder, "live").source
    assert source is not None
    assert source.secret == address
    assert "secret" not in done.output
    assert "hidden" not in done.output
    assert "the picture shows nothing" in done.stderr  # a plain grey, until it goes away
    assert read_picture(folder / "live.jpg").shape == (HEIGHT, WIDTH, 3)


def test_a_snapshot_shows_zones_only_when_asked(folder: Path) -> None:
    a_clip(Path("clip.mp4"))
    with_zones(folder)
    offsite("camera", "add", "bay", "--source", "clip.mp4", "--force")

    offsite("camera", "snapshot", "bay", "--out", "plain.png")
    offsite("camera", "snapshot", "bay", "--zones", "--out", "drawn.png")
    offsite("camera", "snapshot", "bay", "--zones", "--reference")

    plain, drawn = read_picture(Path("plain.png")), read_picture(Path("drawn.png"))
    differs = (plain != drawn).any(axis=2)
    assert differs[20:69, 402:457].mean() > 0.5
    assert not differs[:, :300].any()
    assert read_picture(Path("bay-snapshot.jpg")).shape == (360, 480, 3)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param((), "expected --source", id="no source"),
        pytest.param(("--source", "none.mp4"), "there is no such file", id="no file"),
        pytest.param(("--reference",), "there is no such picture", id="no reference"),
        pytest.param(("--reference", "--source", "x"), "got both", id="both"),
        pytest.param(("--source", "clip.mp4", "--out", "x.txt"), "ends in .jpg", id="a text"),
        pytest.param(("--source", "clip.mp4", "--out", "no/x.jpg"), "can't be written", id="where"),
        pytest.param(
            ("--source", "wide.mp4", "--zones"),
            "expected a picture of 480x360, in which its zones are drawn, got 640x360",
            id="another size",
        ),
    ],
)
def test_a_snapshot_that_cannot_be_taken_is_refused(
    folder: Path, words: tuple[str, ...], why: str
) -> None:
    a_clip(Path("clip.mp4"))
    a_clip(Path("wide.mp4"), size=(640, 360))
    with_zones(folder)

    done = offsite("camera", "snapshot", "bay", *words, code=2)

    assert why in done.stderr


def test_a_reference_that_is_no_picture_is_refused(folder: Path) -> None:
    with_zones(folder)
    (folder / "bay.jpg").write_bytes(b"no picture")

    done = offsite("camera", "snapshot", "bay", "--reference", code=2)

    assert "no picture that can be read" in done.stderr


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readmes_commands_make_a_camera(folder: Path, readme: str) -> None:
    a_clip(Path("clip.mp4"))
    text = (EXAMPLE.parents[3] / readme).read_text("utf-8")
    said = [line.partition("#")[0] for line in text.splitlines() if line.startswith(COMMAND)]
    commands = [line.replace("rtsp://10.0.0.7/stream1", "clip.mp4").split()[1:] for line in said]

    for words in commands:
        offsite(*words)

    assert [words[1] for words in commands] == ["add", "check", "snapshot", "ls"]
    assert read_picture(Path("gate-3-snapshot.jpg")).shape == (360, 480, 3)


def test_programs_are_told_what_was_added(folder: Path) -> None:
    a_clip(Path("clip.mp4"))

    (said,) = lines("camera", "add", "gate-3", "--source", "clip.mp4")

    assert said == {
        "id": "gate-3",
        "frame": [480, 360],
        "source": str(Path("clip.mp4").absolute()),
        "zones": 0,
        "file": str(folder / "gate-3.toml"),
        "reference": str(folder / "gate-3.jpg"),
    }


def test_without_eyes_a_camera_cannot_be_added(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "infra.cli.first_pictures", raising=False)
    monkeypatch.setitem(sys.modules, "cv2", None)

    done = offsite("camera", "add", "gate-3", "--source", "clip.mp4", code=2)

    assert "cv2 is not installed: a camera needs offsite-enforcement[vision]" in done.stderr
