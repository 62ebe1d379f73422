"""Runs a detector with ByteTrack over pictures: nobody else knows Ultralytics."""

import hashlib
import logging
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from detectors.frames import Picture
from schemas.errors import InvalidValueError, RefusedError
from schemas.geometry import BoxXYXY, FrameSize
from schemas.ids import Sha256, sha256_text
from schemas.observation import Thing, require_confidence

if TYPE_CHECKING:
    from ultralytics import YOLO

CLASS_MAPS: Final = Path(__file__).parent / "class_maps"
_KEYS: Final = frozenset({"sha256", "image_size", "confidence", "classes"})
_STRIDE: Final = 32
"""YOLO halves a picture five times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMap:
    """Which weights it is for, how to run them, and what their classes are in our words.

    A class that isn't named is dropped.
    """

    digests: frozenset[Sha256]
    image_size: int
    confidence: float
    classes: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.image_size < _STRIDE or self.image_size % _STRIDE:
            raise InvalidValueError(
                expected=f"a multiple of {_STRIDE}", got=self.image_size, field="image_size"
            )
        require_confidence(self.confidence, "confidence")


class Tracker:
    """Finds things and follows them from picture to picture of one camera.

    Not for two cameras: who is who is remembered. Not for two threads.
    """

    def __init__(self, weights: Path, *, class_map: ClassMap) -> None:
        digest = digest_of(weights)
        if digest not in class_map.digests:
            raise _unknown(weights, digest)
        self._class_map = class_map
        self._model = _load(weights)
        self._kinds = _kinds_of(self._model.names, class_map)
        self._name = f"{weights.stem}@{digest[:12]}"

    @property
    def name(self) -> str:
        """Which weights these are, as an observation states it."""
        return self._name

    def look(self, picture: Picture) -> tuple[Thing, ...]:
        """What is in the picture. Each call counts as one step for the tracks."""
        (result,) = self._model.track(
            picture,
            persist=True,
            tracker="bytetrack.yaml",
            imgsz=self._class_map.image_size,
            conf=self._class_map.confidence,
            device="cpu",
            verbose=False,
        )
        frame = FrameSize(width=picture.shape[1], height=picture.shape[0])
        things = (self._thing(box, frame) for box in result.boxes.cpu().numpy())
        return tuple(thing for thing in things if thing is not None)

    def _thing(self, found: Any, frame: FrameSize) -> Thing | None:  # noqa: ANN401 - of Ultralytics
        kind = self._kinds.get(int(found.cls[0]))
        box = _within(frame, (float(edge) for edge in found.xyxy[0]))
        if kind is None or box is None:
            return None
        return Thing(
            kind=kind,
            box=box,
            confidence=float(found.conf[0]),
            track=str(int(found.id[0])) if found.is_track else None,
        )


def digest_of(weights: Path) -> Sha256:
    """The digest of the file.

    Raises:
        RefusedError: there is no such file.
    """
    if not weights.is_file():
        raise RefusedError(
            f"weights {weights}: there is no such file; nothing is downloaded, put it there"
        )
    with weights.open("rb") as file:
        return Sha256(hashlib.file_digest(file, "sha256").hexdigest())


def find_class_map(weights: Path, digest: Sha256) -> ClassMap:
    """The map beside the weights, else one of ours; only a map that names the digest counts.

    Raises:
        RefusedError: nobody vouches for these weights.
    """
    beside = weights.with_suffix(".toml")
    for path in (*((beside,) if beside.is_file() else ()), *sorted(CLASS_MAPS.glob("*.toml"))):
        class_map = read_class_map(path)
        if digest in class_map.digests:
            return class_map
    raise _unknown(weights, digest)


def read_class_map(path: Path) -> ClassMap:
    """Read a map; every fault is told with file, key, expected and got."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValueError(expected="TOML", got=str(error), field=str(path)) from error
    if told.keys() != _KEYS:
        raise InvalidValueError(
            expected=f"the keys {', '.join(sorted(_KEYS))}",
            got=", ".join(sorted(told)) or "none",
            field=str(path),
        )
    digests, size, confidence = told["sha256"], told["image_size"], told["confidence"]
    if not _is(int, size):
        raise InvalidValueError(expected="a whole number", got=size, field=f"{path}: image_size")
    if not _is((int, float), confidence):
        raise InvalidValueError(expected="a number", got=confidence, field=f"{path}: confidence")
    return ClassMap(
        digests=frozenset(
            sha256_text(one)
            for one in _texts([digests] if isinstance(digests, str) else digests, f"{path}: sha256")
        ),
        image_size=size,
        confidence=confidence,
        classes=_classes(told["classes"], f"{path}: classes"),
    )


def _classes(told: object, field: str) -> Mapping[str, str]:
    if not isinstance(told, dict) or not told:
        raise InvalidValueError(expected='a table of "class = kind"', got=told, field=field)
    return dict(zip(told, _texts(list(told.values()), field), strict=True))


def _texts(told: object, field: str) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(one, str) and one for one in told):
        raise InvalidValueError(expected="texts", got=told, field=field)
    return told


def _is(kind: type | tuple[type, ...], value: object) -> bool:
    """`true` is a number to Python, but not to a person."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _unknown(weights: Path, digest: Sha256) -> RefusedError:
    return RefusedError(
        f"weights {weights} have sha256 {digest}: no class map names this digest; a .pt is a "
        f"pickle and is loaded only when its digest is known; put it into "
        f"{weights.with_suffix('.toml').name} beside it"
    )


def _load(weights: Path) -> "YOLO":
    """Only for weights whose digest is known: loading a .pt runs what is in it."""
    # Read at import: no look at the network, no telemetry, no `pip install` behind our back.
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")
    try:
        from ultralytics import YOLO  # noqa: PLC0415 - takes seconds, and only eyes need it
        from ultralytics.utils.events import events  # noqa: PLC0415
    except ImportError as error:
        raise RefusedError(
            f"looking at pictures needs Ultralytics: install the extra [vision] ({error})"
        ) from error
    logging.getLogger("ultralytics").setLevel(logging.ERROR)
    events.enabled = False  # when somebody imported it before us
    return YOLO(str(weights), task="detect", verbose=False)


def _kinds_of(names: Mapping[int, str], class_map: ClassMap) -> Mapping[int, str]:
    """Our word for each class number; a class that the weights don't know is a misspelling."""
    unknown = sorted(class_map.classes.keys() - set(names.values()))
    if unknown:
        raise InvalidValueError(
            expected=f"classes of the weights ({', '.join(names.values())})",
            got=", ".join(unknown),
            field="classes",
        )
    known = ((number, class_map.classes.get(name)) for number, name in names.items())
    return {number: kind for number, kind in known if kind is not None}


def _within(frame: FrameSize, edges: Iterable[float]) -> BoxXYXY | None:
    """The part in the frame, if there is one."""
    x1, y1, x2, y2 = edges
    x1, x2 = max(0.0, x1), min(float(frame.width), x2)
    y1, y2 = max(0.0, y1), min(float(frame.height), y2)
    return BoxXYXY(x1=x1, y1=y1, x2=x2, y2=y2) if x1 < x2 and y1 < y2 else None
