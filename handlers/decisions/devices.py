"""Whether a camera's papers were in order on the day when it saw something (P04, D1, D4)."""

from datetime import datetime

from handlers.decisions.device_papers import forbidden_place_fault, papers_fault
from handlers.decisions.law.authority import Authority, Purpose, Unregistered
from schemas.ids import CameraId
from schemas.instants import CHINA


def device_fault(camera: CameraId | None, at: datetime, authority: Authority) -> str | None:
    """What is wrong with the camera's status on that day in China; absent where nothing is."""
    if camera is None:
        return None
    device = authority.devices.get(camera)
    if device is None:
        unknown = authority.unregistered is Unregistered.TRIAGE
        return "设备未登记 not in the register of devices" if unknown else None
    fault = forbidden_place_fault(device) or papers_fault(device, at.astimezone(CHINA).date())
    return None if fault is None else str(fault)


def is_for_public_security(camera: CameraId | None, authority: Authority) -> bool:
    """Put up for public security, as far as the register says."""
    device = None if camera is None else authority.devices.get(camera)
    return device is not None and device.purpose is Purpose.PUBLIC_SECURITY
