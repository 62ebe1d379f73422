"""Draws a shot: zones, things and faults on the picture, stays and time in strips around it.

┌────────────────────────────┐
│ gate-3   00:01:23.4   note │  head
├────────────────────────────┤
│ DARK since 12 s            │  faults, over the picture
│        [picture]           │
│ TOLD V01 … began           │  what is told now, over the picture
├────────────────────────────┤
│ ███████░░░ bay  V01  seen …│  open stays, the nearest to its threshold first
└────────────────────────────┘
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import cv2
import numpy as np

from detectors.drawing.labels import Places, fill
from detectors.drawing.palette import ALARM, DARK, DONE, FAINT, LIGHT, TOLD, Colour
from detectors.drawing.shot import Flash, OpenStay, Shot
from detectors.drawing.text import letters_px, sayable, size_of, write
from detectors.drawing.things import corners_of, draw_box_labels, draw_boxes
from detectors.drawing.zones import draw_zone_labels, draw_zones
from detectors.frames import Picture
from schemas.camera import Zone
from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize

FLASHES_FOR: Final = timedelta(seconds=3)
_BLINK: Final = timedelta(milliseconds=400)
_STAYS_SHOWN: Final = 3
_BAND_OPACITY: Final = 0.8


@dataclass(slots=True, kw_only=True)
class Stage:
    """Draws the shots of one camera, all onto canvases of one size."""

    zones: Sequence[Zone]
    title: str
    size: FrameSize
    _flashes: list[tuple[timedelta, Flash]] = field(default_factory=list)

    @property
    def canvas_size(self) -> FrameSize:
        """Of even sides, as video needs them."""
        tall = self._row * (1 + _STAYS_SHOWN) + self.size.height
        return FrameSize(width=self.size.width + self.size.width % 2, height=tall + tall % 2)

    def draw(self, shot: Shot) -> Picture:
        """A new canvas; the shot's picture stays as it is.

        Raises:
            InvalidValueError: the picture is of another size.
        """
        height, width = shot.picture.shape[:2]
        if (width, height) != (self.size.width, self.size.height):
            raise InvalidValueError(
                expected=f"a picture of {self.size.width}x{self.size.height}",
                got=f"{width}x{height}",
                field="film",
            )
        canvas = np.empty((self.canvas_size.height, self.canvas_size.width, 3), np.uint8)
        canvas[:] = DARK
        top = self._row
        canvas[top : top + height, :width] = shot.picture
        self._draw_picture(canvas[top : top + height, :width], shot)
        self._draw_head(canvas, shot)
        self._draw_stays(canvas, top + height, shot.stays)
        return canvas

    def _draw_picture(self, picture: Picture, shot: Shot) -> None:
        flashing = self._flashing(shot)
        is_on = (shot.at // _BLINK) % 2 == 0
        lit = {flash.zone for flash in flashing if flash.zone is not None} if is_on else set()
        draw_zones(picture, self.zones, flashing=lit)
        draw_boxes(picture, shot.things)
        for stay in shot.stays:
            self._draw_bar_on(picture, stay)
        places = Places(picture)
        draw_zone_labels(picture, self.zones, places, is_full=False)
        draw_box_labels(picture, shot.things, places)
        self._draw_bands(picture, shot.faults, ALARM, at_top=True)
        told = [f"TOLD  {flash.text}" for flash in flashing]
        self._draw_bands(picture, told, TOLD, at_top=False)

    def _flashing(self, shot: Shot) -> Sequence[Flash]:
        """What was told within the last seconds of media time."""
        self._flashes += [(shot.at, flash) for flash in shot.told]
        self._flashes = [(at, flash) for at, flash in self._flashes if shot.at - at < FLASHES_FOR]
        return [flash for _, flash in self._flashes]

    def _draw_bar_on(self, picture: Picture, stay: OpenStay) -> None:
        """How far the stay has come, along the foot of its box."""
        if stay.box is None:
            return
        (left, _), (right, bottom) = corners_of(stay.box)
        reached = left + round((right - left) * stay.share)
        thick = max(3, self._letters // 4)
        fill(picture, (left, bottom - thick, right, bottom), DARK, opacity=0.7)
        fill(picture, (left, bottom - thick, reached, bottom), _colour_of(stay))

    def _draw_bands(
        self, picture: Picture, texts: Sequence[str], colour: Colour, *, at_top: bool
    ) -> None:
        row, height = self._row, picture.shape[0]
        first = 0 if at_top else height - row * len(texts)
        ink = LIGHT if colour is ALARM else DARK
        for number, text in enumerate(texts):
            y = first + number * row
            box = (0, y, picture.shape[1], y + row)
            fill(picture, box, colour, opacity=_BAND_OPACITY)
            write(picture, sayable(text), (8, y + self._gap), size_px=self._letters, ink=ink)

    def _draw_head(self, canvas: Picture, shot: Shot) -> None:
        left = f"{sayable(self.title)}   {clock_text(shot.at)}   {sayable(shot.note)}"
        write(canvas, left, (8, self._gap), size_px=self._letters)

    def _draw_stays(self, canvas: Picture, top: int, stays: Sequence[OpenStay]) -> None:
        nearest = sorted(stays, key=lambda stay: -stay.share)
        bar = max(60, canvas.shape[1] // 6)
        for number, stay in enumerate(nearest[:_STAYS_SHOWN]):
            y = top + number * self._row
            foot = y + self._row - self._gap - 1
            end = 8 + round(bar * stay.share)
            cv2.rectangle(canvas, (8, y + self._gap), (8 + bar, foot), FAINT, 1)
            fill(canvas, (8, y + self._gap, end, foot), _colour_of(stay))
            text = sayable(f"{stay.zone}   {stay.rule}   {stay.text}")
            write(canvas, text, (16 + bar, y + self._gap), size_px=self._letters)
        more = len(stays) - _STAYS_SHOWN
        if more > 0:
            text = f"and {more} more"
            x = canvas.shape[1] - size_of(text, self._letters)[0] - 8
            y = top + (_STAYS_SHOWN - 1) * self._row + self._gap
            write(canvas, text, (x, y), size_px=self._letters, ink=FAINT)

    @property
    def _letters(self) -> int:
        return letters_px(np.empty((self.size.height, 0, 3), np.uint8))

    @property
    def _gap(self) -> int:
        return max(2, self._letters // 6)

    @property
    def _row(self) -> int:
        return round(self._letters * 1.3) + 2 * self._gap


def clock_text(at: timedelta) -> str:
    """Media time, to the tenth that has passed."""
    tenths = at // timedelta(milliseconds=100)
    seconds, tenth = divmod(tenths, 10)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{tenth}"


def _colour_of(stay: OpenStay) -> Colour:
    return TOLD if stay.share >= 1 else DONE
