"""Processes and commands fail in many ways, and no word of theirs holds a secret."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.secured.conftest import as_user, settings_of
from tests.support.parts import a_part, wait_until
from tests.support.secured import SecuredKafka

pytestmark = [pytest.mark.broker, pytest.mark.database]

OF_KAFKA = "k4fka-s3cret-word"
OF_DATABASE = "d4tabase-s3cret-word"
SECRETS = (OF_KAFKA, OF_DATABASE)
PARTS = (("api",), ("worker", "--lane", "safety"), ("relay",), ("clocks",), ("lookout",))
COMMANDS = (
    ("health", "--json"),
    ("conserve", "--json"),
    ("doctor",),
    ("conserve", "--day", "2024-01-01"),
    ("queue", "ls", "--json"),
)


@pytest.fixture(
    params=[
        "a wrong password at the broker",
        "the database is away",
        "a port that is no number",
        "no address at all",
    ]
)
def env(
    request: pytest.FixtureRequest,
    secured_kafka: SecuredKafka,
    database: str,
    tmp_path: Path,
    closed_port: int,
) -> Mapping[str, str]:
    dsn = {
        "a wrong password at the broker": database,
        "the database is away": f"postgresql://me:{OF_DATABASE}@127.0.0.1:{closed_port}/db",
        "a port that is no number": f"postgresql://me:{OF_DATABASE}@127.0.0.1:none/db",
        "no address at all": f"postgresql//me:{OF_DATABASE}@127.0.0.1",
    }[request.param]
    wrong = as_user(secured_kafka, "worker", password=OF_KAFKA)
    env = settings_of(wrong, tmp_path, dsn)
    Path(env.pop("OFFSITE_KAFKA_SASL_PASSWORD_FILE")).unlink()
    return {**env, "OFFSITE_KAFKA_SASL_PASSWORD": OF_KAFKA, "OFFSITE_PORT": str(closed_port)}


def test_no_process_and_no_command_tells_a_secret(env: Mapping[str, str], tmp_path: Path) -> None:
    said: list[str] = []
    with ExitStack() as stack:
        logs = [tmp_path / f"{words[0]}.log" for words in PARTS]
        for words, log in zip(PARTS, logs, strict=True):
            stack.enter_context(a_part(*words, env=env, log=log))
        with ThreadPoolExecutor() as at_once:
            said += at_once.map(lambda words: command(words, env), COMMANDS)
        wait_until(lambda: logs[1].stat().st_size > 0, log=logs[1])  # the others were as long up
    said += [log.read_text() for log in logs]
    said += [path.read_text("utf-8", "replace") for path in others_read(tmp_path)]

    assert [secret for secret in SECRETS for each in said if secret in each] == []
    assert any("offsite: " in each or "error" in each for each in said)


def command(words: tuple[str, ...], env: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli.main", *words],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def others_read(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o044]
