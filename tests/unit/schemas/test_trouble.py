from datetime import UTC, datetime

import pytest

from schemas.errors import InvalidValueError
from schemas.trouble import Severity, Trouble

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_trouble(*, key: str, since: datetime = NOON) -> Trouble:
    return Trouble(
        key=key,
        kind="partition-stopped",
        severity=Severity.CRITICAL,
        sentence="nothing of events.safety/2 was decided for 40 s",
        since=since,
    )


@pytest.mark.parametrize("key", ["partition-stopped", "partition-stopped:events.safety/2"])
def test_a_key_is_its_kind_and_what_it_is_about(key: str) -> None:
    assert a_trouble(key=key).key == key


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("camera-silent:north-gate", id="another-kind"),
        pytest.param("partition-stopped-2", id="no-colon"),
    ],
)
def test_a_key_of_another_kind_is_refused(key: str) -> None:
    with pytest.raises(InvalidValueError, match="partition-stopped:"):
        a_trouble(key=key)


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="since"):
        a_trouble(key="partition-stopped", since=NOON.replace(tzinfo=None))
