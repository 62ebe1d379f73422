"""No secret leaves in what a process says, however it got there."""

import logging
import sys
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from infra.logbook import speak_json
from infra.redacting import Redactor, redactor_of
from infra.settings import Settings

SECRET = "corr3ct/horse@battery"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        pytest.param(f"got {SECRET} back", "got *** back", id="known by heart"),
        pytest.param("got corr3ct%2Fhorse%40battery", "got ***", id="as an address spells it"),
        pytest.param(
            "at postgresql://me:other@host/db", "at postgresql://me:***@host/db", id="an address"
        ),
        pytest.param("http://cam:a:b@c@10.0.0.1/x", "http://cam:***@10.0.0.1/x", id="odd ones"),
        pytest.param("password=other host=h", "password=*** host=h", id="libpq's words"),
        pytest.param("{'password': 'other'}", "{'password': '***'}", id="a dictionary"),
        pytest.param("http://127.0.0.1:8420/v1", "http://127.0.0.1:8420/v1", id="a port is none"),
        pytest.param("nothing to hide", "nothing to hide", id="nothing"),
    ],
)
def test_secrets_become_stars(said: str, left: str) -> None:
    assert Redactor([SECRET]).text(said) == left


def test_fields_of_an_event_are_looked_through_whatever_they_are() -> None:
    event: dict[str, Any] = {
        "event": "away", "error": ValueError(SECRET), "list": [SECRET, 7], "deep": {"a": SECRET},
        "count": 3, "nothing": None, "yes": True,
    }  # fmt: skip

    left = Redactor([SECRET])(None, "warning", event)

    assert left == {
        "event": "away", "error": "***", "list": ["***", 7], "deep": {"a": "***"},
        "count": 3, "nothing": None, "yes": True,
    }  # fmt: skip


def test_a_short_word_is_no_secret() -> None:
    assert Redactor(["pg"]).text("pg is up") == "pg is up"


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://me:s3cret-word@host/db",
        "postgresql://me:s3cret-word@host:noport/db",
        "postgresql//me:s3cret-word@host",
    ],
)
def test_the_settings_secrets_are_known_also_where_they_are_crooked(dsn: str) -> None:
    redactor = redactor_of(
        Settings(database=SecretStr(dsn), kafka_sasl_password=SecretStr("an0ther-word"))
    )

    assert redactor.text("s3cret-word an0ther-word") == "*** ***"


def test_what_drivers_log_and_last_words_are_looked_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    speak_json(Redactor([SECRET]))
    structlog.reset_defaults()

    logging.getLogger("kafka").warning("refused %s", SECRET, exc_info=ValueError(SECRET))
    error = RuntimeError(SECRET)
    sys.excepthook(RuntimeError, error, None)

    said = capsys.readouterr().err
    assert "refused ***" in said
    assert "RuntimeError: ***" in said
    assert SECRET not in said
