"""What these tests share."""

from tests.support.leftovers import collected

__all__ = ["collected"]
