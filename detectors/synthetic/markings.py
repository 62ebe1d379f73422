"""Paints what a piece of ground shows: lines, hatching, tactile paving, a gate, tape, a fence."""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.synthetic.brush import Colour, Picture
from detectors.synthetic.scenes import Ground
from schemas.camera import ZoneKind

Corners = NDArray[np.int32]

_YELLOW: Final = (40, 200, 235)
_FONT: Final = cv2.FONT_HERSHEY_DUPLEX


def paint(picture: Picture, ground: Ground) -> None:
    """In place. A ground of which nothing shows is left alone."""
    corners = np.array([(c.x, c.y) for c in ground.outline.corners], np.int32)
    if ground.kind in _PAINT:
        _PAINT[ground.kind](picture, corners)
    elif ground.name == "fence":
        _fence(picture, corners)


def _fire_lane(picture: Picture, corners: Corners) -> None:
    _hatched(picture, corners)
    x, y = corners.min(axis=0)
    for text, line in (("FIRE LANE", 30), ("KEEP CLEAR", 58)):
        at = (int(x) + 40, int(y) + line)
        cv2.putText(picture, text, at, _FONT, 0.85, _YELLOW, 2, cv2.LINE_AA)


def _no_vending(picture: Picture, corners: Corners) -> None:
    _outlined(picture, corners, (70, 90, 200), 1)


def _no_stopping(picture: Picture, corners: Corners) -> None:
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    for y in (int(y1) + 2, int(y1) + 7):
        cv2.line(picture, (int(x1), y), (int(x2), y), _YELLOW, 2, cv2.LINE_AA)
    for x in (int(x1), int(x2)):
        cv2.line(picture, (x, int(y1)), (x, int(y2)), _YELLOW, 1, cv2.LINE_AA)
    at = (int(x1) + 60, int(y2) - 14)
    cv2.putText(picture, "NO STOPPING", at, _FONT, 0.8, (200, 200, 205), 1, cv2.LINE_AA)


def _blind_track(picture: Picture, corners: Corners) -> None:
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    cv2.rectangle(picture, (int(x1), int(y1)), (int(x2), int(y2)), (70, 175, 205), -1)
    for y in range(int(y1) + 4, int(y2) - 1, 6):
        cv2.line(picture, (int(x1), y), (int(x2), y), (50, 150, 182), 1)
    for x in range(int(x1), int(x2), 22):
        cv2.line(picture, (x, int(y1)), (x, int(y2)), (50, 150, 182), 1)


def _exit(picture: Picture, corners: Corners) -> None:
    (x1, y1), (x2, _) = corners.min(axis=0), corners.max(axis=0)
    gate = (int(x1) + 12, int(x2) - 12)
    cv2.rectangle(picture, (gate[0], 84), (gate[1], int(y1) - 5), (105, 125, 120), -1)
    for y in range(90, int(y1) - 6, 6):
        cv2.line(picture, (gate[0], y), (gate[1], y), (80, 95, 92), 1)
    cv2.rectangle(picture, (gate[0] + 26, 66), (gate[1] - 26, 82), (60, 140, 50), -1)
    at = (gate[0] + 29, 79)
    cv2.putText(picture, "EXIT", at, _FONT, 0.4, (245, 245, 245), 1, cv2.LINE_AA)
    _outlined(picture, corners, _YELLOW, 2)


def _closed(picture: Picture, corners: Corners) -> None:
    """Poles and tape along its nearer edge and its sides."""
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    cv2.rectangle(picture, (int(x1), int(y1)), (int(x2), int(y2)), (120, 140, 150), -1)
    for index, x in enumerate(range(int(x1), int(x2), 8)):
        fill = (50, 50, 215) if index % 2 else (240, 240, 240)
        cv2.line(picture, (x, int(y2) - 6), (min(x + 8, int(x2)), int(y2) - 6), fill, 3)
    for x in range(int(x1), int(x2) + 1, 44):
        cv2.line(picture, (x, int(y2) - 13), (x, int(y2) + 1), (30, 110, 240), 3)


def _fence(picture: Picture, corners: Corners) -> None:
    (x1, y1), (x2, y2) = corners.min(axis=0), corners.max(axis=0)
    for x in range(int(x1), int(x2) + 1, 9):
        cv2.line(picture, (x, int(y1)), (x, int(y2)), (150, 120, 70), 2)
    for y in (int(y1), int(y2) - 4):
        cv2.line(picture, (int(x1), y), (int(x2), y), (150, 120, 70), 2)


def _outlined(picture: Picture, corners: Corners, colour: Colour, px: int) -> None:
    cv2.polylines(picture, [corners], True, colour, px, cv2.LINE_AA)  # noqa: FBT003


def _hatched(picture: Picture, corners: Corners) -> None:
    layer = picture.copy()
    x1, y1 = corners.min(axis=0)
    x2, y2 = corners.max(axis=0)
    for x in range(int(x1) - 80, int(x2), 26):
        cv2.line(layer, (x, int(y2)), (x + 70, int(y1)), _YELLOW, 3, cv2.LINE_AA)
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [corners], 255)
    mixed = cv2.addWeighted(layer, 0.6, picture, 0.4, 0)
    picture[mask > 0] = mixed[mask > 0]
    _outlined(picture, corners, _YELLOW, 3)


_PAINT: Final[Mapping[ZoneKind, Callable[[Picture, Corners], None]]] = {
    ZoneKind.FIRE_LANE: _fire_lane,
    ZoneKind.NO_VENDING: _no_vending,
    ZoneKind.NO_STOPPING: _no_stopping,
    ZoneKind.BLIND_TRACK: _blind_track,
    ZoneKind.EXIT: _exit,
    ZoneKind.CLOSED: _closed,
}
