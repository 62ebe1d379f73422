"""From a network's raw answer to the boxes that count: sure enough, wanted, each thing once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.eyes.class_maps import ALWAYS_WANTED, ClassMap
from schemas.errors import InvalidValueError

Raw = NDArray[np.float32]
"""(4 + classes, places): centre, size, and how sure of each class. Or, from a network that
suppresses by itself, (boxes, 6): left, top, right, bottom, how sure, class."""
_MOST_CANDIDATES: Final = 3_000
_MOST_FOUND: Final = 300
_NOBODY: Final = -1
_NEVER: Final = 2.0
"""No confidence reaches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Boxes in the network's pixels, surest first; `kinds` are places in `Sieve.kinds`."""

    boxes: NDArray[np.float32]
    confidences: NDArray[np.float32]
    kinds: NDArray[np.intp]


class Sieve:
    """What of a network's answers counts, under a class map and what the rules want.

    A kind that nobody wants still suppresses: what is surely a wheelchair is no tricycle.
    """

    def __init__(
        self, names: Mapping[int, str], class_map: ClassMap, wanted: frozenset[str] | None
    ) -> None:
        _require_classes(names, class_map)
        self.kinds: Final = tuple(sorted(class_map.kinds))
        asked = class_map.kinds if wanted is None else wanted | ALWAYS_WANTED
        self._is_wanted: Final = np.array([kind in asked for kind in self.kinds], bool)
        self._classes: Final = len(names)
        self._kind_of = np.full(len(names), _NOBODY, np.intp)
        self._least = np.full(len(names), _NEVER, np.float32)
        for number, name in names.items():
            kind = class_map.classes.get(name)
            if kind is not None:
                self._kind_of[number] = self.kinds.index(kind)
                self._least[number] = class_map.least_confidence(kind)
        self._floor = float(self._least.min(initial=_NEVER))
        self._agnostic: Final = class_map.agnostic
        self._iou: Final = class_map.iou

    def sift(self, raw: Raw) -> Found:
        """The boxes that count. Equal confidences keep the network's order: no answer is chance."""
        boxes, confidences, classes = self._candidates(raw)
        counts = confidences >= self._least[classes]
        boxes, confidences, classes = boxes[counts], confidences[counts], classes[counts]
        order = np.argsort(-confidences, kind="stable")[:_MOST_CANDIDATES]
        boxes, confidences, kinds = boxes[order], confidences[order], self._kind_of[classes[order]]
        groups = np.zeros_like(kinds) if self._agnostic else kinds
        kept = once_each(boxes, groups, at_most=self._iou)
        kept = kept[self._is_wanted[kinds[kept]]][:_MOST_FOUND]
        return Found(boxes=boxes[kept], confidences=confidences[kept], kinds=kinds[kept])

    def _candidates(
        self, raw: Raw
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]:
        if raw.shape[-1] == 6:
            listed = raw[raw[:, 4] >= self._floor]
            return listed[:, :4], listed[:, 4], listed[:, 5].astype(np.intp)
        if raw.shape[0] != 4 + self._classes:
            raise InvalidValueError(
                expected=f"an answer for {self._classes} classes",
                got=str(raw.shape),
                field="weights",
            )
        likely = raw[:, raw[4:].max(axis=0, initial=0.0) >= self._floor]
        classes = likely[4:].argmax(axis=0)
        confidences = likely[4:].max(axis=0, initial=0.0)
        centre, half = likely[:2], likely[2:4] / 2
        return np.concatenate([centre - half, centre + half]).T, confidences, classes


def once_each(
    boxes: NDArray[np.float32], groups: NDArray[np.intp], *, at_most: float
) -> NDArray[np.intp]:
    """The places of those boxes, best first, that no better one of their group covers."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    waiting = np.arange(len(boxes))
    kept: list[int] = []
    while waiting.size:
        best, rest = waiting[0], waiting[1:]
        kept.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.clip(high - low, 0.0, None).prod(axis=1)
        union = np.maximum(areas[best] + areas[rest] - shared, np.finfo(np.float32).tiny)
        waiting = rest[(shared / union <= at_most) | (groups[rest] != groups[best])]
    return np.array(kept, np.intp)


def _require_classes(names: Mapping[int, str], class_map: ClassMap) -> None:
    """A class that the weights don't know is a misspelling, or the map is of other weights."""
    unknown = sorted(class_map.classes.keys() - set(names.values()))
    if unknown:
        raise InvalidValueError(
            expected=f"classes of the weights ({', '.join(names.values())})",
            got=", ".join(unknown),
            field="classes",
        )
