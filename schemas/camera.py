"""A camera and the zones that matter in its picture."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import InvalidValueError
from schemas.geometry import FrameSize, Polygon
from schemas.ids import CameraId, ZoneId
from schemas.place import Place


class ZoneKind(StrEnum):
    """What a piece of ground is for. A rule asks for a kind, never for a name."""

    NO_VENDING = "no-vending"
    FIRE_LANE = "fire-lane"
    PAVEMENT = "pavement"
    SHOP_FRONT = "shop-front"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Ground in the picture. `outline` is in pixels of the camera's frame size."""

    id: ZoneId
    kind: ZoneKind
    name: str
    outline: Polygon
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """What a camera looks at. Outlines hold for `frame` only; another size is an error."""

    id: CameraId
    name: str
    frame: FrameSize
    zones: tuple[Zone, ...]

    def __post_init__(self) -> None:
        names = [zone.id for zone in self.zones]
        if len(names) != len(set(names)):
            raise InvalidValueError(
                expected="zone ids that differ", got=", ".join(names), field=f"camera {self.id}"
            )
        for zone in self.zones:
            for corner in zone.outline.corners:
                if not (0 <= corner.x <= self.frame.width and 0 <= corner.y <= self.frame.height):
                    raise InvalidValueError(
                        expected=f"corners within {self.frame.width}x{self.frame.height}",
                        got=f"({corner.x}, {corner.y})",
                        field=f"camera {self.id}, zone {zone.id}",
                    )
