"""Of a network's answer only what is sure and wanted counts, and each thing once."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.eyes.class_maps import ClassMap
from detectors.eyes.model import NetworkEyes, batches, require_size
from detectors.eyes.network import Answers, Pictures, Shelf
from detectors.eyes.suppressing import once_each
from schemas.errors import InvalidValueError, RefusedError
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import Sha256

NAMES = {0: "person", 1: "car", 2: "truck", 3: "kite"}
KINDS = {"person": "person", "car": "vehicle", "truck": "vehicle"}
DIGEST = Sha256("a" * 64)
Row = tuple[tuple[float, float, float, float], Mapping[str, float]]
"""A box of the network, and how sure it is of which class."""


class CannedNetwork:
    """Answers every picture of a frame of 320x320 with the same rows."""

    def __init__(self, *rows: Row, lists: bool = False, most_at_once: int = 1) -> None:
        self.names = NAMES
        self.fixed = FrameSize(width=320, height=320)
        self.most_at_once = most_at_once
        self.batches: list[int] = []
        self._answer = as_list(rows) if lists else as_raw(rows)

    def run(self, pictures: Pictures) -> Answers:
        self.batches.append(len(pictures))
        return np.stack([self._answer] * len(pictures))


def as_raw(rows: Sequence[Row]) -> np.ndarray:
    raw = np.zeros((4 + len(NAMES), len(rows)), np.float32)
    for place, ((x1, y1, x2, y2), sure) in enumerate(rows):
        raw[:4, place] = (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1
        for number, name in NAMES.items():
            raw[4 + number, place] = sure.get(name, 0.0)
    return raw


def as_list(rows: Sequence[Row]) -> np.ndarray:
    numbers = {name: number for number, name in NAMES.items()}
    listed = [(*box, one, numbers[name]) for box, sure in rows for name, one in sure.items()]
    return np.array(listed, np.float32).reshape(-1, 6)


def eyes(
    network: CannedNetwork, wanted: frozenset[str] | None = None, **map_: object
) -> NetworkEyes:
    told = {"image_size": 320, "confidence": 0.25, "classes": KINDS} | map_
    class_map = ClassMap(digests=frozenset({DIGEST}), **told)  # type: ignore[arg-type]
    return NetworkEyes(
        network, class_map, name="canned", weights_digest=DIGEST, image_size=320, wanted=wanted
    )


def found(
    network: CannedNetwork, wanted: frozenset[str] | None = None, **map_: object
) -> list[str]:
    (things,) = eyes(network, wanted, **map_).find([np.zeros((320, 320, 3), np.uint8)])
    return [f"{thing.kind} {thing.confidence:.1f}" for thing in things]


HERE, THERE = (10, 10, 50, 90), (200, 10, 260, 90)
ALMOST_HERE = (11, 10, 51, 90)


@pytest.mark.parametrize("lists", [pytest.param(False, id="raw"), pytest.param(True, id="listed")])
@pytest.mark.parametrize(
    ("rows", "map_", "expected"),
    [
        pytest.param([], {}, [], id="nothing"),
        pytest.param(
            [(HERE, {"person": 0.5}), (THERE, {"car": 0.9})],
            {},
            ["vehicle 0.9", "person 0.5"],
            id="surest-first",
        ),
        pytest.param([(HERE, {"person": 0.2})], {}, [], id="not-sure-enough"),
        pytest.param(
            [(HERE, {"person": 0.5}), (THERE, {"car": 0.5})],
            {"confidence_of": {"vehicle": 0.6}},
            ["person 0.5"],
            id="a-kind-must-be-surer",
        ),
        pytest.param([(HERE, {"kite": 0.9})], {}, [], id="a-class-that-the-map-does-not-name"),
        pytest.param(
            [(HERE, {"kite": 0.9}), (ALMOST_HERE, {"person": 0.4})],
            {},
            ["person 0.4"],
            id="what-is-not-named-suppresses-nobody",
        ),
        pytest.param(
            [(HERE, {"car": 0.6}), (ALMOST_HERE, {"truck": 0.7})],
            {"agnostic": False},
            ["vehicle 0.7"],
            id="one-stopped-car-is-one-thing-whatever-the-setting",
        ),
        pytest.param(
            [(HERE, {"car": 0.6}), (ALMOST_HERE, {"person": 0.7})],
            {},
            ["person 0.7"],
            id="two-kinds-in-one-place-are-one-thing",
        ),
        pytest.param(
            [(HERE, {"car": 0.6}), (ALMOST_HERE, {"person": 0.7})],
            {"agnostic": False},
            ["person 0.7", "vehicle 0.6"],
            id="or-two-by-setting",
        ),
        pytest.param(
            [(HERE, {"car": 0.6}), (ALMOST_HERE, {"car": 0.7})],
            {"iou": 0.99},
            ["vehicle 0.7", "vehicle 0.6"],
            id="by-setting-only-what-is-all-but-covered-goes",
        ),
    ],
)
def test_what_counts(
    rows: list[Row], map_: dict[str, object], expected: list[str], lists: bool
) -> None:
    assert found(CannedNetwork(*rows, lists=lists), **map_) == expected


def test_the_surest_class_says_what_a_thing_is() -> None:
    network = CannedNetwork(
        (HERE, {"kite": 0.6, "person": 0.5}), (THERE, {"car": 0.4, "truck": 0.3})
    )

    assert found(network) == ["vehicle 0.4"]


def test_people_and_vehicles_are_found_whatever_is_wanted() -> None:
    classes = KINDS | {"kite": "banner"}
    rows = (HERE, {"person": 0.5}), (THERE, {"car": 0.9}), ((90, 90, 120, 120), {"kite": 0.8})

    assert found(CannedNetwork(*rows), classes=classes) == [
        "vehicle 0.9",
        "banner 0.8",
        "person 0.5",
    ]
    assert found(CannedNetwork(*rows), frozenset({"stall"}), classes=classes) == [
        "vehicle 0.9",
        "person 0.5",
    ]
    assert found(CannedNetwork(*rows), frozenset({"banner"}), classes=classes)[1] == "banner 0.8"


def test_what_is_surely_something_that_nobody_wants_is_nothing_else() -> None:
    classes = KINDS | {"kite": "wheelchair"}
    network = CannedNetwork((HERE, {"kite": 0.8}), (ALMOST_HERE, {"person": 0.4}))

    assert found(network, frozenset({"stall"}), classes=classes) == []
    assert found(network, frozenset({"stall"}), classes=classes, agnostic=False) == ["person 0.4"]


def test_boxes_are_cut_to_the_frame_and_what_lies_beyond_is_nothing() -> None:
    network = CannedNetwork(((-20, 10, 50, 400), {"person": 0.9}), ((-20, 0, -5, 9), {"car": 0.9}))

    ((thing,),) = eyes(network).find([np.zeros((320, 320, 3), np.uint8)])

    assert thing.box == BoxXYXY(x1=0, y1=10, x2=50, y2=320)
    assert thing.track is None


def test_pictures_of_several_sizes_each_get_their_own_answer() -> None:
    network = CannedNetwork((HERE, {"person": 0.9}))
    sizes = [(320, 320), (640, 640), (320, 320)]

    told = eyes(network).find([np.zeros((*size, 3), np.uint8) for size in sizes])

    assert [things[0].box.x2 for things in told] == [50, 100, 50]
    assert network.batches == [1, 1, 1]


def test_a_network_that_gains_by_it_gets_pictures_of_one_shape_together() -> None:
    network = CannedNetwork((HERE, {"person": 0.9}), most_at_once=4)
    network.fixed = None  # type: ignore[assignment]
    sizes = [(320, 320), (320, 160), (640, 640), (320, 160)]

    told = eyes(network).find([np.zeros((*size, 3), np.uint8) for size in sizes])

    assert network.batches == [2, 2]
    assert [things[0].box.x2 for things in told] == [50, 50, 100, 50]


@pytest.mark.parametrize(
    ("pictures", "at_most", "cut"),
    [
        pytest.param(0, 4, [], id="none"),
        pytest.param(3, 1, [1, 1, 1], id="one-by-one"),
        pytest.param(7, 4, [4, 2, 1], id="powers-of-two"),
        pytest.param(9, 4, [4, 4, 1], id="no-more-than-pays"),
        pytest.param(5, 6, [4, 1], id="never-six"),
    ],
)
def test_pictures_are_put_together_in_few_numbers(
    pictures: int, at_most: int, cut: list[int]
) -> None:
    places = list(range(pictures))

    made = list(batches(places, at_most=at_most))

    assert [len(batch) for batch in made] == cut
    assert [place for batch in made for place in batch] == places


def test_no_pictures_have_no_answers() -> None:
    assert eyes(CannedNetwork()).find([]) == []


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(np.zeros((4, 4), np.uint8), id="grey"),
        pytest.param(np.zeros((4, 4, 4), np.uint8), id="four-colours"),
        pytest.param(np.zeros((0, 4, 3), np.uint8), id="empty"),
        pytest.param(np.zeros((4, 4, 3), np.float32), id="no-bytes"),
    ],
)
def test_what_is_no_picture_is_refused(picture: np.ndarray) -> None:
    with pytest.raises(InvalidValueError, match="picture: expected a picture of"):
        eyes(CannedNetwork()).find([picture])


def test_classes_that_the_weights_do_not_know_are_told() -> None:
    with pytest.raises(
        InvalidValueError, match=r"classes: expected classes of .*kite\), got persn"
    ):
        eyes(CannedNetwork(), classes={"persn": "person"})


def test_an_answer_for_another_number_of_classes_is_told() -> None:
    network = CannedNetwork((HERE, {"person": 0.9}))
    network.names = {0: "person", 1: "car", 2: "truck"}

    with pytest.raises(InvalidValueError, match="expected an answer for 3 classes"):
        found(network)


def test_a_size_that_the_weights_were_not_exported_for_is_refused() -> None:
    require_size(320, CannedNetwork(), weights="w")

    with pytest.raises(RefusedError, match=r"for pictures of 320x320 only, got image_size 640"):
        require_size(640, CannedNetwork(), weights="w")


def boxes(draw: st.DrawFn) -> np.ndarray:
    corner = st.tuples(st.integers(0, 60), st.integers(0, 60))
    drawn = draw(st.lists(st.tuples(corner, corner), max_size=12))
    return np.array([(x, y, x + w + 1, y + h + 1) for (x, y), (w, h) in drawn], np.float32).reshape(
        -1, 4
    )


@given(st.composite(boxes)(), st.floats(0, 1), st.integers(1, 3))
def test_what_is_kept_is_apart_and_what_goes_was_covered(
    drawn: np.ndarray, at_most: float, groups: int
) -> None:
    group_of = np.arange(len(drawn)) % groups

    kept = once_each(drawn, group_of, at_most=at_most).tolist()

    def overlap(a: int, b: int) -> float:
        if group_of[a] != group_of[b]:
            return -1.0
        one, other = (
            BoxXYXY(**dict(zip(("x1", "y1", "x2", "y2"), map(float, drawn[i]), strict=True)))
            for i in (a, b)
        )
        return one.overlap(other)

    assert kept == sorted(kept)
    assert all(overlap(a, b) <= at_most + 1e-6 for a in kept for b in kept if a < b)
    assert all(
        any(overlap(better, gone) > at_most - 1e-6 for better in kept if better < gone)
        for gone in set(range(len(drawn))) - set(kept)
    )


def test_a_shelf_keeps_what_it_made_last_and_makes_the_rest_again() -> None:
    made: list[tuple[int, ...]] = []
    shelf = Shelf(lambda shape: made.append(shape) or shape, room=2)  # type: ignore[func-returns-value]

    taken = [shelf.take((edge,)) for edge in (1, 2, 1, 3, 1, 2)]

    assert taken == [(1,), (2,), (1,), (3,), (1,), (2,)]
    assert made == [(1,), (2,), (3,), (2,)]
