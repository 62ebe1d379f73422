"""What the README tells a stranger to type works as told."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.walk.conftest import House

HOUSE = Path(__file__).parents[3]
PUSH = re.compile(r"^curl -i \S+/v1/events .*?\}'$", re.MULTILINE | re.DOTALL)


def the_curl_command(readme: str, house: House) -> str:
    (command,) = PUSH.findall((HOUSE / readme).read_text("utf-8"))
    running = json.loads((house.data / "running.json").read_text())
    return str(command).replace("http://127.0.0.1:8420", running["api"])


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_first_event_of_the_readme_is_taken_and_consumed(house: House, readme: str) -> None:
    key = house.key("/city/platform")
    command = the_curl_command(readme, house).replace("2026-0001", f"2026-{readme}")

    said = subprocess.run(
        ["bash", "-c", command],
        env={**house.env, "OFFSITE_KEY": key},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    house.settled()

    assert said.startswith("HTTP/1.1 202")
    receipt = json.loads(said.splitlines()[-1])
    assert receipt["topic"] == "events.safety"
    places = [(case["place"] or {}).get("id") for case in house.queue("zero-tolerance")]
    assert "market-lane-3" in places


def test_a_consumer_group_of_the_city_reads_the_queue(house: House) -> None:
    key = house.key("/city/platform")
    running = json.loads((house.data / "running.json").read_text())
    subprocess.run(
        ["bash", "-c", the_curl_command("README.md", house)],
        env={**house.env, "OFFSITE_KEY": key},
        capture_output=True,
        check=True,
    )
    house.settled()
    time.sleep(0.5)

    consumer = subprocess.run(
        [
            *(sys.executable, str(HOUSE / "docs" / "examples" / "consume_queue.py")),
            *("--bootstrap", running["kafka"], "--queue", "zero-tolerance", "--seconds", "8"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    told = {line.split()[1] for line in consumer.stdout.splitlines()}
    waiting = {case["id"] for case in house.queue("zero-tolerance")}
    assert told == waiting
