"""A broker of their own: what these tests leave behind would stop other tests' workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from infra.cli.main import app
from infra.deployment import Deployment
from tests.support import services
from tests.support.lane_processes import a_deployment, environment


@pytest.fixture
def deployment(tmp_path: Path, database: str) -> Iterator[Deployment]:
    if reason := services.why_no_kafka():
        pytest.skip(reason)
    with services.running_kafka(tmp_path / "broker") as bootstrap:
        yield a_deployment(bootstrap, database, tmp_path)


def offsite(deployment: Deployment, *words: str, code: int = 0) -> Result:
    """A command as a person gives it."""
    done = CliRunner().invoke(app, list(words), env=environment(deployment))
    assert done.exit_code == code, (done.output, done.exc_info)
    return done


def add_wang(deployment: Deployment) -> None:
    """Somebody of the register."""
    words = ("person", "add", "wang", "--name", "Wang", "--unit", "ops", "--role", "clerk")
    offsite(deployment, *words)
