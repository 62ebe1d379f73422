"""The lookout asks all; one that can't say is taken at its last word; people are told."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from infra.alarm_book import ALARMS_FILE
from infra.alarming import Alarms
from infra.lookout import Lookout
from schemas.errors import TemporarilyUnavailableError
from schemas.trouble import Severity, Trouble
from tests.support.builders import NOON

AWAY: Final = TemporarilyUnavailableError("the fake database is away")


class NoNumbers:
    def raised(self, kind: str) -> None: ...

    def active(self, by_kind: Mapping[str, int]) -> None: ...

    def pending(self, tellings: int) -> None: ...


class Watcher:
    """Says one thing after another; the last again and again."""

    def __init__(self, *says: Sequence[str] | Exception) -> None:
        self.says: Final = list(says)

    async def __call__(self) -> Sequence[Trouble]:
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return [
            Trouble(key=key, kind=key, severity=Severity.WARNING, sentence=key, since=NOON)
            for key in said
        ]


async def raised_by(folder: Path, *watchers: Watcher, looks: int) -> list[str]:
    """What is raised after so many looks, half a minute apart."""
    alarms = Alarms(file=folder / ALARMS_FILE, channels=[], new_id=lambda: "x", counts=NoNumbers())
    lookout = Lookout(watchers=watchers, alarms=alarms)
    for number in range(looks):
        await lookout.look_once(NOON + timedelta(seconds=30 * number))
    return sorted(alarm.trouble.key for alarm in alarms.raised)


@pytest.mark.parametrize(
    ("watchers", "looks", "raised"),
    [
        pytest.param([Watcher(["lag"])], 2, ["lag"], id="one"),
        pytest.param([Watcher(["lag"]), Watcher(["probe"])], 2, ["lag", "probe"], id="two"),
        pytest.param([Watcher(["lag"], ["lag"], [])], 4, [], id="over"),
        pytest.param(
            [Watcher(["lag"], ["lag"], AWAY)], 5, ["lag"], id="its last word counts meanwhile"
        ),
        pytest.param(
            [Watcher(AWAY), Watcher(["probe"])], 3, ["probe"], id="others are heard meanwhile"
        ),
        pytest.param(
            [Watcher(["lag"], ["lag"], AWAY, [])], 6, [], id="and its next word when it is back"
        ),
        pytest.param(
            [Watcher(AWAY), Watcher(["probe"], ["probe"], [])], 6, ["probe"],
            id="nothing is over before all were heard once",
        ),
    ],
)  # fmt: skip
async def test_troubles_of_all_watchers_are_raised(
    tmp_path: Path, watchers: list[Watcher], looks: int, raised: list[str]
) -> None:
    assert await raised_by(tmp_path, *watchers, looks=looks) == raised
