"""A real PostgreSQL: it keeps what it was given, also past a killed supervisor."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from infra.embedded.child import launch
from infra.embedded.database import EmbeddedDatabase
from infra.embedded.supervisor import Supervisor
from tests.support.services import running_postgres, why_no_postgres

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(why_no_postgres() is not None, reason=str(why_no_postgres())),
]

PARENT = """
import os, signal, sys
from pathlib import Path
from tests.support.services import running_postgres
with running_postgres(Path(sys.argv[1])):
    print((Path(sys.argv[1]) / "postgres" / "postmaster.pid").read_text().split()[0], flush=True)
    signal.pause()
"""


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_second_start_keeps_the_table(tmp_path):
    with running_postgres(tmp_path) as dsn, psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('违停')")

    with running_postgres(tmp_path) as dsn, psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT word FROM kept").fetchone()

    assert row == ("违停",)
    assert (tmp_path / "postgres").stat().st_mode & 0o777 == 0o700


def test_the_settings_are_those_of_a_careful_server(tmp_path):
    names = ("fsync", "synchronous_commit", "jit", "max_connections", "server_encoding")

    with running_postgres(tmp_path) as dsn, psycopg.connect(dsn) as connection:
        told = {n: connection.execute(f"SHOW {n}").fetchone()[0] for n in names}

    assert told == {
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "max_connections": "100",
        "server_encoding": "UTF8",
    }


def test_a_server_left_behind_is_ended_and_its_data_kept(tmp_path):
    database = EmbeddedDatabase(folder=tmp_path / "postgres", log=tmp_path / "log")
    with running_postgres(tmp_path) as dsn, psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept ()")
    database.prepare()
    left = launch(database.child())
    while not database.is_ready():
        assert left.poll() is None
        time.sleep(0.02)

    with running_postgres(tmp_path) as dsn, psycopg.connect(dsn) as connection:
        connection.execute("SELECT * FROM kept")

    assert left.wait(5) == 0


def test_a_pid_file_that_names_a_stranger_does_not_hinder(tmp_path):
    with running_postgres(tmp_path):
        pass
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{tmp_path / 'postgres'}\n1\n5432\n/tmp\n\n1 1\nready\n")

    with running_postgres(tmp_path) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_it_comes_back_after_its_own_death(tmp_path):
    database = EmbeddedDatabase(folder=tmp_path / "postgres", log=tmp_path / "log")
    with Supervisor([database.child()]) as supervisor:
        supervisor.start()

        os.kill(supervisor.statuses()[0].pid, signal.SIGKILL)
        limit = time.monotonic() + 10
        while not (supervisor.is_up() and supervisor.statuses()[0].restarts):
            assert time.monotonic() < limit
            supervisor.tick()
            time.sleep(0.02)

        with psycopg.connect(database.dsn) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_supervisor_leaves_no_server(tmp_path):
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, cwd=root, text=True
    ) as parent:
        pid = int(parent.stdout.readline())

        parent.kill()

        limit = time.monotonic() + 10
        while not _is_gone(pid):
            assert time.monotonic() < limit
            time.sleep(0.02)
