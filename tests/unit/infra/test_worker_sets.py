"""How many workers a lane has is a setting."""

from collections import Counter
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from infra.deployment import find
from infra.running import _worker_specs
from infra.settings import Settings
from schemas.lane import Lane


def settings(**chosen: int) -> Settings:
    return Settings(
        data=Path("data"),
        kafka="127.0.0.1:1",
        database=SecretStr("postgresql://nobody@127.0.0.1/none"),
        **chosen,  # type: ignore[arg-type]  # only whole numbers are chosen here
    )


def lanes_of(chosen: Settings) -> Counter[str]:
    specs = _worker_specs(chosen, find(chosen))
    assert len({spec.name for spec in specs}) == len(specs)
    return Counter(
        spec.argv[spec.argv.index("--lane") + 1] for spec in specs if "--lane" in spec.argv
    )


def test_each_lane_has_a_worker_unless_told_otherwise() -> None:
    assert lanes_of(settings()) == {Lane.SAFETY: 1, Lane.GENERAL: 1}


def test_each_lane_has_a_set_of_its_own_size() -> None:
    chosen = settings(workers_safety=2, workers_general=3)

    assert lanes_of(chosen) == {Lane.SAFETY: 2, Lane.GENERAL: 3}
    assert "worker-general-3" in {spec.name for spec in _worker_specs(chosen, find(chosen))}


def test_a_lane_without_a_worker_is_refused() -> None:
    with pytest.raises(ValidationError):
        settings(workers_safety=0)
