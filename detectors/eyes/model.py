"""Eyes: what finds things in pictures, and the eyes that a network makes."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import numpy as np

from detectors.eyes.class_maps import ClassMap
from detectors.eyes.fitting import Fit, box_within, fit
from detectors.eyes.network import Answers, Network
from detectors.eyes.suppressing import Found, Raw, Sieve
from detectors.frames import Picture
from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import Sha256
from schemas.observation import Thing


class Eyes(Protocol):
    """Finds things in pictures. Knows no camera; remembers nothing."""

    @property
    def name(self) -> str:
        """Which weights, on which engine, at which size, as an observation states it."""
        ...

    @property
    def weights_digest(self) -> Sha256:
        """Of the weights as a person brought them, whatever form the engine took."""
        ...

    @property
    def class_map_digest(self) -> Sha256:
        """Of what the classes were taken for."""
        ...

    @property
    def image_size(self) -> int:
        """The longer edge of a picture as the network sees it."""
        ...

    def find(self, pictures: Sequence[Picture]) -> list[tuple[Thing, ...]]:
        """What is in each picture, surest first; sizes may differ. Tracks are none of it.

        The same pictures give the same answers, to the last bit. Several in one call may cost
        less than several calls. May be called from several threads.
        """
        ...


class NetworkEyes:
    """The eyes that a network makes with a class map."""

    def __init__(
        self,
        network: Network,
        class_map: ClassMap,
        *,
        name: str,
        weights_digest: Sha256,
        image_size: int,
        wanted: frozenset[str] | None,
    ) -> None:
        self._network: Final = network
        self._sieve: Final = Sieve(network.names, class_map, wanted)
        self.name: Final = name
        self.weights_digest: Final = weights_digest
        self.class_map_digest: Final = class_map.digest
        self.image_size: Final = image_size

    def find(self, pictures: Sequence[Picture]) -> list[tuple[Thing, ...]]:
        """What is in each picture."""
        for picture in pictures:
            _require_picture(picture)
        fits = [fit(one, size=self.image_size, fixed=self._network.fixed) for one in pictures]
        answers = self._answers(pictures, fits)
        return [self._things(answer, fitted) for answer, fitted in zip(answers, fits, strict=True)]

    def _answers(self, pictures: Sequence[Picture], fits: Sequence[Fit]) -> list[Raw]:
        """Of one shape as many together as save anything."""
        seen = [fitted.apply(one) for one, fitted in zip(pictures, fits, strict=True)]
        answers: dict[int, Raw] = {}
        for size in dict.fromkeys(fitted.seen for fitted in fits):
            places = [place for place, fitted in enumerate(fits) if fitted.seen == size]
            for batch in batches(places, at_most=self._network.most_at_once):
                found: Answers = self._network.run(np.stack([seen[place] for place in batch]))
                answers |= dict(zip(batch, found, strict=True))
        return [answers[place] for place in range(len(pictures))]

    def _things(self, raw: Raw, fitted: Fit) -> tuple[Thing, ...]:
        return things_of(self._sieve.sift(raw), self._sieve.kinds, fitted)


def things_of(found: Found, kinds: Sequence[str], fitted: Fit) -> tuple[Thing, ...]:
    """What a network found, in our words and in pixels of the frame; the one translation."""
    edges = fitted.back(found.boxes)
    boxes = (box_within(each) for each in edges)
    return tuple(
        Thing(kind=kinds[kind], box=box, confidence=min(1.0, float(confidence)))
        for box, confidence, kind in zip(boxes, found.confidences, found.kinds, strict=True)
        if box is not None
    )


def batches(places: Sequence[int], *, at_most: int) -> Iterator[Sequence[int]]:
    """Cut into powers of two, for a network is made for each number of pictures."""
    while places:
        many = 2 ** (min(len(places), at_most).bit_length() - 1)
        yield places[:many]
        places = places[many:]


def require_size(size: int, network: Network, *, weights: str) -> None:
    """Refuse a size that the network was not exported for."""
    fixed = network.fixed
    if fixed is not None and max(fixed.width, fixed.height) != size:
        raise RefusedError(
            f"weights {weights} were exported for pictures of {fixed.width}x{fixed.height} only, "
            f"got image_size {size}: say {max(fixed.width, fixed.height)}, or export them with "
            f"dynamic=True"
        )


def _require_picture(picture: Picture) -> None:
    if picture.ndim != 3 or picture.shape[2] != 3 or not picture.size or picture.dtype != np.uint8:
        raise InvalidValueError(
            expected="a picture of (height, width, 3) bytes",
            got=f"{picture.shape} of {picture.dtype}",
            field="picture",
        )
