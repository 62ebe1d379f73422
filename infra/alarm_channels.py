"""How alarms leave: signed by webhook, and to the Kafka topic `alarms`.

A receiver checks `Offsite-Signature` with `signature`, and drops what has a known id.
"""

import asyncio
import hashlib
import hmac
import time
import urllib.error
import urllib.request
from email.message import Message
from typing import IO, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from schemas.alarm import Notice
from schemas.errors import InvalidValueError, TemporarilyUnavailableError
from schemas.wire.alarms import write_notice
from schemas.wire.envelope import STRUCTURED
from streams.producing import Outgoing, Producer
from streams.topics import ALARMS

ANSWER_WITHIN_S: Final = 5.0


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """What stands in `Offsite-Signature`: HMAC-SHA256 of `<timestamp>.<body>`."""
    said = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


class Webhook:
    """One address. It may hold a secret itself, so only a digest of it is ever written down."""

    def __init__(self, url: SecretStr, *, secret: SecretStr | None) -> None:
        where = url.get_secret_value()
        if urlsplit(where).scheme not in {"http", "https"} or not urlsplit(where).hostname:
            raise InvalidValueError(
                field="OFFSITE_ALARM_WEBHOOK", expected="http(s)://host/…", got="something else"
            )
        self._url: Final = url
        self._secret: Final = secret
        self._name: Final = f"webhook-{hashlib.sha256(where.encode()).hexdigest()[:12]}"

    @property
    def name(self) -> str:
        """By digest: the address itself may hold a secret."""
        return self._name

    async def send(self, notice: Notice) -> None:
        """Return when it answered with 2xx."""
        body = write_notice(notice)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": STRUCTURED,
            "Idempotency-Key": notice.id,
            "Offsite-Timestamp": timestamp,
        }
        if self._secret is not None:
            headers["Offsite-Signature"] = signature(
                self._secret.get_secret_value(), timestamp=timestamp, body=body
            )
        request = urllib.request.Request(  # noqa: S310 - http(s) only, see above
            self._url.get_secret_value(), data=body, headers=headers, method="POST"
        )
        await asyncio.to_thread(_post, request)


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """A signed body goes where its owner said, and nowhere else."""

    def redirect_request(  # noqa: PLR0917 - urllib's own signature
        self,
        req: urllib.request.Request,  # noqa: ARG002
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: Message,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        return None


def _post(request: urllib.request.Request) -> None:
    opener = urllib.request.build_opener(_NoDetour())
    try:
        with opener.open(request, timeout=ANSWER_WITHIN_S):
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise TemporarilyUnavailableError(f"the webhook answered {error.code}") from error
    except (OSError, ValueError) as error:  # what it says may hold the address
        kind = type(getattr(error, "reason", error)).__name__
        raise TemporarilyUnavailableError(f"the webhook can't be reached: {kind}") from error


class AlarmTopic:
    """The Kafka topic, under the trouble's key: its raising and its end stay in order."""

    name: Final = "kafka"

    def __init__(self, producer: Producer) -> None:
        self._producer: Final = producer

    async def send(self, notice: Notice) -> None:
        """Return when Kafka acknowledged it."""
        await self._producer.apublish(
            Outgoing(
                topic=ALARMS,
                key=notice.alarm.trouble.key,
                value=write_notice(notice),
                headers=[("content-type", STRUCTURED.encode())],
            )
        )
