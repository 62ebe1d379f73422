"""Draws brightness pictures of a street: still, noisy, in rain, shaken. Same seed, same bytes."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.frames import Frame, Luma, Picture
from schemas.camera import Camera, Zone, ZoneKind
from schemas.geometry import FrameSize, Point, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.place import Place

Ground = NDArray[np.float32]
WIDTH, HEIGHT = 320, 240


class Grey:
    """An image that was filmed without colours."""

    def __init__(self, luma: Luma) -> None:
        self.luma = luma

    @property
    def picture(self) -> Picture:
        return cv2.cvtColor(self.luma, cv2.COLOR_GRAY2BGR)


def a_frame(luma: Luma | Ground, seconds: float, index: int | None = None) -> Frame:
    number = round(seconds * 1000) if index is None else index
    return Frame(index=number, at=timedelta(seconds=seconds), image=Grey(whole(luma)))


def frames(pictures: Sequence[Luma] | Iterator[Luma], fps: float = 5.0) -> Iterator[Frame]:
    for index, luma in enumerate(pictures):
        yield a_frame(luma, index / fps, index)


def whole(picture: Luma | Ground) -> Luma:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def ground(level: float = 120, *, width: int = WIDTH, height: int = HEIGHT) -> Ground:
    """Plain: nothing in it but brightness."""
    return np.full((height, width), level, np.float32)


def street(seed: int = 0, *, width: int = WIDTH, height: int = HEIGHT) -> Ground:
    """Soft light and shade with hard-edged houses, windows and posts on it."""
    dice = np.random.default_rng(seed)
    coarse = dice.normal(120, 30, (max(2, height // 40), max(2, width // 40)))
    picture = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(60):
        x, y = int(dice.integers(0, width - 10)), int(dice.integers(0, height - 10))
        corner = (x + int(dice.integers(6, 40)), y + int(dice.integers(6, 40)))
        cv2.rectangle(picture, (x, y), corner, float(dice.integers(30, 220)), -1)
    return np.clip(picture, 10, 245).astype(np.float32)


def grain(shape: tuple[int, ...], sigma: float, *, seed: int) -> Ground:
    """Noise cut out of one large sheet, for drawing it anew for each picture takes long."""
    dice = np.random.default_rng(seed)
    sheet = _sheet()
    if shape[0] > sheet.shape[0] // 2 or shape[1] > sheet.shape[1] // 2:
        return dice.normal(0, sigma, shape).astype(np.float32)
    y = int(dice.integers(0, sheet.shape[0] - shape[0]))
    x = int(dice.integers(0, sheet.shape[1] - shape[1]))
    return sheet[y : y + shape[0], x : x + shape[1]] * np.float32(sigma)


@cache
def _sheet() -> Ground:
    return np.random.default_rng(0).normal(0, 1, (600, 800)).astype(np.float32)


def noisy(picture: Ground, sigma: float, *, seed: int = 1) -> Luma:
    return whole(picture + grain(picture.shape, sigma, seed=seed))


def still(picture: Ground, count: int, *, sigma: float = 2.0, seed: int = 1) -> list[Luma]:
    return [noisy(picture, sigma, seed=1000 * seed + i) for i in range(count)]


def rain(
    picture: Ground, count: int, *, streaks: int, sigma: float = 2.0, seed: int = 2
) -> list[Luma]:
    """Each picture has its own streaks: 12-30 px long, 1-2 px wide, 20-60 grey levels bright."""
    dice = np.random.default_rng(seed)
    height, width = picture.shape
    fallen = []
    for _ in range(count):
        drops = np.zeros_like(picture)
        for _ in range(streaks):
            x, y = int(dice.integers(0, width)), int(dice.integers(0, height))
            length = int(dice.integers(12, 30))
            bright, wide = float(dice.integers(20, 60)), int(dice.integers(1, 3))
            cv2.line(drops, (x, y), (x + length // 6, y + length), bright, wide)
        noise = grain(picture.shape, sigma, seed=int(dice.integers(1 << 30)))
        fallen.append(whole(picture + drops + noise))
    return fallen


def shifted(picture: Ground, x: float, y: float) -> Ground:
    """The picture of a camera that was moved: what comes in at the edge repeats the edge."""
    height, width = picture.shape
    move = np.array([[1, 0, x], [0, 1, y]], np.float32)
    moved = cv2.warpAffine(picture, move, (width, height), borderMode=cv2.BORDER_REFLECT)
    return moved.astype(np.float32)


def shaken(picture: Ground, count: int, *, px: float, seed: int = 3) -> list[Luma]:
    dice = np.random.default_rng(seed)
    return [
        noisy(shifted(picture, *dice.normal(0, px, 2)), 2, seed=1000 * seed + i)
        for i in range(count)
    ]


def with_thing(
    picture: Luma | Ground, x: int, y: int, *, width: int = 8, height: int = 20, by: float = -15
) -> Luma:
    """By default a person far away, a little darker than the ground."""
    seen = picture.astype(np.float32)
    seen[y : y + height, x : x + width] += by
    return whole(seen)


def a_zone(
    *corners: tuple[float, float],
    kind: ZoneKind = ZoneKind.NO_VENDING,
    holes: Sequence[Sequence[tuple[float, float]]] = (),
    name: str = "z",
) -> Zone:
    return Zone(
        id=ZoneId(name),
        kind=kind,
        name=name,
        outline=outline(corners),
        place=Place(id="p"),
        holes=tuple(outline(hole) for hole in holes),
    )


def outline(corners: Sequence[tuple[float, float]]) -> Polygon:
    return Polygon(tuple(Point(x, y) for x, y in corners))


def rectangle(x1: float, y1: float, x2: float, y2: float) -> tuple[tuple[float, float], ...]:
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


EVERYWHERE = rectangle(0, 0, WIDTH, HEIGHT)


def a_camera(*zones: Zone, width: int = WIDTH, height: int = HEIGHT) -> Camera:
    """With one zone over all of it, unless zones are named."""
    return Camera(
        id=CameraId("cam"),
        name="cam",
        frame=FrameSize(width=width, height=height),
        zones=zones or (a_zone(*rectangle(0, 0, width, height)),),
    )
