"""A corpus of facts under a pack that lays everything down: decided here, or in another process."""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Final

from handlers.decisions.deciding import decide
from handlers.decisions.facts import Facts
from handlers.decisions.law.authority import Authority, Purpose
from handlers.decisions.law.calendar import WorkingCalendar, Year
from handlers.decisions.law.leniency import Leniency
from handlers.decisions.policy import Policy
from handlers.decisions.records import decision_bytes, facts_bytes
from schemas.camera import ZoneKind
from schemas.clock import ClockKind
from schemas.danger import Danger
from schemas.ids import CameraId
from schemas.lane import Lane
from schemas.limit import Calendar, Limit, Unit
from schemas.matter import MatterKey
from schemas.observation import Phase
from schemas.workfile import Queue, Route
from tests.support.authorities import a_device
from tests.support.builders import (
    BLOCKED_EXIT,
    CAMERA,
    LITTER,
    OPEN_MANHOLE,
    STALL,
    UNLISTED,
    a_case,
    a_matter_policy,
    a_place,
    a_policy,
    a_sighting,
    a_site,
    some_facts,
)
from tests.support.calendars import HOURS
from tests.support.clocks import LADDER, a_deadline
from tests.support.lawful_places import a_designated_place

OLD_STALL: Final = MatterKey("GB/T 30428.2-2013", "matter", "04-06")
LAPSED: Final = CameraId("cam-lapsed")
SECURITY: Final = CameraId("cam-security")
UNKNOWN: Final = CameraId("cam-unknown")
CAMERAS: Final = (CAMERA, LAPSED, SECURITY, UNKNOWN, None)
MATTERS: Final = (STALL, OLD_STALL, BLOCKED_EXIT, OPEN_MANHOLE, LITTER, UNLISTED, None)
MARKET: Final = a_place("market")
PLACES: Final = (a_place(), MARKET, a_place(None, address="解放路边"), None)


def a_whole_policy(*, sample_one_in: int = 3, year: int = 2026) -> Policy:
    """Soft limits run in the city's hours, and only one year is laid down."""
    soft = replace(
        a_matter_policy(STALL, lifted_by=[Danger.GAS_BOTTLES, Danger.FLAMES], is_amenity=True),
        disposal_limit=Limit(amount=2, unit=Unit.HOUR, calendar=Calendar.CITY_WORKING),
    )
    matters = (
        soft,
        a_matter_policy(BLOCKED_EXIT, route=Route.ZERO_TOLERANCE, is_safety=True, limit_min=30),
        a_matter_policy(OPEN_MANHOLE, route=Route.SERVICE, is_safety=True, limit_min=30),
        a_matter_policy(LITTER, route=Route.SERVICE, lifted_by=[Danger.SKIDDING]),
    )
    devices = (
        a_device(),
        a_device(LAPSED, valid_until=date(2026, 11, 19)),
        a_device(SECURITY, purpose=Purpose.PUBLIC_SECURITY),
    )
    laid_down = Year(holidays=frozenset(), make_up_days=frozenset(), source="for tests")
    kinds = (ClockKind.TAKE, ClockKind.DANGER)
    return replace(
        a_policy(matters=matters, sample_one_in=sample_one_in),
        aliases={"04-06": STALL},
        calendar=WorkingCalendar(years={year: laid_down}, hours=HOURS),
        leniency=Leniency(designated=(a_designated_place(place_ids=["market"]),)),
        authority=Authority(devices={device.camera: device for device in devices}),
        deadlines={kind: a_deadline(kind=kind) for kind in kinds},
        ladders={LADDER.id: LADDER},
    )


def corpus() -> Iterator[Facts]:
    """A few hundred, each at its own address."""
    danger = a_case(site=a_site(queue=Queue.ZERO_TOLERANCE), route=Route.ZERO_TOLERANCE)
    choices = product(
        MATTERS,
        PLACES,
        CAMERAS,
        (ZoneKind.PAVEMENT, ZoneKind.FIRE_LANE),
        ((), (Danger.GAS_BOTTLES, Danger.ESCAPE_ROUTE, Danger.FLAMES)),
        ((Phase.BEGAN, None), (Phase.CONTINUED, a_case()), (Phase.ENDED, danger)),
    )
    for offset, (matter, place, camera, zone, dangers, (phase, case)) in enumerate(choices):
        sighting = a_sighting(
            matter=matter,
            place=place,
            camera=camera,
            zone_kind=zone,
            dangers=dangers,
            phase=phase,
            seen=timedelta(minutes=offset % 7),
        )
        lane = Lane.SAFETY if offset % 2 else Lane.GENERAL
        yield some_facts(sighting, offset=offset, lane=lane, open_case=case)


def digest_of_all() -> str:
    """Of all facts and all decisions, in two years."""
    digest = hashlib.sha256()
    for year in (2026, 2027):
        policy = a_whole_policy(year=year)
        for facts in corpus():
            digest.update(facts_bytes(facts))
            digest.update(decision_bytes(decide(facts, policy)))
    return digest.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(digest_of_all())
