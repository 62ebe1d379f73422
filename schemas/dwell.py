"""How long something stayed, as far as anyone can prove it."""

from datetime import timedelta

from msgspec import Struct

from schemas.errors import InvalidValueError


class Dwell(Struct, frozen=True, kw_only=True):
    """A stay known only from what was seen, so it has two bounds.

    seen ├────┤      ├──────┤        at_least = seen
    gap        ├─────┤               at_most  = seen + gaps
    """

    at_least: timedelta
    at_most: timedelta

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.at_least <= self.at_most:
            raise InvalidValueError(
                expected="0 <= at_least <= at_most",
                got=f"at_least={self.at_least}, at_most={self.at_most}",
                field="dwell",
            )

    def surely_exceeds(self, threshold: timedelta) -> bool:
        """Hold against a person only what was seen: the lower bound."""
        return self.at_least > threshold
