"""Where on the street something is, as well as the source knows."""

from msgspec import Struct

from schemas.errors import InvalidValueError


class Place(Struct, frozen=True, kw_only=True):
    """At least one of a place id, a grid cell, a position or an address.

    `longitude` and `latitude` are degrees in CGCS2000; a swapped pair falls outside
    China's box and is refused, never guessed at.
    """

    id: str | None = None
    grid_cell: str | None = None
    address: str | None = None
    longitude: float | None = None
    latitude: float | None = None

    def __post_init__(self) -> None:
        if (self.longitude is None) != (self.latitude is None):
            raise InvalidValueError(
                expected="longitude and latitude together",
                got=f"longitude={self.longitude}, latitude={self.latitude}",
                field="place",
            )
        if self.longitude is not None and not 73 <= self.longitude <= 136:
            raise InvalidValueError(
                expected="a longitude in 73 … 136 (degrees east, CGCS2000)",
                got=str(self.longitude),
                field="place.longitude",
            )
        if self.latitude is not None and not 3 <= self.latitude <= 54:
            raise InvalidValueError(
                expected="a latitude in 3 … 54 (degrees north, CGCS2000)",
                got=str(self.latitude),
                field="place.latitude",
            )
        if self.key is None and self.address is None:
            raise InvalidValueError(
                expected="an id, a grid cell, a position or an address", got="none", field="place"
            )

    @property
    def key(self) -> str | None:
        """The same key is the same spot. An address is free text and tells nobody apart.

        A bare position falls into a cell of a thousandth of a degree, about 100 m.
        """
        if self.id:
            return f"place:{self.id}"
        if self.grid_cell:
            return f"grid:{self.grid_cell}"
        if self.longitude is not None and self.latitude is not None:
            return f"cell:{self.longitude:.3f},{self.latitude:.3f}"
        return None
