"""Draws zones: ground in a colour of its own, holes cut out, the edge along the road, a label."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.drawing.labels import Label, Places
from detectors.drawing.palette import DARK, LIGHT, TOLD, Colour, colour_of_zone
from detectors.drawing.text import letters_px, sayable, wrapped
from detectors.frames import Picture
from schemas.camera import Zone
from schemas.geometry import Point, Polygon
from schemas.ids import ZoneId

_OPACITY: Final = 0.22
_LINE_LETTERS: Final = 30
_LABEL_SHARE: Final = 0.2
"""A label that covers more of its zone stands beside it."""
_DASH_PX: Final = 9
_NONE: Final[frozenset[ZoneId]] = frozenset()

_Pixels = NDArray[np.int32]


def draw_zones(
    picture: Picture, zones: Sequence[Zone], *, flashing: Collection[ZoneId] = _NONE
) -> None:
    """Draw all zones of a camera, without their labels; those that flash in another colour."""
    thick = _thickness(picture)
    for number, zone in enumerate(zones):
        is_flashing = zone.id in flashing
        colour = TOLD if is_flashing else colour_of_zone(number)
        draw_zone(picture, zone, colour, thick=2 * thick if is_flashing else thick)


def draw_zone(picture: Picture, zone: Zone, colour: Colour, *, thick: int | None = None) -> None:
    """Draw one zone in a colour, its edge as thick as suits the picture."""
    _tint(picture, zone, colour)
    _draw_edge(picture, zone, colour, thick or _thickness(picture))


def draw_zone_labels(
    picture: Picture, zones: Sequence[Zone], places: Places, *, is_full: bool = True
) -> None:
    """Name each zone in its middle, or beside it where it is too small for its label.

    A full label has kind, id and purpose too. What can't be written here is told by its id.
    """
    size_px = letters_px(picture)
    for number, zone in enumerate(zones):
        lines = _lines(zone) if is_full else [sayable(zone.name, zone.id)]
        label = Label(lines=lines, colour=colour_of_zone(number), size_px=size_px)
        wanted = _places_for(picture, zone, label.size)
        label.draw(picture, places.find(label.size, wanted))


@lru_cache(maxsize=64)
def middle_of(zone: Zone, shape: tuple[int, int]) -> tuple[int, int, float]:
    """A pixel of the zone that is about farthest from any edge, and how far that is.

    A long zone has many: the middle one of them.
    """
    distances = cv2.distanceTransform(_mask(zone, shape), cv2.DIST_L2, 3)
    ys, xs = np.nonzero(distances >= 0.8 * distances.max())
    nearest = np.argmin(np.hypot(xs - xs.mean(), ys - ys.mean()))
    x, y = int(xs[nearest]), int(ys[nearest])
    return x, y, float(distances[y, x])


def _lines(zone: Zone) -> list[str]:
    name = sayable(zone.name, zone.id)
    kind = zone.kind.value if name == zone.id else f"{zone.kind.value} / {sayable(zone.id)}"
    purpose = sayable(zone.purpose, " ") if zone.purpose else ""
    return [*wrapped(name, _LINE_LETTERS), kind, *wrapped(purpose, _LINE_LETTERS)]


def _places_for(
    picture: Picture, zone: Zone, size: tuple[int, int]
) -> Sequence[tuple[float, float]]:
    """In the zone if there is room, else above, below, right and left of it."""
    width, height = size
    corners = zone.outline.corners
    left, right = min(c.x for c in corners), max(c.x for c in corners)
    top, bottom = min(c.y for c in corners), max(c.y for c in corners)
    x, y, room = middle_of(zone, picture.shape[:2])
    inside = (x - width / 2, y - height / 2)
    beside = [
        (x - width / 2, top - height - 3),
        (x - width / 2, bottom + 3),
        (right + 3, y - height / 2),
        (left - width - 3, y - height / 2),
    ]
    tall, wide = picture.shape[:2]
    beside = [(x, y) for x, y in beside if 0 <= y <= tall - height and -width < x < wide] or beside
    ground = cv2.contourArea(_pixels(zone.outline))
    has_room = room * 2 >= height and width * height <= _LABEL_SHARE * ground
    return [inside, *beside] if has_room else [*beside, inside]


def _tint(picture: Picture, zone: Zone, colour: Colour) -> None:
    """Only where the zone is: a whole picture more a zone would cost a frame's time."""
    x, y, width, height = cv2.boundingRect(_pixels(zone.outline))
    x, y = max(0, x), max(0, y)
    region = picture[y : y + height, x : x + width]
    if not region.size:
        return
    mask = _mask(zone, picture.shape[:2])[y : y + height, x : x + width]
    tinted = region.copy()
    tinted[mask > 0] = colour
    cv2.addWeighted(tinted, _OPACITY, region, 1 - _OPACITY, 0, dst=region)


def _draw_edge(picture: Picture, zone: Zone, colour: Colour, thick: int) -> None:
    """A dark edge under the bright one, so that it is seen on snow and asphalt alike."""
    outline = [_pixels(zone.outline)]
    cv2.polylines(picture, outline, True, DARK, thick + 2, cv2.LINE_AA)  # noqa: FBT003
    cv2.polylines(picture, outline, True, colour, thick, cv2.LINE_AA)  # noqa: FBT003
    for hole in zone.holes:
        corners = hole.corners
        for begins, ends in zip(corners, (*corners[1:], corners[0]), strict=True):
            _dash(picture, (begins, ends), colour, thick)
    if zone.road_side is not None:
        _dash(picture, zone.road_side, LIGHT, thick + 1)


def _dash(picture: Picture, edge: tuple[Point, Point], colour: Colour, thick: int) -> None:
    begins, ends = (np.array([point.x, point.y]) for point in edge)
    count = max(1, int(np.hypot(*(ends - begins)) / _DASH_PX))
    cuts = begins + np.linspace(0, 1, count + 1)[:, np.newaxis] * (ends - begins)
    for one, other in zip(cuts[::2], cuts[1::2], strict=False):
        a, b = (tuple(int(value) for value in np.rint(end)) for end in (one, other))
        cv2.line(picture, a, b, DARK, thick + 2, cv2.LINE_AA)
        cv2.line(picture, a, b, colour, thick, cv2.LINE_AA)


@lru_cache(maxsize=64)
def _mask(zone: Zone, shape: tuple[int, int]) -> NDArray[np.uint8]:
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [_pixels(zone.outline)], 255)
    for hole in zone.holes:
        cv2.fillPoly(mask, [_pixels(hole)], 0)
    return mask


def _pixels(polygon: Polygon) -> _Pixels:
    return np.array([[round(c.x), round(c.y)] for c in polygon.corners], np.int32)


def _thickness(picture: Picture) -> int:
    lines: int = picture.shape[0]
    return max(2, round(lines / 300))
