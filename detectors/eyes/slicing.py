"""Looks at a picture piece by piece, for things that are too small when it is shrunk whole.

    ┌────────┬──┬────────┐
    │ slice  │▒▒│        │   ▒ overlap: what one slice cuts, its neighbour sees whole
    │        │▒▒│        │
    └────────┴──┴────────┘

The picture is looked at whole too, for what is larger than a slice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.eyes.class_maps import ClassMap
from detectors.eyes.model import Eyes
from detectors.eyes.suppressing import once_each
from detectors.frames import Picture
from schemas.errors import InvalidValueError
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import Sha256
from schemas.observation import Thing

if TYPE_CHECKING:
    from supervision import Detections

_CUT: Final = "cut"
_KIND: Final = "kind"
_EDGE_PX: Final = 1.5
"""A box that ends so near to a slice's edge was perhaps cut by it."""
_SAME_COVER: Final = 0.5
_SLICES_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Slicing:
    """Square slices of `size` pixels of the frame, each sharing `overlap` pixels with the next.

    The overlap is to be as large as the largest thing that is looked for in slices.
    """

    size: int
    overlap: int

    def __post_init__(self) -> None:
        if self.size < 32:
            raise InvalidValueError(expected="32 px or more", got=self.size, field="size")
        if not 0 <= self.overlap < self.size:
            raise InvalidValueError(
                expected=f"0 or more and less than the size, {self.size} px",
                got=self.overlap,
                field="overlap",
            )


class SlicedEyes:
    """Eyes that look at slices and at the whole."""

    def __init__(self, eyes: Eyes, slicing: Slicing, class_map: ClassMap) -> None:
        self._eyes: Final = eyes
        self._slicing: Final = slicing
        self._agnostic: Final = class_map.agnostic
        self._iou: Final = class_map.iou
        self.name: Final = f"{eyes.name} slices {slicing.size}-{slicing.overlap}"
        self.weights_digest: Final[Sha256] = eyes.weights_digest
        self.class_map_digest: Final[Sha256] = eyes.class_map_digest
        self.image_size: Final = eyes.image_size

    def find(self, pictures: Sequence[Picture]) -> list[tuple[Thing, ...]]:
        """What is in each picture, surest first."""
        return [self._find(picture) for picture in pictures]

    def _find(self, picture: Picture) -> tuple[Thing, ...]:
        (whole,) = self._eyes.find([picture])
        frame = FrameSize(width=picture.shape[1], height=picture.shape[0])
        if max(frame.width, frame.height) <= self._slicing.size:
            return whole
        cut, uncut = _parted(self._in_slices(picture), frame)
        uncut += whole
        halves = [one for one in cut if not any(self._covers(other, one) for other in uncut)]
        return self._once_each([*uncut, *halves])

    def _in_slices(self, picture: Picture) -> "Detections":
        from supervision import InferenceSlicer, OverlapFilter  # noqa: PLC0415 - takes a second

        def look(slices: list[Picture]) -> "list[Detections]":
            found = self._eyes.find(slices)
            return [_told(things, one) for things, one in zip(found, slices, strict=True)]

        slicer = InferenceSlicer(
            callback=look,
            slice_wh=self._slicing.size,
            overlap_wh=self._slicing.overlap,
            overlap_filter=OverlapFilter.NONE,
            batch_size=_SLICES_AT_ONCE,
        )
        return slicer(picture)

    def _once_each(self, things: Sequence[Thing]) -> tuple[Thing, ...]:
        surest = sorted(things, key=lambda thing: -thing.confidence)
        boxes = np.array([_edges(thing) for thing in surest], np.float32).reshape(-1, 4)
        kinds = [thing.kind for thing in surest]
        groups = [0 if self._agnostic else kinds.index(kind) for kind in kinds]
        kept = once_each(boxes, np.array(groups, np.intp), at_most=self._iou)
        return tuple(surest[place] for place in kept)

    def _covers(self, other: Thing, cut: Thing) -> bool:
        """Whether what was cut is only a part of the other."""
        if other.kind != cut.kind and not self._agnostic:
            return False
        return _share_inside(cut.box, other.box) >= _SAME_COVER


def _told(things: Sequence[Thing], seen: Picture) -> "Detections":
    """As supervision carries them back to the whole picture, with which sides may be cut off."""
    from supervision import Detections  # noqa: PLC0415

    if not things:
        return Detections.empty()
    edges = np.array([_edges(thing) for thing in things], np.float32)
    height, width = seen.shape[:2]
    return Detections(
        xyxy=edges,
        confidence=np.array([thing.confidence for thing in things], np.float64),
        class_id=np.zeros(len(things), np.intp),
        data={
            _KIND: np.array([thing.kind for thing in things]),
            _CUT: _at_edge(edges, width, height),
        },
    )


def _parted(found: "Detections", frame: FrameSize) -> tuple[list[Thing], list[Thing]]:
    """What a slice cut, and what is whole: at the frame's own edge nothing was cut."""
    cut: list[Thing] = []
    uncut: list[Thing] = []
    if not len(found):
        return cut, uncut
    at_frame = _at_edge(found.xyxy, frame.width, frame.height)
    is_cut = np.any(np.asarray(found.data[_CUT]) & ~at_frame, axis=1)
    sure: Any = found.confidence
    for place, edges in enumerate(found.xyxy):
        x1, y1, x2, y2 = (float(edge) for edge in edges)
        thing = Thing(
            kind=str(found.data[_KIND][place]),
            box=BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2),
            confidence=float(sure[place]),
        )
        (cut if is_cut[place] else uncut).append(thing)
    return cut, uncut


def _at_edge(edges: NDArray[Any], width: int, height: int) -> NDArray[np.bool_]:
    """(boxes, 4): whether left, top, right, bottom lie at an edge of a picture of this size."""
    low = edges[:, :2] <= _EDGE_PX
    high = edges[:, 2:] >= np.array([width, height]) - _EDGE_PX
    return np.concatenate([low, high], axis=1)


def _edges(thing: Thing) -> tuple[float, float, float, float]:
    return (thing.box.x1, thing.box.y1, thing.box.x2, thing.box.y2)


def _share_inside(box: BoxXYXY, other: BoxXYXY) -> float:
    width = min(box.x2, other.x2) - max(box.x1, other.x1)
    height = min(box.y2, other.y2) - max(box.y1, other.y1)
    return max(0.0, width) * max(0.0, height) / box.area
