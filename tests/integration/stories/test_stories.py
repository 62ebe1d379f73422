"""The stories of `docs/stories`, told by the scripts that a reader would run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.integration.walk.conftest import House, a_house
from tests.support import services

pytestmark = [pytest.mark.broker, pytest.mark.database]

STORIES = Path(__file__).parents[3] / "docs" / "stories"
TOLD = sorted(path.name for path in STORIES.glob("[1-9]-*.sh"))
WITHIN_S = 300


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    if reason := services.why_no_kafka() or services.why_no_postgres():
        pytest.skip(reason)
    settings = {"OFFSITE_POLICY": "suizhou-example"}
    with a_house(tmp_path_factory.mktemp("city"), settings=settings) as started:
        yield started


@pytest.fixture(scope="module")
def surroundings(city: House) -> Mapping[str, str]:
    """What a reader has exported after `0-setting.sh`."""
    running = json.loads((city.data / "running.json").read_text())
    env = {
        **city.env,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "OFFSITE_DOOR": running["api"],
    }
    set_up = told(STORIES / "0-setting.sh", env)
    assert set_up.returncode == 0, f"{set_up.stdout}\n{set_up.stderr}"
    return {**env, "OFFSITE_KEY": set_up.stdout.split()[-1]}


def told(script: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(script)],
        env=dict(env),
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def test_there_are_stories_to_tell() -> None:
    assert len(TOLD) == 7


@pytest.mark.parametrize("story", TOLD)
def test_a_story_ends_as_it_is_told(story: str, surroundings: Mapping[str, str]) -> None:
    done = told(STORIES / story, surroundings)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_after_the_stories_every_act_can_be_judged_again(
    city: House, surroundings: Mapping[str, str]
) -> None:
    ever = ("--since", "2000-01-01T00:00:00Z", "--until", "2100-01-01T00:00:00Z")

    said = city.run("replay", *ever)

    assert " 0 different" in said
