"""What kafka-python leaves of brokers that were killed is collected by the test that did it."""

import gc
from collections.abc import Iterator

import pytest

IGNORED = (
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::pytest.PytestUnhandledThreadExceptionWarning",
)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """While the test's own filters hold, so that no later test is blamed."""
    yield
    gc.collect()
