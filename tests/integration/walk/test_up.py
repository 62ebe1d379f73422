"""A deployment that is killed leaves nobody behind, and goes on where it was."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.walk.conftest import OFFSITE, House, a_house
from tests.integration.walk.test_main_job import EXAMPLES, a_report
from tests.support import services
from tests.support.shared_data import shared


@pytest.fixture(autouse=True)
def parts() -> None:
    if reason := services.why_no_kafka() or services.why_no_postgres():
        pytest.skip(reason)


def test_a_killed_deployment_leaves_no_process_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with a_house(tmp_path, ends_well=False) as house:
        house.push(house.key("/city/platform"), [a_report(f"up-{n}") for n in range(100)])
        children = house.processes()
        os.kill(house.process.pid, signal.SIGKILL)
        house.process.wait()
        left = still_there(children)

    with a_house(tmp_path) as again:
        total = again.settled()
        cases = again.queue()

    assert len(children) == 8  # database, broker, door, two workers, relay, clocks, lookout
    assert left == []
    assert (total["accepted"], total["outcomes"], total["difference"]) == (100, 100, 0)
    assert total["losses"] == 0
    assert len(cases) == 100


def still_there(children: list[int]) -> list[int]:
    ends_at = time.monotonic() + 15
    while time.monotonic() < ends_at:
        left = [pid for pid in children if is_alive(pid)]
        if not left:
            return []
        time.sleep(0.2)
    return left


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_second_deployment_on_the_same_folder_is_refused(house: House) -> None:
    done = subprocess.run(
        [*OFFSITE, "up"], env=dict(house.env), capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert f"in use by process {house.process.pid}" in done.stderr
    assert house.settled()["difference"] == 0


def test_a_camera_that_cannot_be_reached_is_told_recorded_and_tried_again(house: House) -> None:
    weights = shared("weights/yolo11n_restored.pt")
    (house.data / "cameras").mkdir(exist_ok=True)
    text = (EXAMPLES / "van-bay.toml").read_text("utf-8")
    (house.data / "cameras" / "far-away.toml").write_text(text, "utf-8")
    command = [*OFFSITE, "watch", "--camera", "far-away"]
    with socket.create_server(("127.0.0.1", 0)) as camera:
        camera.settimeout(60)
        address = f"rtsp://127.0.0.1:{camera.getsockname()[1]}/x"
        watching = subprocess.Popen(
            [*command, "--source", address, "--weights", str(weights)],
            env=dict(house.env),
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2):  # it hangs up on the first call, and is called again
            camera.accept()[0].close()
    watching.send_signal(signal.SIGTERM)
    said, code = watching.communicate(timeout=60)[1], watching.returncode
    house.settled()

    assert code == 0
    assert "Traceback" not in said
    assert "no picture from the camera" in said
    assert said.count("it is called until it answers") == 1
    (health,) = house.lines("health")
    (seen,) = (one for one in health["cameras"] if one["camera"] == "far-away")
    assert seen["messages"] >= 2
