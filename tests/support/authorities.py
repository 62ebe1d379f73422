"""The powers side of a pack for tests: grants, bases, devices, publications of one district."""

from dataclasses import replace
from datetime import date
from typing import Any, Final

from handlers.decisions.law.authority import (
    Authority,
    Check,
    Device,
    DeviceBasis,
    Grant,
    GrantKind,
    OffsiteItem,
    PlaceClass,
    Publication,
    Purpose,
    SectorRule,
)
from handlers.decisions.law.catalogue import Norm
from schemas.certainty import Certainty
from schemas.ids import CameraId
from schemas.matter import MatterKey
from schemas.words import Words
from tests.support.builders import BLOCKED_EXIT, CAMERA, STALL

STRUCTURE: Final = MatterKey("GB/T 47678.5-2026", "matter", "06001")
"""Soft, with a party, and no row in the first-violation list."""
DISTRICT: Final = "421303"
CELL: Final = "421303001002003"
ELSEWHERE: Final = "421399001002003"
"""No grant, no basis, no publication reaches this cell."""
OTHER_CAMERA: Final = CameraId("cam-unregistered")

_FROM: Final = date(2025, 1, 1)
_UNTIL: Final = date(2027, 12, 31)
_OURS: Final = frozenset({STALL, BLOCKED_EXIT, STRUCTURE})


def a_grant(**changes: Any) -> Grant:
    grant = Grant(
        id="own-streets",
        body=Words("城市管理执法局", "city management bureau"),
        kind=GrantKind.OWN,
        matters=_OURS,
        areas=(DISTRICT,),
        clause="行政处罚法 18",
        published="https://city.example/powers",
        valid_from=_FROM,
        valid_until=_UNTIL,
        certainty=Certainty.PROPOSAL,
    )
    return replace(grant, **changes)


def a_device_basis(**changes: Any) -> DeviceBasis:
    basis = DeviceBasis(
        matters=_OURS,
        areas=(DISTRICT,),
        norm=Norm.ADMINISTRATIVE_REGULATION,
        clause="for tests",
        signed_by="chen",
        valid_from=_FROM,
        valid_until=_UNTIL,
        certainty=Certainty.PROPOSAL,
    )
    return replace(basis, **changes)


def a_device(camera: CameraId = CAMERA, **changes: Any) -> Device:
    device = Device(
        camera=camera,
        place_class=PlaceClass.PUBLIC_ROAD,
        operator="city management bureau",
        plan="plan 2025-12",
        purpose=Purpose.ENFORCEMENT,
        legal_review=Check(by="chen", on=date(2025, 2, 1), passed=True),
        technical_review=Check(by="tang", on=date(2025, 2, 2), passed=True),
        is_marked=True,
        published="https://city.example/cameras",
        in_use_from=date(2025, 3, 1),
        filed_on=date(2025, 3, 10),
        impact_assessed_on=date(2025, 2, 3),
        valid_from=date(2025, 3, 1),
        valid_until=_UNTIL,
        certainty=Certainty.PROPOSAL,
    )
    return replace(device, **changes)


def an_authority(**changes: Any) -> Authority:
    authority = Authority(
        grants=(a_grant(),),
        device_bases=(a_device_basis(),),
        devices={CAMERA: a_device()},
        publications=(
            Publication(
                areas=(DISTRICT,),
                body="https://city.example/body",
                filing_basis="https://city.example/basis",
                procedure="https://city.example/procedure",
                remedies="https://city.example/remedies",
            ),
        ),
        sector_rules=(SectorRule(title="住建部令55号", read_by="chen", on=date(2026, 1, 5)),),
        offsite_items=(
            OffsiteItem(
                matters=_OURS,
                areas=(DISTRICT,),
                clause="for tests",
                published="https://city.example/items",
                certainty=Certainty.PROPOSAL,
            ),
        ),
    )
    return replace(authority, **changes)
