"""What can be wrong with a picture so that nobody sees by it, and how that is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from detectors.cells import Cells
from detectors.outlook import Moved, Outlook


class Fault(StrEnum):
    """Why a camera that sends pictures sees nothing, or not what it should."""

    DARK = "dark"
    COVERED = "covered"
    FROZEN = "frozen"
    BLURRED = "blurred"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault in one picture, in words with numbers."""

    fault: Fault
    text: str


_DARK_MEAN: Final = 20.0
_DARK_HIGH: Final = 40.0
_PLAIN: Final = 6.0
_DIM: Final = 40.0
"""Below this mean, a picture without edges is dark rather than covered."""

_LEAST_BLOCKS: Final = 6
_LEAST_CLEAR: Final = 4
"""A view with fewer blocks of edges is too plain to say anything by."""

_LOST: Final = 0.2
_EDGES_LEFT: Final = 0.15
_BLURRED: Final = 0.45
_MOVED_BY: Final = 0.03
"""Of the width: more than a shake, and zones begin to be wrong."""

_FITS_BACK: Final = 0.35
_FITS_BETTER_BY: Final = 0.2
_EASIER: Final = 1.2
"""A fault that is there ends only when it is clearly over, or it would come and go."""


def light_fault(windows: Cells, *, last: Fault | None) -> Finding | None:
    """Dark, or one brightness all over; needs no reference."""
    light = _brightness(windows)
    ease = _EASIER if last is Fault.DARK else 1.0
    if light.mean < _DARK_MEAN * ease and light.high < _DARK_HIGH * ease:
        return _dark(light)
    ease = _EASIER if last is Fault.COVERED else 1.0
    if light.high - light.low < _PLAIN * ease:
        text = f"covered: brightness {light.low:.0f} to {light.high:.0f} of 255 all over"
        return Finding(fault=Fault.COVERED, text=text)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How it should look: as when zones were drawn, and as of late. Night differs from day."""

    first: Outlook
    late: Outlook

    def view_fault(self, seen: Outlook, windows: Cells, *, last: Fault | None) -> Finding | None:
        """Covered, blurred or turned away; nothing for views that are too plain to tell."""
        has_edges = self.first.has_edges
        places = int(has_edges.sum())
        if places < _LEAST_BLOCKS:
            return None
        alike = seen.like(self.first) & has_edges
        found = max(int(alike.sum()), int((seen.like(self.late) & has_edges).sum()))
        ease = _EASIER if last in {Fault.COVERED, Fault.MOVED} else 1.0
        if found < _LOST * ease * places:
            edges = int(seen.has_edges.sum())
            if edges <= _EDGES_LEFT * places:
                return _covered(_brightness(windows), edges=edges, places=places)
            shift = seen.moved_by(self.first)
            return self._moved(shift, found=found, places=places)
        blur = self._blur(seen, last=last)
        return blur or self._shifted(seen, found=found, places=places, last=last)

    def _blur(self, seen: Outlook, *, last: Fault | None) -> Finding | None:
        places = seen.like(self.first) & self.first.has_edges & self.first.clear & seen.clear
        if int(places.sum()) < _LEAST_CLEAR:
            return None
        share = float(np.median(seen.fine[places] / self.first.fine[places]))
        ease = _EASIER if last is Fault.BLURRED else 1.0
        if share >= _BLURRED * ease:
            return None
        text = f"blurred: edges {share:.0%} as steep as they were"
        return Finding(fault=Fault.BLURRED, text=text)

    def _shifted(
        self, seen: Outlook, *, found: int, places: int, last: Fault | None
    ) -> Finding | None:
        """Turned a little: much would be alike, were it put back."""
        shift = seen.moved_by(self.first)
        ease = _EASIER if last is Fault.MOVED else 1.0
        if shift.by * ease < _MOVED_BY or not self._fits(shift, found=found, places=places):
            return None
        return self._moved(shift, found=found, places=places)

    def _fits(self, shift: Moved, *, found: int, places: int) -> bool:
        back = int((shift.like & self.first.has_edges).sum())
        return back >= _FITS_BACK * places and back >= found + _FITS_BETTER_BY * places

    def _moved(self, shift: Moved, *, found: int, places: int) -> Finding:
        text = f"moved: {found} of {places} places look as they did"
        if self._fits(shift, found=found, places=places):
            text += f", the picture lies {_way(shift)} of where it lay"
        return Finding(fault=Fault.MOVED, text=text)


def frozen(seconds: float) -> Finding:
    """Not one pixel changed for that long."""
    return Finding(fault=Fault.FROZEN, text=f"frozen: the same picture for {seconds:.0f} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brightness:
    """The mean of all windows, and between what all but the outermost fiftieths lie."""

    mean: float
    low: float
    high: float


def _brightness(windows: Cells) -> _Brightness:
    ordered = np.sort(windows, axis=None)
    edge = ordered.size // 50
    return _Brightness(
        mean=float(ordered.mean()), low=float(ordered[edge]), high=float(ordered[-1 - edge])
    )


def _dark(light: _Brightness) -> Finding:
    return Finding(fault=Fault.DARK, text=f"dark: mean brightness {light.mean:.0f} of 255")


def _covered(light: _Brightness, *, edges: int, places: int) -> Finding:
    if light.mean < _DIM:
        return _dark(light)
    text = f"covered: edges in {edges} places, where {places} had some"
    return Finding(fault=Fault.COVERED, text=text)


def _way(shift: Moved) -> str:
    """Such as: 4% of its width to the right and 1% below."""
    side = "right" if shift.x > 0 else "left"
    above = "below" if shift.y > 0 else "above"
    return f"{abs(shift.x):.1%} of its width to the {side} and {abs(shift.y):.1%} {above}"
