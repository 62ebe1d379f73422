"""The pieces of ground of the drawn street.

130 ┬───────────────────────────────────────────────────────────┐
    │ square ──────────┐ closed ───┐ new shop ─┐ exit ────────┐  │
    │ │ kerbside ────┐ │ └─────────┘ └─────────┘ └────────────┘  │
    │ │              │ │ walkway ──┐ blind track ─────────────┐  │
222 ├─┴──────────────┴─┴─┴─────────┴─┴────────────────────────┴──┤
    │ bus bay ─────────────────┐   fire lane ─────────────────┐  │
296 │ └────────────────────────┘   └──────────────────────────┘  │
    │ traffic                                                    │
"""

from typing import Final

from detectors.synthetic.scenes import Ground
from schemas.camera import ZoneKind
from schemas.geometry import Point, Polygon


def _area(x1: float, y1: float, x2: float, y2: float) -> Polygon:
    return Polygon((Point(x1, y1), Point(x2, y1), Point(x2, y2), Point(x1, y2)))


NO_VENDING: Final = Ground(
    name="no vending", kind=ZoneKind.NO_VENDING, outline=_area(40, 168, 330, 219)
)
SHOP_FRONT: Final = Ground(
    name="shop front", kind=ZoneKind.SHOP_FRONT, outline=_area(370, 136, 600, 166)
)
PAVEMENT: Final = Ground(name="pavement", kind=ZoneKind.PAVEMENT, outline=_area(30, 150, 290, 219))
FIRE_LANE: Final = Ground(
    name="fire lane", kind=ZoneKind.FIRE_LANE, outline=_area(340, 228, 620, 296)
)

SQUARE: Final = Ground(name="square", kind=ZoneKind.WATCHED, outline=_area(16, 134, 210, 219))
KERBSIDE: Final = Ground(
    name="kerbside", kind=ZoneKind.NO_VENDING, outline=_area(16, 176, 204, 219)
)
WALKWAY: Final = Ground(name="walkway", kind=ZoneKind.PAVEMENT, outline=_area(218, 160, 350, 219))
SITE: Final = Ground(name="site", kind=ZoneKind.CLOSED, outline=_area(218, 133, 350, 154))
NEW_SHOP: Final = Ground(
    name="new shop", kind=ZoneKind.SHOP_FRONT, outline=_area(362, 135, 486, 168)
)
EXIT: Final = Ground(name="exit", kind=ZoneKind.EXIT, outline=_area(506, 135, 618, 170))
BLIND_TRACK: Final = Ground(
    name="blind track", kind=ZoneKind.BLIND_TRACK, outline=_area(362, 178, 622, 206)
)
BUS_BAY: Final = Ground(name="bus bay", kind=ZoneKind.NO_STOPPING, outline=_area(16, 230, 322, 294))
WALL: Final = Ground(name="wall", kind=ZoneKind.WALL, outline=_area(20, 66, 346, 129))
FENCE: Final = Ground(name="fence", kind=ZoneKind.WALL, outline=_area(424, 200, 622, 227))

STREET: Final = (
    SQUARE, KERBSIDE, WALKWAY, SITE, NEW_SHOP, EXIT, BLIND_TRACK, BUS_BAY, FIRE_LANE, WALL,
)  # fmt: skip
"""All that a street can be watched for, in one picture."""
FENCED_STREET: Final = (*(ground for ground in STREET if ground is not BLIND_TRACK), FENCE)
"""The same with a fence along the kerb where the blind track was."""
