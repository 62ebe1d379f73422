"""What needs the `[vision]` extra is asked for here, and refused in a sentence where it isn't."""

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import RefusedError


@contextmanager
def eyes_needed() -> Iterator[None]:
    """For the import of a module that needs PyAV, OpenCV or a model."""
    try:
        yield
    except ImportError as error:
        raise RefusedError(
            f"{error.name} is not installed: a camera needs offsite-enforcement[vision]"
        ) from error
