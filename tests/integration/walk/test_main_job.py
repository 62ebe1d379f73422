"""From pixels and pushes to a dispatcher's queue, and back again for an auditor."""

import shutil
import subprocess
from pathlib import Path

import pytest

from infra.vault.disk import DiskVault
from tests.integration.walk.conftest import OFFSITE, House
from tests.support.shared_data import WEIGHTS, shared

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "cameras"
FIRE_LANE = "09012"
EVERYWHERE = """
frame = [768, 432]
[place]
id = "car-park"
[[zone]]
id = "all-fire-lane"
kind = "fire-lane"
outline = [[0, 0], [768, 0], [768, 432], [0, 432]]
[[zone]]
id = "all-pavement"
kind = "pavement"
outline = [[0, 0], [768, 0], [768, 432], [0, 432]]
[[zone]]
id = "all-no-vending"
kind = "no-vending"
outline = [[0, 0], [768, 0], [768, 432], [0, 432]]
"""


def a_report(
    number: int | str, *, code: str = "06010", place: str | None = None
) -> dict[str, object]:
    return {
        "specversion": "1.0",
        "type": "offsite.report.v1",
        "source": "/city/platform",
        "id": f"walk-{number}",
        "time": "2026-11-20T08:00:00Z",
        "data": {
            "reporter": "platform",
            "text": "seen",
            "matter": {"standard": "GB/T 47678.5-2026", "kind": "matter", "code": code},
            "place": {"id": place or f"walk-{number}"},
        },
    }


@pytest.fixture(scope="package")
def key(house: House) -> str:
    return house.key("/city/platform")


def watch(house: House, camera: str, clip: str, fps: str) -> str:
    weights = shared("weights/yolo11n_restored.pt")
    assert weights == WEIGHTS
    return house.run(
        *("watch", "--camera", camera, "--source", str(shared(f"video/{clip}"))),
        *("--weights", str(weights), "--fps", fps, "--speed", "max"),
        *("--recorded-at", "2026-11-20T08:00:00Z"),
    )


def test_a_van_that_stays_on_a_fire_lane_becomes_one_case_of_zero_tolerance(house: House) -> None:
    cameras = house.data / "cameras"
    cameras.mkdir(exist_ok=True)
    shutil.copy(EXAMPLES / "van-bay.toml", cameras)
    clip = "campus_people_parked_vans_480x360.avi"

    said = watch(house, "van-bay", clip, fps="2")
    house.settled()
    seen_once = [case for case in house.queue() if case["camera"] == "van-bay"]
    watch(house, "van-bay", clip, fps="2")  # the same recording again: the same messages
    house.settled()
    seen_twice = [case for case in house.queue() if case["camera"] == "van-bay"]

    assert "6 messages" in said  # began, lost sight; started, two minutes looked, ended
    (case,) = seen_once
    assert (case["queue"], case["route"]) == ("zero-tolerance", "zero-tolerance")
    assert case["matter"]["code"] == FIRE_LANE
    assert seen_twice == seen_once
    (shown,) = house.lines("case", "show", case["id"])
    pictures = [item for step in shown["history"] for item in step["evidence"]]
    assert {item["kind"] for item in pictures} >= {
        *("annotated-picture", "privacy-copy", "manifest", "original-frame"),
    }
    named_only = [item for item in pictures if item["where"].startswith("in the vault")]
    assert {item["kind"] for item in named_only} <= {"original-frame", "clip"}
    vault = DiskVault(house.data / "vault")
    assert all(vault.find(item["sha256"]) is not None for item in pictures)
    for item in pictures:
        if item["kind"] == "manifest":
            house.run("evidence", "verify", item["sha256"])


def test_who_only_passes_by_opens_no_case(house: House) -> None:
    cameras = house.data / "cameras"
    cameras.mkdir(exist_ok=True)
    (cameras / "car-park.toml").write_text(EVERYWHERE)

    said = watch(house, "car-park", "car_bicycle_person_passing_only.mp4", fps="2")
    house.settled()

    assert "38." in said
    assert [case for case in house.queue() if case["camera"] == "car-park"] == []


def test_a_pushed_danger_and_a_pushed_nuisance_reach_their_queues(house: House, key: str) -> None:
    house.push(key, [a_report("danger", code=FIRE_LANE), a_report("nuisance")])
    house.settled()

    def places(queue: str) -> set[str]:
        return {case["place"]["id"] for case in house.queue(queue) if case["place"]}

    assert "walk-danger" in places("zero-tolerance") - places("soft")
    assert "walk-nuisance" in places("soft") - places("zero-tolerance")


def test_the_same_event_delivered_twice_has_its_effects_once(house: House, key: str) -> None:
    event = a_report("twice")

    receipts = house.push(key, [event]) + house.push(key, [event])
    total = house.settled()

    offsets = {(receipt["partition"], receipt["offset"]) for receipt in receipts}
    (case,) = (case for case in house.queue() if (case["place"] or {}).get("id") == "walk-twice")
    assert len(offsets) == 2
    assert (case["version"], case["sightings"]) == (1, 1)
    assert total["difference"] == 0


def test_a_dispatcher_who_follows_sees_a_case_come(house: House, key: str) -> None:
    house.push(key, [a_report("followed")])

    seen = house.lines("queue", "follow", "--seconds", "4")

    assert "walk-followed" in {(case["place"] or {}).get("id") for case in seen}


def test_an_auditor_who_replays_twice_reads_the_same_bytes(house: House, key: str) -> None:
    house.push(key, [a_report(f"audit-{number}") for number in range(20)])
    house.settled()
    span = ("--since", "2026-01-01T00:00:00Z", "--until", "2999-01-01T00:00:00Z")

    once = house.run("replay", *span, "--json")
    again = house.run("replay", *span, "--json")

    assert once == again
    assert len(once.splitlines()) >= 20
    assert "different" not in house.run("replay", *span).replace("0 different", "")


def test_operations_see_lag_cameras_and_backlog(house: House) -> None:
    (health,) = house.lines("health")

    assert len(health["partitions"]) == 8
    assert all(one["lag"] >= 0 for one in health["partitions"])
    assert {"parked", "outbox", "outcomes_last_minute", "cameras"} <= set(health)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("case", "show", "C000000-NOBODY"), 2, "there is none", id="no such case"),
        pytest.param(
            ("watch", "--camera", "nobody", "--source", "x.mp4"), 2, "nobody.toml", id="no zones"
        ),
        pytest.param(
            ("watch", "--camera", "van-bay", "--source", "x.mp4", "--weights", "none.pt"),
            2, "nothing is downloaded", id="no weights",
        ),
        pytest.param(
            ("watch", "--camera", "van-bay", "--source", "nothing.mp4"),
            2, "there is no such file", id="no clip",
        ),
        pytest.param(("key", "add", "two words"), 2, "without blanks", id="a source with blanks"),
        pytest.param(
            ("replay", "--since", "yesterday", "--until", "today"), 2, "RFC 3339", id="no instant"
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_sentence(
    house: House, words: tuple[str, ...], code: int, said: str
) -> None:
    (house.data / "cameras").mkdir(exist_ok=True)
    shutil.copy(EXAMPLES / "van-bay.toml", house.data / "cameras")
    done = subprocess.run(
        [*OFFSITE, *words], env=dict(house.env), capture_output=True, text=True, check=False
    )

    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
