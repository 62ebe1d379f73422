"""The policy pack that a process decides by while it runs; another may come into force."""

from dataclasses import dataclass
from typing import Protocol

from handlers.decisions.policy import Policy


class PackInForce(Protocol):
    """Which pack it is now. May change between two looks, never within one."""

    @property
    def current(self) -> Policy:
        """As of the last look."""

    async def refresh(self) -> None:
        """Look again, where the last look is some seconds old. Doesn't wait long for anybody."""


@dataclass(frozen=True, slots=True)
class OnePack:
    """The same pack from beginning to end: for whoever can't ask, and for tests."""

    current: Policy

    async def refresh(self) -> None:
        """There is no other."""
