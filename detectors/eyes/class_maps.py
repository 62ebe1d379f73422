"""Class maps: which weights may be loaded, how they are run, what their classes mean to us."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from detectors.kinds import KINDS
from schemas.errors import InvalidValueError, RefusedError
from schemas.ids import Sha256, sha256_text
from schemas.observation import require_confidence

CLASS_MAPS: Final = Path(__file__).parents[1] / "class_maps"
ALWAYS_WANTED: Final = frozenset({"person", "vehicle"})
"""Looked for whatever the rules say: people are blurred, and both are company."""
STRIDE: Final = 32
"""YOLO halves a picture five times."""
LARGEST_IMAGE: Final = 4096
_NEEDED: Final = frozenset({"sha256", "image_size", "confidence", "classes"})
_MAY_HAVE: Final = frozenset({"agnostic", "iou", "confidence_of"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMap:
    """Which weights it is for, how to run them, and what their classes are in our words.

    A class that isn't named is dropped. `agnostic`: of two boxes of any kinds that cover each
    other by more than `iou` the less sure one goes; else only of two boxes of one kind. Classes
    that mean the same kind (car, truck, bus) always count as one.
    """

    digests: frozenset[Sha256]
    image_size: int
    confidence: float
    classes: Mapping[str, str]
    agnostic: bool = True
    iou: float = 0.7
    confidence_of: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_image_size(self.image_size, "image_size")
        require_confidence(self.confidence, "confidence")
        require_confidence(self.iou, "iou")
        for name, kind in self.classes.items():
            if kind not in KINDS:
                raise InvalidValueError(
                    expected=f"a kind that rules know ({', '.join(KINDS)})",
                    got=kind,
                    field=f"classes.{name}",
                )
        for kind, confidence in self.confidence_of.items():
            require_confidence(confidence, f"confidence_of.{kind}")
            if kind not in self.kinds:
                raise InvalidValueError(
                    expected=f"a kind of this map ({', '.join(sorted(self.kinds))})",
                    got=kind,
                    field="confidence_of",
                )

    @property
    def kinds(self) -> frozenset[str]:
        """All kinds of things that these weights can show us."""
        return frozenset(self.classes.values())

    def least_confidence(self, kind: str) -> float:
        """How sure the model must be before a thing of the kind counts."""
        return self.confidence_of.get(kind, self.confidence)

    @property
    def digest(self) -> Sha256:
        """Over what the map says, in one form: comments, order and blanks don't count.

        Evidence names it: the same weights under another map see other things.
        """
        said = {
            "agnostic": self.agnostic,
            "classes": dict(self.classes),
            "confidence": float(self.confidence),
            "confidence_of": {kind: float(one) for kind, one in self.confidence_of.items()},
            "image_size": self.image_size,
            "iou": float(self.iou),
            "sha256": sorted(self.digests),
        }
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return Sha256(hashlib.sha256(text.encode()).hexdigest())


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
    raise nobody_vouches(weights, digest)


def nobody_vouches(weights: Path, digest: Sha256) -> RefusedError:
    """Why these weights aren't loaded, and what would help."""
    return RefusedError(
        f"weights {weights} have sha256 {digest}: no class map names this digest; a .pt is a "
        f"pickle and is loaded only when its digest is known; put it into "
        f"{weights.with_suffix('.toml').name} beside it"
    )


def read_class_map(path: Path) -> ClassMap:
    """Read a map; every fault is told with file, key, expected and got.

    Raises:
        InvalidValueError: it says something that can't be.
        RefusedError: there is no such file.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise RefusedError(f"class map {path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidValueError(expected="UTF-8", got=str(error), field=str(path)) from error
    return parse_class_map(text, name=str(path))


def parse_class_map(text: str, *, name: str) -> ClassMap:
    """Make a map of its text; `name` is what errors call it."""
    try:
        told = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # digits without end are no TOML error
        raise InvalidValueError(expected="TOML", got=str(error), field=name) from error
    _require_keys(told, name)
    try:
        return _class_map(told)
    except InvalidValueError as error:
        raise InvalidValueError(
            expected=error.expected, got=error.got, field=f"{name}: {error.field}"
        ) from error


def require_image_size(size: int, where: str) -> None:
    """Refuse an edge that YOLO can't halve five times, or that no machine could search."""
    if not STRIDE <= size <= LARGEST_IMAGE or size % STRIDE:
        raise InvalidValueError(
            expected=f"a multiple of {STRIDE} from {STRIDE} to {LARGEST_IMAGE}",
            got=size,
            field=where,
        )


def _require_keys(told: Mapping[str, object], name: str) -> None:
    if not _NEEDED <= told.keys() <= _NEEDED | _MAY_HAVE:
        raise InvalidValueError(
            expected=f"the keys {', '.join(sorted(_NEEDED))} and perhaps "
            f"{', '.join(sorted(_MAY_HAVE))}",
            got=", ".join(sorted(told)) or "none",
            field=name,
        )


def _class_map(told: Mapping[str, object]) -> ClassMap:
    digests = told["sha256"]
    return ClassMap(
        digests=frozenset(
            sha256_text(one)
            for one in _texts([digests] if isinstance(digests, str) else digests, "sha256")
        ),
        image_size=_whole(told["image_size"], "image_size"),
        confidence=_number(told["confidence"], "confidence"),
        classes=_classes(told["classes"]),
        agnostic=_yes_or_no(told.get("agnostic", True), "agnostic"),
        iou=_number(told.get("iou", 0.7), "iou"),
        confidence_of={
            kind: _number(one, f"confidence_of.{kind}")
            for kind, one in _table(told.get("confidence_of", {}), "confidence_of").items()
        },
    )


def _classes(told: object) -> Mapping[str, str]:
    table = _table(told, "classes")
    if not table:
        raise InvalidValueError(expected='a table of "class = kind"', got="none", field="classes")
    return dict(zip(table, _texts(list(table.values()), "classes"), strict=True))


def _table(told: object, where: str) -> Mapping[str, object]:
    if not isinstance(told, dict):
        raise InvalidValueError(expected="a table", got=told, field=where)
    return told


def _texts(told: object, where: str) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(one, str) and one for one in told):
        raise InvalidValueError(expected="texts", got=told, field=where)
    return told


def _whole(told: object, where: str) -> int:
    if not isinstance(told, int) or isinstance(told, bool):
        raise InvalidValueError(expected="a whole number", got=told, field=where)
    return told


def _number(told: object, where: str) -> float:
    """`true` is a number to Python, but not to a person; a whole number may be too long for one."""
    if not isinstance(told, (int, float)) or isinstance(told, bool) or not -1 < told < 2:
        raise InvalidValueError(expected="a number in [0, 1]", got=told, field=where)
    return float(told)


def _yes_or_no(told: object, where: str) -> bool:
    if not isinstance(told, bool):
        raise InvalidValueError(expected="true or false", got=told, field=where)
    return told
