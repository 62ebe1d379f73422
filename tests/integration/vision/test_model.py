"""Weights are loaded only when somebody vouches for them, and see what is there."""

import hashlib
import sys
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("ultralytics", reason="needs the extra [vision]")

import numpy as np

from detectors.frames import Frame
from detectors.model import CLASS_MAPS, ClassMap, Tracker, digest_of, find_class_map, read_class_map
from detectors.sources.opening import open_source
from schemas.errors import InvalidValueError, RefusedError
from schemas.geometry import Point
from schemas.ids import Sha256
from schemas.observation import Thing

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
WEIGHTS = DATA / "weights" / "yolo11n_restored.pt"
CLIP = DATA / "video" / "campus_people_parked_vans_480x360.avi"
needs_weights = pytest.mark.skipif(
    not (WEIGHTS.is_file() and CLIP.is_file()),
    reason="the weights and real clips are not in ../shared/data",
)
A, B = "a" * 64, "b" * 64


def class_map_text(
    sha256: str = f'"{A}"',
    image_size: str = "640",
    confidence: str = "0.25",
    classes: str = 'person = "person"',
) -> str:
    return (
        f"sha256 = {sha256}\nimage_size = {image_size}\nconfidence = {confidence}\n"
        f"[classes]\n{classes}\n"
    )


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file that nobody can load, with a digest all the same."""
    path = tmp_path / "street.pt"
    path.write_bytes(b"no weights at all")
    return path


def test_a_class_map_is_read(tmp_path: Path) -> None:
    path = tmp_path / "street.toml"
    path.write_text(class_map_text(classes='person = "person"\n"dining table" = "stall"'))

    assert read_class_map(path) == ClassMap(
        digests=frozenset({Sha256(A)}),
        image_size=640,
        confidence=0.25,
        classes={"person": "person", "dining table": "stall"},
    )


def test_a_class_map_may_vouch_for_several_weights(tmp_path: Path) -> None:
    path = tmp_path / "street.toml"
    path.write_text(class_map_text(sha256=f'["{A}", "{B}"]'))

    assert read_class_map(path).digests == {A, B}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("sha256 = ", "expected TOML", id="no-toml"),
        pytest.param('sha256 = "a"', "expected the keys classes, confidence", id="keys-missing"),
        pytest.param(f"speed = 1\n{class_map_text()}", "got .*speed", id="unknown-key"),
        pytest.param(class_map_text(sha256='"abc"'), "64 lower-case hexadecimal", id="no-digest"),
        pytest.param(class_map_text(sha256="[1]"), r"sha256: expected texts, got \[1\]", id="list"),
        pytest.param(class_map_text(image_size="600"), "expected a multiple of 32", id="size"),
        pytest.param(class_map_text(image_size="true"), "expected a whole number", id="size-true"),
        pytest.param(class_map_text(confidence="1.5"), r"expected a number in \[0, 1\]", id="sure"),
        pytest.param(class_map_text(confidence='"high"'), "expected a number", id="confidence"),
        pytest.param(class_map_text(classes=""), 'expected a table of "class = kind"', id="none"),
        pytest.param(class_map_text(classes="person = 1"), "classes: expected texts", id="kind"),
    ],
)
def test_a_faulty_class_map_is_told(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "street.toml"
    path.write_text(text)

    with pytest.raises(InvalidValueError, match=fault):
        read_class_map(path)


def test_our_own_class_maps_can_be_read() -> None:
    maps = [read_class_map(path) for path in CLASS_MAPS.glob("*.toml")]

    assert maps
    assert all(one.digests for one in maps)


def test_a_map_beside_the_weights_counts(weights: Path) -> None:
    digest = digest_of(weights)
    weights.with_suffix(".toml").write_text(class_map_text(sha256=f'"{digest}"'))

    assert find_class_map(weights, digest).digests == {digest}


def test_a_map_beside_the_weights_that_names_another_digest_does_not_count(weights: Path) -> None:
    weights.with_suffix(".toml").write_text(class_map_text())

    with pytest.raises(RefusedError, match=r"no class map names this digest"):
        find_class_map(weights, digest_of(weights))


def test_unknown_weights_are_refused_with_what_would_help(weights: Path) -> None:
    digest = hashlib.sha256(b"no weights at all").hexdigest()

    with pytest.raises(RefusedError, match=rf"sha256 {digest}: .* put it into street\.toml beside"):
        find_class_map(weights, digest_of(weights))


def test_weights_are_not_loaded_with_a_map_of_others(weights: Path, tmp_path: Path) -> None:
    (tmp_path / "others.toml").write_text(class_map_text())

    with pytest.raises(RefusedError, match=r"loaded only when its digest is known"):
        Tracker(weights, class_map=read_class_map(tmp_path / "others.toml"))


def test_absent_weights_are_refused_and_nothing_is_downloaded(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"yolo11n\.pt: there is no such file; nothing is down"):
        digest_of(tmp_path / "yolo11n.pt")

    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_a_person_is_told_to_install_it(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = digest_of(weights)
    weights.with_suffix(".toml").write_text(class_map_text(sha256=f'"{digest}"'))
    monkeypatch.setitem(sys.modules, "ultralytics", None)

    with pytest.raises(RefusedError, match=r"install the extra \[vision\]"):
        Tracker(weights, class_map=find_class_map(weights, digest))


def is_in_van_bay(thing: Thing) -> bool:
    centre = Point((thing.box.x1 + thing.box.x2) / 2, (thing.box.y1 + thing.box.y2) / 2)
    return 402 <= centre.x <= 456 and 20 <= centre.y <= 68


@pytest.fixture(scope="module")
def class_map() -> ClassMap:
    return find_class_map(WEIGHTS, digest_of(WEIGHTS))


@pytest.mark.model
@needs_weights
def test_the_parked_van_keeps_its_track_and_people_are_seen(class_map: ClassMap) -> None:
    tracker = Tracker(WEIGHTS, class_map=class_map)
    with open_source(str(CLIP), fps=5) as source:
        frames = [one for one in islice(source.frames(), 8) if isinstance(one, Frame)]

    looks = [tracker.look(frame.picture) for frame in frames]

    vans = [[t for t in look if t.kind == "vehicle" and is_in_van_bay(t)] for look in looks]
    assert all(len(van) == 1 for van in vans)
    assert len({van[0].track for van in vans}) == 1
    assert vans[0][0].track is not None
    assert all(sum(t.kind == "person" for t in look) >= 2 for look in looks)
    assert all(t.box.is_within(source.frame_size) for look in looks for t in look)
    assert {t.kind for look in looks for t in look} <= set(class_map.classes.values())


@pytest.mark.model
@needs_weights
def test_an_empty_picture_holds_nothing(class_map: ClassMap) -> None:
    tracker = Tracker(WEIGHTS, class_map=class_map)

    assert tracker.look(np.full((360, 480, 3), 127, dtype=np.uint8)) == ()
    assert tracker.name == "yolo11n_restored@61cf0003e227"


@pytest.mark.model
@needs_weights
def test_a_misspelt_class_is_told(tmp_path: Path) -> None:
    path = tmp_path / "misspelt.toml"
    digest = digest_of(WEIGHTS)
    path.write_text(class_map_text(sha256=f'"{digest}"', classes='persn = "person"'))

    with pytest.raises(InvalidValueError, match=r"expected classes of the weights .*got persn"):
        Tracker(WEIGHTS, class_map=read_class_map(path))
