"""Another engine's form is made once; what isn't what was made is made anew."""

import json
import threading
from pathlib import Path

import pytest

pytest.importorskip("ultralytics", reason="needs the extra [vision]")

import numpy as np

from detectors.eyes import cache as caching
from detectors.eyes.cache import in_form_of
from detectors.eyes.engines import Engine
from detectors.eyes.weights import Form, Weights, read_weights
from infra.composition import SAMPLE_WEIGHTS
from schemas.errors import RefusedError
from tests.support.eyes import open_eyes

pytestmark = pytest.mark.model


class CountingExport:
    """Exports in no time: a folder as OpenVINO's, of what it was given."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, weights: Weights, engine: Engine, folder: Path) -> Path:
        self.times += 1
        made = folder / "weights_openvino_model"
        made.mkdir()
        (made / "w.xml").write_text(f"<net made='{self.times}'/>")
        (made / "w.bin").write_bytes(weights.digest.encode())
        (made / "metadata.yaml").write_text("names: {0: person}\n")
        return made


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch) -> CountingExport:
    export = CountingExport()
    monkeypatch.setattr(caching.library, "export", export)
    return export


def made(cache: Path, said: list[str] | None = None) -> Weights:
    told = [] if said is None else said
    weights = read_weights(SAMPLE_WEIGHTS)
    return in_form_of(Engine.OPENVINO, weights, cache=cache, say=told.append)


def place_in(cache: Path) -> Path:
    (place,) = (each for each in cache.iterdir() if each.is_dir())
    return place


def test_a_form_is_made_once_and_it_is_told(tmp_path: Path, export: CountingExport) -> None:
    said: list[str] = []

    first, second = made(tmp_path, said), made(tmp_path, said)

    assert export.times == 1
    assert first == second
    assert first.form is Form.OPENVINO
    assert said == ["street: making its form for openvino, once", "street: made"]


def test_what_is_kept_says_of_what_it_was_made(tmp_path: Path, export: CountingExport) -> None:
    form = made(tmp_path)

    told = json.loads((place_in(tmp_path) / "made.json").read_text())

    assert told["weights"] == read_weights(SAMPLE_WEIGHTS).digest
    assert told["sha256"] == form.digest
    assert told["engine"] == "openvino"
    assert {"torch", "openvino"} <= told.keys()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        pytest.param("form/weights_openvino_model/w.bin", b"other weights", id="weights"),
        pytest.param("form/weights_openvino_model/w.xml", b"<net other='1'/>", id="network"),
        pytest.param("form/weights_openvino_model/w.xml", None, id="a-file-is-gone"),
        pytest.param("made.json", b"{}", id="says-nothing"),
        pytest.param("made.json", b"[1]", id="says-something-else"),
        pytest.param("made.json", b"\xff", id="no-text"),
        pytest.param("made.json", None, id="says-nothing-at-all"),
    ],
)
def test_what_is_not_what_was_made_is_refused_and_made_anew(
    tmp_path: Path, export: CountingExport, file: str, content: bytes | None
) -> None:
    made(tmp_path)
    path = place_in(tmp_path) / file
    path.unlink() if content is None else path.write_bytes(content)
    said: list[str] = []

    again = made(tmp_path, said)

    assert export.times == 2
    assert again.content(".xml") == b"<net made='2'/>"
    assert "not what was made once; it is thrown away and made anew" in said[0]
    assert made(tmp_path) == again


def test_other_versions_make_another_form(
    tmp_path: Path, export: CountingExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path)
    monkeypatch.setattr(caching.library, "makers", lambda _: {"openvino": "2099.1"})

    made(tmp_path)

    assert export.times == 2
    assert len([each for each in tmp_path.iterdir() if each.is_dir()]) == 2


def test_an_export_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(weights: Weights, engine: Engine, folder: Path) -> Path:
        (folder / "half").write_bytes(b"half")
        raise RefusedError("it can't")

    monkeypatch.setattr(caching.library, "export", fail)

    with pytest.raises(RefusedError, match="it can't"):
        made(tmp_path)

    assert [each.suffix for each in tmp_path.iterdir()] == [".lock"]


def test_a_cache_that_is_a_file_is_told(tmp_path: Path, export: CountingExport) -> None:
    (tmp_path / "cache").write_text("x")

    with pytest.raises(RefusedError, match=r"the cache .*/cache can't be used: .*another folder"):
        made(tmp_path / "cache")


def test_a_full_disk_is_told_and_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(weights: Weights, engine: Engine, folder: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caching.library, "export", fill)

    with pytest.raises(RefusedError, match="can't be used: No space left on device; free the disk"):
        made(tmp_path)

    assert not [each for each in tmp_path.iterdir() if each.is_dir()]


def test_only_its_owner_may_enter_the_cache(tmp_path: Path, export: CountingExport) -> None:
    made(tmp_path / "cache")

    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_cameras_that_start_together_make_it_once(
    tmp_path: Path, export: CountingExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_ask = threading.Barrier(2, timeout=60)
    asking = caching.library.makers
    monkeypatch.setattr(caching.library, "makers", lambda one: (both_ask.wait(), asking(one))[1])
    forms: list[Weights] = []
    cameras = [threading.Thread(target=lambda: forms.append(made(tmp_path))) for _ in range(2)]

    for camera in cameras:
        camera.start()
    for camera in cameras:
        camera.join()

    assert export.times == 1
    assert forms[0] == forms[1]


def test_a_form_that_was_made_anew_sees_the_same(tmp_path: Path) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8)
    before = open_eyes(cache=tmp_path, image_size=160).find([picture])
    for kept in place_in(tmp_path).rglob("*.bin"):
        kept.write_bytes(kept.read_bytes()[:-4] + b"\0\0\0\0")

    assert open_eyes(cache=tmp_path, image_size=160).find([picture]) == before
