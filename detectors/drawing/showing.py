"""Turns what a watch knows at a frame into a shot of an annotated video."""

from collections.abc import Sequence
from typing import Final

from detectors.drawing.film import Film
from detectors.drawing.shot import Flash, OpenStay, Shot
from detectors.frames import Frame
from detectors.recorded import KeptStay, Recorded
from detectors.rules import Post
from detectors.sight import Fault
from detectors.telling import Told
from schemas.geometry import BoxXYXY
from schemas.observation import Thing


class Showing:
    """A film of one camera's watch. `posts` say how long is too long."""

    def __init__(self, film: Film, posts: Sequence[Post]) -> None:
        self._film: Final = film
        self._posts: Final = {(post.rule.id, post.zone.id): post for post in posts}

    def show(
        self,
        frame: Frame,
        *,
        things: Sequence[Thing],
        told: Sequence[Told],
        open_now: Recorded,
        fault: Fault | None,
    ) -> None:
        """One frame later."""
        self._film.show(
            Shot(
                at=frame.at,
                picture=frame.picture,
                things=things,
                stays=[self._stay(each) for each in open_now.stays],
                faults=() if fault is None else (fault.value,),
                told=[
                    Flash(text=f"{one.post.rule.id} {one.phase}", zone=one.post.zone.id)
                    for one in told
                ],
            )
        )

    def _stay(self, kept: KeptStay) -> OpenStay:
        return OpenStay(
            zone=kept.zone,
            rule=kept.rule,
            seen=kept.stay.dwell.at_least,
            needed=self._posts[kept.rule, kept.zone].threshold,
            box=_around([member.now.box for member in kept.members]),
        )


def _around(boxes: Sequence[BoxXYXY]) -> BoxXYXY | None:
    """The smallest box around all of them."""
    if not boxes:
        return None
    return BoxXYXY(
        x1=min(box.x1 for box in boxes),
        y1=min(box.y1 for box in boxes),
        x2=max(box.x2 for box in boxes),
        y2=max(box.y2 for box in boxes),
    )
