"""Gives up a connection whose request doesn't begin in time: uvicorn itself would wait for ever.

Else whoever opens as many connections as the door allows, and says nothing or a byte now and then,
would keep everybody else out. How long a body may take is `infra.api.body`'s to say.
"""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S: Final = 10.0
"""From the connection, or from a later request's first byte, to the end of its headers."""

_PIECE: Final = 4 * 1024


class PatientProtocol(H11Protocol):
    """HTTP/1.1 by h11, which holds the limit of all headers too. One a connection."""

    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        """The first request may begin."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Headers are whole once h11 knows what the client does next.

        h11 holds the limit of headers that aren't whole yet: in one piece with their end, any
        amount would pass.
        """
        while data and self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            piece, data = data[:_PIECE], data[_PIECE:]
            super().data_received(piece)
        if data and not self.transport.is_closing():
            super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._wait_no_more()
        elif self._giving_up is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._giving_up = self.loop.call_later(HEAD_WITHIN_S, self._give_up)

    def _wait_no_more(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
