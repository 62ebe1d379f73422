"""Every engine sees the same; the same picture always gets the same answer."""

import subprocess
import sys
import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

pytest.importorskip("ultralytics", reason="needs the extra [vision]")

import numpy as np

from detectors.eyes.class_maps import ALWAYS_WANTED, ClassMap, parse_class_map
from detectors.eyes.engines import Engine, Running
from detectors.eyes.loading import installed, load_eyes
from detectors.eyes.model import Eyes
from detectors.eyes.weights import digest_of
from detectors.frames import Frame, Picture
from detectors.sources.opening import open_source
from detectors.synthetic.rendering import render
from detectors.synthetic.stories import compose
from detectors.synthetic.truth import truth_at
from infra.composition import SAMPLE_WEIGHTS
from schemas.errors import InvalidValueError, RefusedError
from schemas.geometry import FrameSize, Point
from schemas.observation import Thing
from tests.support.eyes import kept_forms, map_of, open_eyes
from tests.support.shared_data import shared

SEED, SECONDS = 9_050, (12.0, 20.0)
ON_A_CPU = [Engine.TORCH, Engine.ONNX, Engine.OPENVINO]
VAN_BAY = (402, 20, 456, 68)
HOUSE = Path(__file__).parents[3]
INT8 = "weights/yolo11n_int8_openvino_model"


def needed(engine: Engine) -> Engine:
    if engine not in installed():
        pytest.skip(f"{engine} is not installed")
    return engine


@pytest.fixture(scope="module")
def street() -> list[Picture]:
    scene = compose(seed=SEED, story="fire-lane")
    return [render(scene, seconds) for seconds in SECONDS]


@pytest.fixture(scope="module")
def by_torch(street: list[Picture]) -> list[tuple[Thing, ...]]:
    return open_eyes(engine=Engine.TORCH).find(street)


@pytest.fixture(scope="module")
def campus() -> list[Picture]:
    clip = shared("video/campus_people_parked_vans_480x360.avi")
    with open_source(str(clip), fps=2) as source:
        frames = (one for one in source.frames() if isinstance(one, Frame))
        return [frame.picture for frame in islice(frames, 6)]


def is_in_van_bay(thing: Thing) -> bool:
    centre = Point((thing.box.x1 + thing.box.x2) / 2, (thing.box.y1 + thing.box.y2) / 2)
    left, top, right, bottom = VAN_BAY
    return left <= centre.x <= right and top <= centre.y <= bottom


def unlike(one: Sequence[Thing], other: Sequence[Thing], *, overlap: float) -> list[Thing]:
    """What the other did not see in the same place, of the same kind, about as sure."""
    return [
        thing
        for thing in one
        if not any(
            thing.kind == match.kind
            and thing.box.overlap(match.box) >= overlap
            and abs(thing.confidence - match.confidence) <= 0.05
            for match in other
        )
    ]


@pytest.mark.model
@pytest.mark.parametrize("engine", ON_A_CPU)
def test_what_is_drawn_on_the_street_is_found(engine: Engine, street: list[Picture]) -> None:
    scene = compose(seed=SEED, story="fire-lane")
    kind_of = map_of().classes

    found = open_eyes(engine=needed(engine)).find(street)

    for seconds, things in zip(SECONDS, found, strict=True):
        clear = [one for one in truth_at(scene, seconds) if one.visible > 0.9]
        missed = [
            one.identity
            for one in clear
            if not any(
                thing.kind == kind_of[one.kind] and thing.box.overlap(one.box) > 0.6
                for thing in things
            )
        ]
        assert clear
        assert missed == []
        assert all(thing.box.is_within(scene.frame) for thing in things)


@pytest.mark.model
@pytest.mark.parametrize(
    ("engine", "exact", "overlap"),
    [
        pytest.param(Engine.ONNX, False, 0.99, id="onnx"),
        pytest.param(Engine.OPENVINO, True, 0.99, id="openvino-exact"),
        pytest.param(Engine.OPENVINO, False, 0.9, id="openvino-as-the-cpu-likes-it"),
    ],
)
def test_an_engine_sees_what_torch_sees(
    engine: Engine,
    exact: bool,
    overlap: float,
    street: list[Picture],
    by_torch: list[tuple[Thing, ...]],
) -> None:
    eyes = open_eyes(engine=needed(engine), running=Running(exact=exact))

    found = eyes.find(street)

    for ours, theirs in zip(found, by_torch, strict=True):
        assert theirs
        assert unlike(ours, theirs, overlap=overlap) == []
        assert unlike(theirs, ours, overlap=overlap) == []


@pytest.mark.model
def test_we_find_what_ultralytics_own_predictor_finds(
    street: list[Picture], by_torch: list[tuple[Thing, ...]]
) -> None:
    from ultralytics import YOLO  # noqa: PLC0415 - quiet only after our own import

    class_map = map_of()
    model = YOLO(str(SAMPLE_WEIGHTS), task="detect")
    numbers = [number for number, name in model.names.items() if name in class_map.classes]

    for picture, ours in zip(street, by_torch, strict=True):
        (result,) = model.predict(
            picture,
            imgsz=class_map.image_size,
            conf=class_map.confidence,
            iou=class_map.iou,
            agnostic_nms=True,
            classes=numbers,
            device="cpu",
            verbose=False,
        )
        theirs = result.boxes.numpy()
        kinds = [class_map.classes[model.names[int(number)]] for number in theirs.cls]
        edges = [(one.box.x1, one.box.y1, one.box.x2, one.box.y2) for one in ours]
        assert [one.kind for one in ours] == kinds
        assert [one.confidence for one in ours] == pytest.approx(theirs.conf.tolist(), abs=1e-3)
        assert np.array(edges) == pytest.approx(theirs.xyxy, abs=0.2)


@pytest.mark.model
@pytest.mark.parametrize("engine", ON_A_CPU)
def test_the_same_picture_gets_the_same_answer_to_the_last_bit(
    engine: Engine, street: list[Picture]
) -> None:
    one, other = (open_eyes(engine=needed(engine)) for _ in range(2))

    alone = [one.find([picture])[0] for picture in street]

    assert [one.find([picture])[0] for picture in street] == alone
    assert [other.find([picture])[0] for picture in street] == alone
    assert one.find(street * 2) == other.find(street * 2)


@pytest.mark.model
@pytest.mark.parametrize("engine", ON_A_CPU)
def test_pictures_that_come_together_are_seen_as_they_are_alone(
    engine: Engine, street: list[Picture]
) -> None:
    eyes = open_eyes(engine=needed(engine))
    alone = [eyes.find([picture])[0] for picture in street]

    together = eyes.find([street[1], street[0], street[0][:200], *street, street[1]])

    for ours, theirs in zip(together, [*alone[::-1], (), *alone, alone[1]], strict=True):
        assert not theirs or unlike(ours, theirs, overlap=0.99) == []
        assert unlike(theirs, ours, overlap=0.99) == []


@pytest.mark.model
@pytest.mark.parametrize("engine", ON_A_CPU)
def test_several_cameras_may_ask_at_once(engine: Engine, street: list[Picture]) -> None:
    eyes = open_eyes(engine=needed(engine), running=Running(at_once=2))
    shapes = [street[0], street[0][:200], street[0][:, :300]]
    alone = [eyes.find([picture]) for picture in shapes]
    answers: list[bool] = []

    def ask(camera: int) -> None:
        answers.extend(eyes.find([shapes[camera]]) == alone[camera] for _ in range(8))

    cameras = [threading.Thread(target=ask, args=[number]) for number in range(3)]
    for camera in cameras:
        camera.start()
    for camera in cameras:
        camera.join()

    assert answers == [True] * 24


@pytest.mark.model
def test_eyes_say_what_they_are() -> None:
    class_map = map_of()

    eyes = open_eyes(engine=Engine.OPENVINO)

    digest = digest_of(SAMPLE_WEIGHTS)
    assert eyes.name == f"street@{digest[:12]} openvino {class_map.image_size}"
    assert eyes.weights_digest == digest
    assert eyes.class_map_digest == class_map.digest
    assert eyes.image_size == class_map.image_size


@pytest.mark.model
def test_the_size_may_be_told_and_must_be_one_that_can_be_searched() -> None:
    assert open_eyes(image_size=416).name.endswith(" 416")

    with pytest.raises(InvalidValueError, match="image_size: expected a multiple of 32"):
        open_eyes(image_size=400)


@pytest.mark.model
def test_pictures_of_any_shape_are_looked_at() -> None:
    eyes = open_eyes()
    shapes = [(1, 1), (1, 900), (900, 1), (33, 65), (720, 1280)]

    found = eyes.find([np.full((*shape, 3), 127, np.uint8) for shape in shapes])

    for shape, things in zip(shapes, found, strict=True):
        frame = FrameSize(width=shape[1], height=shape[0])
        assert all(thing.box.is_within(frame) for thing in things)


@pytest.mark.model
def test_only_wanted_kinds_are_found_and_people_and_vehicles_always() -> None:
    market = render(compose(seed=SEED, story="market-street"), 20.0)
    every = open_eyes().find([market])[0]
    wanted, *others = sorted({thing.kind for thing in every} - ALWAYS_WANTED)
    few = load_eyes(
        SAMPLE_WEIGHTS, class_map=map_of(), cache=kept_forms(), wanted=frozenset({wanted})
    )

    found = few.find([market])[0]

    assert others
    assert set(found) >= {thing for thing in every if thing.kind in {wanted, *ALWAYS_WANTED}}
    assert {thing.kind for thing in found} == {wanted, "person", "vehicle"}


@pytest.mark.model
@pytest.mark.clips
@pytest.mark.parametrize("engine", ON_A_CPU)
@pytest.mark.parametrize("size", [320, 640])
def test_the_parked_van_is_one_thing_in_every_picture(
    engine: Engine, size: int, campus: list[Picture]
) -> None:
    weights = shared("weights/yolo11n_restored.pt")
    eyes = open_eyes(weights=weights, engine=needed(engine), image_size=size)

    found = eyes.find(campus)

    vans = [[thing for thing in things if is_in_van_bay(thing)] for things in found]
    assert [[thing.kind for thing in van] for van in vans] == [["vehicle"]] * len(campus)
    assert all(sum(thing.kind == "person" for thing in things) >= 2 for things in found)
    assert {thing.kind for things in found for thing in things} <= map_of(weights).kinds


@pytest.mark.model
@pytest.mark.clips
def test_an_empty_picture_holds_nothing() -> None:
    eyes = open_eyes(weights=shared("weights/yolo11n_restored.pt"))

    assert eyes.find([np.full((360, 480, 3), 127, np.uint8)]) == [()]


def int8_map(digest: str) -> ClassMap:
    return parse_class_map(
        f"""
        sha256 = "{digest}"
        image_size = 640
        confidence = 0.25
        [classes]
        person = "person"
        car = "vehicle"
        truck = "vehicle"
        """,
        name="int8.toml",
    )


def int8_eyes(engine: Engine = Engine.AUTO, image_size: int | None = None) -> Eyes:
    folder = shared(f"{INT8}/metadata.yaml").parent
    return load_eyes(
        folder,
        class_map=int8_map(digest_of(folder)),
        cache=Path("/nonexistent"),
        engine=engine,
        image_size=image_size,
    )


@pytest.mark.model
@pytest.mark.clips
def test_an_int8_export_of_openvino_sees_the_van_with_a_map_of_its_own(
    campus: list[Picture],
) -> None:
    found = int8_eyes().find(campus)

    vans = [[thing.kind for thing in things if is_in_van_bay(thing)] for things in found]
    assert vans == [["vehicle"]] * len(campus)
    assert all(sum(thing.kind == "person" for thing in things) >= 2 for things in found)


@pytest.mark.model
@pytest.mark.clips
def test_an_export_for_one_size_or_engine_is_refused_for_another() -> None:
    with pytest.raises(RefusedError, match=r"for pictures of 640x640 only, got image_size 320"):
        int8_eyes(image_size=320)

    with pytest.raises(RefusedError, match="torch can't compute weights in the form folder"):
        int8_eyes(engine=Engine.TORCH)


@pytest.mark.model
@pytest.mark.parametrize("engine", [Engine.ONNX, Engine.OPENVINO])
def test_an_onnx_file_that_is_vouched_for_is_loaded_as_it_is(
    engine: Engine, tmp_path: Path, street: list[Picture], by_torch: list[tuple[Thing, ...]]
) -> None:
    needed(Engine.ONNX)
    open_eyes(engine=Engine.ONNX)
    (made,) = kept_forms().glob("street-*-onnx-*/form/*.onnx")
    brought = tmp_path / "street.onnx"
    brought.write_bytes(made.read_bytes())
    ours = map_of()
    class_map = ClassMap(
        digests=frozenset({digest_of(brought)}),
        image_size=ours.image_size,
        confidence=ours.confidence,
        classes=ours.classes,
    )

    eyes = load_eyes(brought, class_map=class_map, cache=tmp_path / "no", engine=engine)

    for things, theirs in zip(eyes.find(street), by_torch, strict=True):
        assert unlike(things, theirs, overlap=0.9) == []
        assert unlike(theirs, things, overlap=0.9) == []
    assert not (tmp_path / "no").exists()


def test_nothing_reports_home_while_weights_are_made_ready(tmp_path: Path) -> None:
    """In a process of its own: here another test may have imported OpenVINO before."""
    needed(Engine.OPENVINO)
    alone = (
        "import sys\n"
        "from pathlib import Path\n"
        "from detectors.eyes.engines import Engine\n"
        "from infra.composition import SAMPLE_WEIGHTS\n"
        "from detectors.eyes.class_maps import find_class_map\n"
        "from detectors.eyes.loading import load_eyes\n"
        "from detectors.eyes.weights import digest_of\n"
        "class_map = find_class_map(SAMPLE_WEIGHTS, digest_of(SAMPLE_WEIGHTS))\n"
        f"cache = Path({str(tmp_path)!r})\n"
        "load_eyes(SAMPLE_WEIGHTS, class_map=class_map, cache=cache, engine=Engine.OPENVINO)\n"
        "print('openvino' in sys.modules, sys.modules['openvino_telemetry'])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", alone], cwd=HOUSE, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "True None"
