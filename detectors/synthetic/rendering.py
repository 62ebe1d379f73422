"""Pictures of a scene: the same scene and second give the same bytes."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.synthetic.backdrop import backdrop
from detectors.synthetic.brush import Picture
from detectors.synthetic.foreground import Foreground
from detectors.synthetic.scenes import (
    FRAME,
    Actor,
    Condition,
    Kind,
    Scene,
    by_depth,
    extent,
    scale_at,
)
from detectors.synthetic.shaking import shift_at
from detectors.synthetic.sprites import HELD_UMBRELLA, held_umbrella, sprite
from detectors.synthetic.wares import SMOKE_PHASES
from detectors.synthetic.weather import Rain, light_of, wet
from schemas.geometry import BoxXYXY, Point

_NOISE_SHEETS: Final = 8
_STEP_PX: Final = 14
_SMOKE_PHASES_PER_S: Final = 6
_FLAT: Final = frozenset({Kind.BANNER, Kind.SMOKE})
"""These throw no shadow and don't show in a puddle."""


class Renderer:
    """Draws frames of one scene. Keeps the empty street and some sheets of noise."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._rain = Rain(scene) if scene.condition is Condition.RAIN else None
        self._street = wet(backdrop(scene)) if self._rain else backdrop(scene)
        self._foreground = Foreground(scene.screens)
        self._light = light_of(scene)
        self._grain = np.random.default_rng(scene.seed)
        self._noise: list[NDArray[np.float32]] = []

    def frame(self, seconds: float) -> Picture:
        """(H, W, 3) BGR at a second of media time."""
        picture = self._street.copy()
        there = [
            (actor, foot, extent(actor, foot, seconds))
            for actor, foot in by_depth(self._scene, seconds)
        ]
        for actor, foot, box in there:
            if actor.kind not in _FLAT:
                _shade(picture, actor, (foot, box), self._scene.light.shadow)
        for actor, foot, box in there if self._rain else ():
            if actor.kind not in _FLAT:
                _mirror(picture, _drawn(actor, foot, seconds), box)
        for actor, foot, box in there:
            _put(picture, _drawn(actor, foot, seconds), box)
            if actor.holds_umbrella:
                _put(picture, held_umbrella(actor.look), _over_head(foot, box))
        self._foreground.cover(picture)
        return self._lit(self._shaken(picture, seconds), round(seconds * 1000))

    def _shaken(self, picture: Picture, seconds: float) -> Picture:
        if not self._scene.shake_px:
            return picture
        shift = shift_at(self._scene, seconds)
        matrix = np.array([[1, 0, shift.x], [0, 1, shift.y]], np.float32)
        return cv2.warpAffine(  # type: ignore[return-value]  # uint8 in, uint8 out
            picture, matrix, (FRAME.width, FRAME.height), borderMode=cv2.BORDER_REPLICATE
        )

    def _lit(self, picture: Picture, millisecond: int) -> Picture:
        seen = self._rain.fall(picture, millisecond) if self._rain else picture
        lit = seen.astype(np.float32)
        lit *= self._light
        lit += self._sheet((millisecond * 2654435761 >> 8) % _NOISE_SHEETS)
        return np.clip(lit, 0, 255, out=lit).astype(np.uint8)

    def _sheet(self, index: int) -> NDArray[np.float32]:
        """Sheets are made in their order when one is first wanted: a single picture needs few."""
        shape = (FRAME.height, FRAME.width, 3)
        while len(self._noise) <= index:
            sheet = self._grain.normal(0, self._scene.light.noise, shape)
            self._noise.append(sheet.astype(np.float32))
        return self._noise[index]


def render(scene: Scene, seconds: float) -> Picture:
    """One frame; for many of one scene keep a `Renderer`."""
    return Renderer(scene).frame(seconds)


def _drawn(actor: Actor, foot: Point, seconds: float) -> Picture:
    return sprite(
        actor.kind, actor.look, _phase(actor, foot, seconds), heads_left=actor.heads_left()
    )


def _shade(picture: Picture, actor: Actor, at: tuple[Point, BoxXYXY], strength: float) -> None:
    foot, box = at
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


def _mirror(picture: Picture, drawn: Picture, box: BoxXYXY) -> None:
    """The lower half of it, faint, in the wet ground before it."""
    faint = drawn[drawn.shape[0] // 2 :][::-1].copy()
    faint[:, :, 3] //= 4
    depth = (box.y2 - box.y1) / 3
    _put(picture, faint, BoxXYXY(x1=box.x1, y1=box.y2, x2=box.x2, y2=box.y2 + depth))


def _over_head(foot: Point, box: BoxXYXY) -> BoxXYXY:
    width, height = (edge * scale_at(foot.y) for edge in HELD_UMBRELLA)
    brim = box.y1 + 0.14 * (box.y2 - box.y1)
    return BoxXYXY(x1=foot.x - width / 2, y1=brim - height, x2=foot.x + width / 2, y2=brim)


def _put(picture: Picture, drawn: Picture, box: BoxXYXY) -> None:
    width, height = max(2, round(box.x2 - box.x1)), max(2, round(box.y2 - box.y1))
    left, top = round(box.x1), round(box.y1)
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(FRAME.width, left + width), min(FRAME.height, top + height)
    if x1 >= x2 or y1 >= y2:
        return
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    part = small[y1 - top : y2 - top, x1 - left : x2 - left]
    alpha = part[:, :, 3:].astype(np.float32) / 255
    under = picture[y1:y2, x1:x2].astype(np.float32)
    picture[y1:y2, x1:x2] = (under * (1 - alpha) + part[:, :, :3] * alpha).astype(np.uint8)


def _phase(actor: Actor, foot: Point, seconds: float) -> int:
    """Legs move with the way made, so somebody who stands still stands still; smoke never does."""
    if actor.kind is Kind.SMOKE:
        return int(seconds * _SMOKE_PHASES_PER_S) % SMOKE_PHASES
    stands = len({frame.foot for frame in actor.path}) == 1
    return 0 if stands or actor.kind is not Kind.PERSON else int(foot.x // _STEP_PX) % 4
