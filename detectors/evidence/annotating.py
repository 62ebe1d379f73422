"""Draws on a copy of a picture why it is shown: the zone, the things, a caption."""

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.frames import Picture
from schemas.camera import Zone
from schemas.geometry import BoxXYXY, Polygon
from schemas.observation import Thing

Colour = tuple[int, int, int]

_ZONE: Final[Colour] = (40, 80, 235)
_STRIP: Final[Colour] = (38, 32, 28)
_LIGHT: Final[Colour] = (245, 245, 245)
_DARK: Final[Colour] = (20, 20, 20)
_COLOURS: Final[Mapping[str, Colour]] = {
    "person": (60, 200, 255),
    "vehicle": (255, 190, 80),
    "stall": (110, 230, 140),
    "umbrella": (220, 150, 240),
    "goods": (130, 235, 235),
}
_OTHER: Final[Colour] = (215, 215, 215)
"""Blue-green-red, all light: their labels are written dark on them."""

_ZONE_OPACITY: Final = 0.18
_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_SMALL_PX: Final = 48
"""A box of which one side is shorter gets a line of one pixel."""


def annotate(picture: Picture, *, things: Sequence[Thing], zone: Zone, caption: str) -> Picture:
    """A copy with everything drawn on it; higher than the picture by the caption's strip.

    The caption stands above the picture, so that it hides nothing; only ASCII of it is shown.
    """
    drawn = picture.copy()
    scale = _text_scale(picture)
    _draw_zone(drawn, zone)
    for thing in things:
        _draw_box(drawn, thing)
    _draw_labels(drawn, things, scale)  # last: no box crosses a label
    return _under_caption(drawn, caption, scale)


def _text_scale(picture: Picture) -> float:
    """Letters of about 9 px at 360 lines, growing with the picture."""
    lines: int = picture.shape[0]
    return max(0.4, 0.4 * lines / 360)


def _draw_zone(picture: Picture, zone: Zone) -> None:
    outlines = [_corners(polygon) for polygon in (zone.outline, *zone.holes)]
    filled = picture.copy()
    cv2.fillPoly(filled, outlines, _ZONE)  # by the even-odd rule: holes stay clear
    cv2.addWeighted(filled, _ZONE_OPACITY, picture, 1 - _ZONE_OPACITY, 0, dst=picture)
    cv2.polylines(picture, outlines, isClosed=True, color=_ZONE, thickness=2, lineType=cv2.LINE_AA)


def _corners(polygon: Polygon) -> NDArray[np.int32]:
    return np.array([[round(c.x), round(c.y)] for c in polygon.corners], dtype=np.int32)


def _draw_box(picture: Picture, thing: Thing) -> None:
    box = thing.box
    is_small = min(box.x2 - box.x1, box.y2 - box.y1) < _SMALL_PX
    left_top, right_bottom = (round(box.x1), round(box.y1)), (round(box.x2), round(box.y2))
    cv2.rectangle(picture, left_top, right_bottom, _colour(thing), 1 if is_small else 2)


def _draw_labels(picture: Picture, things: Sequence[Thing], scale: float) -> None:
    """Each where it covers no other, if there is such a place beside its box."""
    taken: list[BoxXYXY] = []
    for thing in things:
        text = _ascii(f"{thing.kind} {thing.confidence:.2f}")
        (width, height), base = cv2.getTextSize(text, _FONT, scale, 1)
        places = _label_places(thing.box, picture, size=(width + 4, height + base + 2))
        free = (one for one in places if not any(one.overlap(other) for other in taken))
        place = next(free, places[0])
        taken.append(place)
        left, top = int(place.x1), int(place.y1)
        right_bottom = (int(place.x2), int(place.y2))
        cv2.rectangle(picture, (left, top), right_bottom, _colour(thing), cv2.FILLED)
        foot = (left + 2, top + height + 2)
        cv2.putText(picture, text, foot, _FONT, scale, _DARK, 1, cv2.LINE_AA)


def _label_places(box: BoxXYXY, picture: Picture, *, size: tuple[int, int]) -> list[BoxXYXY]:
    """Above, below, higher above, lower below, in the picture; the best place first."""
    width, tall = size
    left = max(0, min(round(box.x1), picture.shape[1] - width))
    tops = (round(box.y1) - tall, round(box.y2), round(box.y1) - 2 * tall, round(box.y2) + tall)
    inside = [top for top in tops if 0 <= top <= picture.shape[0] - tall]
    return [
        BoxXYXY(x1=left, y1=top, x2=left + width, y2=top + tall)
        for top in inside or [max(0, round(box.y1))]
    ]


def _under_caption(picture: Picture, caption: str, scale: float) -> Picture:
    room = picture.shape[1] - 12
    text = _ascii(caption)
    while text and cv2.getTextSize(text, _FONT, scale, 1)[0][0] > room:
        text = text.removesuffix("...")[:-1] + "..." if len(text) > 4 else ""
    (_, height), base = cv2.getTextSize("Ag", _FONT, scale, 1)
    strip = np.full((height + base + 10, picture.shape[1], 3), _STRIP, dtype=np.uint8)
    cv2.putText(strip, text, (6, height + 6), _FONT, scale, _LIGHT, 1, cv2.LINE_AA)
    return np.vstack((strip, picture))


def _ascii(text: str) -> str:
    """OpenCV's letters are ASCII; anything else would become question marks."""
    shown = "".join(letter if letter.isascii() and letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())


def _colour(thing: Thing) -> Colour:
    return _COLOURS.get(thing.kind, _OTHER)
