"""Draws on a copy of a picture why it is shown: the zone, the things, a caption."""

from collections.abc import Sequence

import numpy as np

from detectors.drawing.labels import Places
from detectors.drawing.palette import DARK, EVIDENCE
from detectors.drawing.text import letters_px, size_of, write
from detectors.drawing.things import draw_box_labels, draw_boxes
from detectors.drawing.zones import draw_zone
from detectors.frames import Picture
from schemas.camera import Zone
from schemas.observation import Thing


def annotate(picture: Picture, *, things: Sequence[Thing], zone: Zone, caption: str) -> Picture:
    """A copy with everything drawn on it; higher than the picture by the caption's strip.

    The caption stands above the picture, so that it hides nothing. Only ASCII of it is shown:
    which fonts a machine has may not decide what evidence looks like.
    """
    drawn = picture.copy()
    draw_zone(drawn, zone, EVIDENCE)
    draw_boxes(drawn, things)
    draw_box_labels(drawn, things, Places(drawn))  # last: no box crosses a label
    return _under_caption(drawn, caption)


def _under_caption(picture: Picture, caption: str) -> Picture:
    size_px = letters_px(picture)
    room = picture.shape[1] - 12
    text = _ascii(caption)
    while text and size_of(text, size_px)[0] > room:
        text = text.removesuffix("...")[:-1] + "..." if len(text) > 4 else ""
    strip = np.full((round(size_px * 1.3) + 8, picture.shape[1], 3), DARK, dtype=np.uint8)
    write(strip, text, (6, 4), size_px=size_px)
    return np.vstack((strip, picture))


def _ascii(text: str) -> str:
    shown = "".join(letter if letter.isascii() and letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())
