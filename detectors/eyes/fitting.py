"""Fits pictures to what a network takes, and its boxes back to the picture.

     frame 1280x720                 320x192, as the network sees it
    ┌──────────────┐               ┌────────────┐ grey
    │              │  ─ shrunk ─►  │▒▒▒▒▒▒▒▒▒▒▒▒│ ▲
    │   picture    │               │  picture   │ │ a multiple of 32
    └──────────────┘               │▒▒▒▒▒▒▒▒▒▒▒▒│ ▼
                                   └────────────┘

Pixel by pixel what Ultralytics does, so that weights see what they were trained on.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.eyes.class_maps import STRIDE
from detectors.frames import Picture
from schemas.geometry import BoxXYXY, FrameSize

Boxes = NDArray[np.float32]
"""(boxes, 4): left, top, right, bottom."""
_GREY: Final = (114, 114, 114)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a frame is shrunk into the network's rectangle, and where in it it lies."""

    frame: FrameSize
    seen: FrameSize
    shrunk: FrameSize
    left: int
    top: int

    def apply(self, picture: Picture) -> Picture:
        """The picture as the network takes it."""
        shrunk = (self.shrunk.width, self.shrunk.height)
        if shrunk != (self.frame.width, self.frame.height):
            picture = cv2.resize(picture, shrunk, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment] # of uint8 it makes uint8
        right = self.seen.width - self.shrunk.width - self.left
        bottom = self.seen.height - self.shrunk.height - self.top
        if not (self.left or self.top or right or bottom):
            return np.ascontiguousarray(picture)
        edges = (self.top, bottom, self.left, right)
        return cv2.copyMakeBorder(picture, *edges, cv2.BORDER_CONSTANT, value=_GREY)  # type: ignore[return-value] # as above

    def back(self, boxes: Boxes) -> Boxes:
        """Boxes of the network's rectangle, in pixels of the frame and cut to it."""
        gain_x = self.shrunk.width / self.frame.width
        gain_y = self.shrunk.height / self.frame.height
        moved = boxes - np.array([self.left, self.top] * 2, np.float32)
        grown = moved / np.array([gain_x, gain_y] * 2, np.float32)
        edges = np.array([self.frame.width, self.frame.height] * 2, np.float32)
        return np.clip(grown, 0.0, edges).astype(np.float32)


def fit(picture: Picture, *, size: int, fixed: FrameSize | None) -> Fit:
    """The least rectangle with an edge of `size`, or the one that the network is fixed to."""
    frame = FrameSize(width=picture.shape[1], height=picture.shape[0])
    most = fixed or FrameSize(width=size, height=size)
    gain = min(most.width / frame.width, most.height / frame.height)
    shrunk = FrameSize(
        width=max(round(frame.width * gain), 1), height=max(round(frame.height * gain), 1)
    )
    spare_x, spare_y = most.width - shrunk.width, most.height - shrunk.height
    if fixed is None:
        spare_x, spare_y = spare_x % STRIDE, spare_y % STRIDE
    return Fit(
        frame=frame,
        seen=FrameSize(width=shrunk.width + spare_x, height=shrunk.height + spare_y),
        shrunk=shrunk,
        left=round(spare_x / 2 - 0.1),
        top=round(spare_y / 2 - 0.1),
    )


def box_within(edges: NDArray[np.float32]) -> BoxXYXY | None:
    """A box that was cut to its frame, unless nothing of it is left."""
    x1, y1, x2, y2 = (float(edge) for edge in edges)
    return BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2) if x1 < x2 and y1 < y2 else None
