"""Writes on pictures: legible letters, Chinese ones where the machine has a font for them."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from detectors.drawing.palette import LIGHT, Colour
from detectors.frames import Picture

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_Coverage = NDArray[np.float32]

_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_WITH_CHINESE: Final = (
    *("NotoSansCJK*-Regular*", "NotoSansCJK*", "NotoSansSC*", "SourceHanSans*", "wqy-microhei*"),
    *("wqy-zenhei*", "DroidSansFallback*", "simhei*", "msyh*", "uming*", "ukai*"),
)
"""The better ones first."""
_MADE_FOR: Final = ("SC", "CN")
"""How the face with mainland China's letters is called, in a file that has several."""


@lru_cache(maxsize=1)
def font_with_chinese() -> Path | None:
    """A font file of this machine that has Chinese letters; nothing where there is none."""
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    found = (
        path
        for pattern in _WITH_CHINESE
        for folder in folders
        for path in sorted(folder.rglob(pattern))
        if path.suffix.lower() in {".ttf", ".ttc", ".otf"}
    )
    return next(found, None)


def sayable(*texts: str) -> str:
    """The first of the texts that can be written here; the last one in ASCII, whatever it is."""
    for text in texts:
        if text and (text.isascii() or font_with_chinese() is not None):
            return text
    return texts[-1].encode("ascii", "replace").decode()


def letters_px(picture: Picture) -> int:
    """How high letters should be: 13 px at 360 lines, growing with the picture."""
    lines: int = picture.shape[0]
    return max(13, round(lines / 40))


def size_of(text: str, size_px: int) -> tuple[int, int]:
    """Width and height that the text takes up, in pixels."""
    coverage = _rendered(text, size_px)
    return coverage.shape[1], coverage.shape[0]


def write(
    picture: Picture, text: str, at: tuple[int, int], *, size_px: int, ink: Colour = LIGHT
) -> None:
    """Write a line into the picture, from its left top; what doesn't fit is cut off."""
    coverage = _rendered(text, size_px)
    left, top = max(0, at[0]), max(0, at[1])
    region = picture[top : top + coverage.shape[0], left : left + coverage.shape[1]]
    share = coverage[: region.shape[0], : region.shape[1], np.newaxis]
    region[:] = (region * (1 - share) + np.array(ink, np.float32) * share).astype(np.uint8)


def wrapped(text: str, letters: int) -> Sequence[str]:
    """Lines of at most so many letters; Chinese ones are as wide as two."""
    lines, line, width = [], "", 0
    for word in _words(text):
        wide = sum(1 if letter.isascii() else 2 for letter in word)
        blank = len(word) - len(word.rstrip())
        if line and width + wide - blank > letters:
            lines.append(line.rstrip())
            line, width = "", 0
        line, width = line + word, width + wide
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> Sequence[str]:
    """Between blanks, and between any two Chinese letters, a line may break."""
    words: list[str] = []
    for letter in text:
        may_break = not words or words[-1].endswith(" ") or not letter.isascii()
        if may_break or not words[-1][-1].isascii():
            words.append(letter)
        else:
            words[-1] += letter
    return words


@lru_cache(maxsize=1024)
def _rendered(text: str, size_px: int) -> _Coverage:
    """How much of each pixel the letters cover, 0 … 1. The same words come again each frame."""
    font = _font(size_px, is_ascii=text.isascii())
    if text.isascii():
        text = text.replace(" ", "  ")  # the built-in font's blank is no gap at this size
    left, _, right, _ = font.getbbox(text or " ")
    canvas = Image.new("L", (max(1, round(right - min(0, left))), round(size_px * 1.3)), 0)
    ImageDraw.Draw(canvas).text((max(0, -left), 0), text, fill=255, font=font)
    return np.asarray(canvas, np.float32) / np.float32(255)


@lru_cache(maxsize=64)
def _font(size_px: int, *, is_ascii: bool) -> _Font:
    path = None if is_ascii else font_with_chinese()
    if path is None:
        return ImageFont.load_default(size_px)
    faces = [_face(path, size_px, number) for number in range(10 if path.suffix == ".ttc" else 1)]
    there = [face for face in faces if face is not None]
    meant = [face for face in there if str(face.getname()[0]).endswith(_MADE_FOR)]
    return next(iter(meant or there), None) or ImageFont.load_default(size_px)


def _face(path: Path, size_px: int, number: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(str(path), size_px, index=number)
    except OSError:  # no such face in the file
        return None
