"""What a penalty rests on: which items the proposal relies on, and which of them a device made."""

from dataclasses import dataclass
from datetime import datetime

from handlers.decisions.dossier import Seen
from handlers.decisions.gates.gate import Bench
from schemas.act import Act, Details, Taken
from schemas.ids import CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """An item that a camera made. No `captured_at`: nobody has said when."""

    digest: str
    camera: CameraId
    captured_at: datetime | None


def proposed(bench: Bench) -> Details | None:
    """What is proposed now, or was last; absent where nothing is (on the spot)."""
    if bench.command.act is Act.PROPOSE:
        return bench.details
    last = bench.last(Act.PROPOSE)
    return None if last is None else last.details


def proposed_at(bench: Bench) -> datetime:
    """When the evidence that the proposal relies on had to be there."""
    last = bench.last(Act.PROPOSE)
    if bench.command.act is Act.PROPOSE or last is None:
        return bench.command.at
    return last.at


def relied_on(bench: Bench) -> tuple[str, ...]:
    """The digests that the proposal names; none where there is no proposal."""
    details = proposed(bench)
    return () if details is None else details.listed("relies_on")


def excluded(bench: Bench) -> frozenset[str]:
    """What may not be used. Nothing takes an exclusion back."""
    return frozenset(
        digest for taken in bench.all(Act.EXCLUDE) for digest in taken.details.listed("evidence")
    )


def collected(bench: Bench, digest: str) -> tuple[Taken, ...]:
    """The acts by which officers collected an item."""
    return tuple(
        taken for taken in bench.all(Act.COLLECT) if digest in taken.details.listed("evidence")
    )


def seen(bench: Bench, digest: str) -> tuple[Seen, ...]:
    """How often a machine or a source brought an item."""
    return tuple(each for each in bench.dossier.seen if each.item.sha256 == digest)


def is_of_a_device(bench: Bench, digest: str) -> bool:
    """Whether a camera made it, whoever says so: collecting it anew doesn't change its origin."""
    return bool(_records_of(bench, digest))


def device_records(bench: Bench) -> tuple[DeviceRecord, ...]:
    """The devices' records among what the proposal relies on."""
    return tuple(record for digest in relied_on(bench) for record in _records_of(bench, digest))


def is_taken_on_the_spot(bench: Bench, digest: str) -> bool:
    """Taken by the officers there and then, and no copy of what a device made."""
    if is_of_a_device(bench, digest):
        return False
    return any(taken.details.says("on_site") for taken in collected(bench, digest))


def short(digest: str) -> str:
    """As much of a digest as a person compares."""
    return f"{digest[:12]}…" if len(digest) > 12 else digest


def _records_of(bench: Bench, digest: str) -> tuple[DeviceRecord, ...]:
    by_machine = [
        DeviceRecord(digest=digest, camera=each.camera, captured_at=each.occurred_at)
        for each in seen(bench, digest)
        if each.camera is not None
    ]
    by_officers = [
        DeviceRecord(
            digest=digest,
            camera=CameraId(taken.details.text("camera")),
            captured_at=taken.details.instant("captured_at"),
        )
        for taken in collected(bench, digest)
        if taken.details.text("camera")
    ]
    return tuple(dict.fromkeys((*by_machine, *by_officers)))
