"""Pictures of a scene: the same scene and second give the same bytes."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.synthetic.backdrop import backdrop
from detectors.synthetic.scenes import FRAME, Actor, Kind, Scene, box_at, by_depth, scale_at
from detectors.synthetic.sprites import sprite
from schemas.geometry import Point

Picture = NDArray[np.uint8]

_NOISE_SHEETS: Final = 8
_STEP_PX: Final = 14


class Renderer:
    """Draws frames of one scene. Keeps the empty street and some sheets of noise."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._street = backdrop(scene)
        grain = np.random.default_rng(scene.seed)
        shape = (FRAME.height, FRAME.width, 3)
        self._noise = [
            grain.normal(0, scene.light.noise, shape).astype(np.float32)
            for _ in range(_NOISE_SHEETS)
        ]

    def frame(self, seconds: float) -> Picture:
        """(H, W, 3) BGR at a second of media time."""
        picture = self._street.copy()
        there = by_depth(self._scene, seconds)
        for actor, foot in there:
            _shade(picture, actor, foot, self._scene.light.shadow)
        for actor, foot in there:
            _put(picture, actor, foot)
        return self._lit(picture, round(seconds * 1000))

    def _lit(self, picture: Picture, millisecond: int) -> Picture:
        light = self._scene.light
        tint = np.array([1 - light.warmth, 1.0, 1 + light.warmth], np.float32) * light.gain
        noise = self._noise[(millisecond * 2654435761 >> 8) % _NOISE_SHEETS]
        lit = picture.astype(np.float32) * tint + noise
        return np.clip(lit, 0, 255).astype(np.uint8)


def render(scene: Scene, seconds: float) -> Picture:
    """One frame; for many of one scene keep a `Renderer`."""
    return Renderer(scene).frame(seconds)


def _shade(picture: Picture, actor: Actor, foot: Point, strength: float) -> None:
    box = box_at(actor.kind, foot)
    width = (box.x2 - box.x1) * (0.3 if actor.kind is Kind.UMBRELLA else 0.52)
    height = 7 * scale_at(foot.y)
    centre = (foot.x + 3, foot.y - 2)
    x1, x2 = max(0, int(centre[0] - width)), min(FRAME.width, int(centre[0] + width) + 1)
    y1, y2 = max(0, int(centre[1] - height)), min(FRAME.height, int(centre[1] + height) + 1)
    if x1 >= x2 or y1 >= y2:
        return
    ys, xs = np.mgrid[y1:y2, x1:x2]
    inside = ((xs - centre[0]) / width) ** 2 + ((ys - centre[1]) / height) ** 2 <= 1
    patch = picture[y1:y2, x1:x2]
    patch[inside] = (patch[inside] * (1 - strength)).astype(np.uint8)


def _put(picture: Picture, actor: Actor, foot: Point) -> None:
    box = box_at(actor.kind, foot)
    width, height = max(2, round(box.x2 - box.x1)), max(2, round(box.y2 - box.y1))
    drawn = sprite(actor.kind, actor.look, _stride(actor, foot), heads_left=actor.heads_left())
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    left, top = round(box.x1), round(box.y1)
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(FRAME.width, left + width), min(FRAME.height, top + height)
    if x1 >= x2 or y1 >= y2:
        return
    part = small[y1 - top : y2 - top, x1 - left : x2 - left]
    alpha = part[:, :, 3:].astype(np.float32) / 255
    under = picture[y1:y2, x1:x2].astype(np.float32)
    picture[y1:y2, x1:x2] = (under * (1 - alpha) + part[:, :, :3] * alpha).astype(np.uint8)


def _stride(actor: Actor, foot: Point) -> int:
    """Legs move with the way made, so somebody who stands still stands still."""
    stands = len({frame.foot for frame in actor.path}) == 1
    return 0 if stands or actor.kind is not Kind.PERSON else int(foot.x // _STEP_PX) % 4
