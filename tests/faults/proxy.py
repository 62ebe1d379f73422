"""A TCP proxy on loopback that makes bad weather: delay, throttle, cuts, black holes, echoes.

client ──► proxy ──► server      one port each; all run in one thread with a loop of its own
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from infra.embedded.ports import LOOPBACK

_CHUNK: Final = 16 * 1024
_FLIGHT_S: Final = 0.02
"""So long half a message has to arrive before the reset would take it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What happens to bytes on their way. The default is a fine day."""

    delay_s: float = 0.0
    bytes_per_s: float | None = None
    cut_after_bytes: int | None = None
    """Each connection is torn in mid-stream after so many bytes of its server."""
    is_black_hole: bool = False
    """Takes connections and bytes, and nothing ever comes out."""
    refuses: bool = False
    echoes: bool = False
    """What the client says is also said over a second connection, whose answers nobody reads."""


FINE: Final = Weather()


class _Pipe:
    """One client with its server."""

    def __init__(self, writers: Sequence[asyncio.StreamWriter]) -> None:
        self.writers = list(writers)

    def tear(self) -> None:
        """Both ends see a reset, in mid-stream."""
        for writer in self.writers:
            _reset(writer)

    def close(self) -> None:
        """In order: what was written arrives."""
        for writer in self.writers:
            with suppress(OSError, RuntimeError):
                writer.close()

    def half_close(self) -> None:
        """The server says no more; the client may."""
        with suppress(OSError, RuntimeError):
            self.writers[0].write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Without lingering, a close is a reset."""
    with suppress(OSError, RuntimeError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()


class Proxy:
    """One port in front of one server. Made by `Proxies`."""

    def __init__(self, port: int, target: int) -> None:
        self.port: Final = port
        self.target: Final = target
        self.weather = FINE
        self._pipes: set[_Pipe] = set()

    async def serve(self) -> asyncio.Server:
        return await asyncio.start_server(self._meet, LOOPBACK, self.port)

    async def tear_all(self) -> None:
        for pipe in list(self._pipes):
            pipe.tear()

    async def half_close_all(self) -> None:
        for pipe in list(self._pipes):
            pipe.half_close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.refuses:
            _reset(writer)
            return
        try:
            from_server, to_server = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            _reset(writer)
            return
        echo = await self._echo() if self.weather.echoes else None
        writers = [writer, to_server] if echo is None else [writer, to_server, echo]
        pipe = _Pipe(writers)
        self._pipes.add(pipe)
        try:
            await asyncio.gather(
                self._carry(reader, writers[1:], pipe, counts=False),
                self._carry(from_server, [writer], pipe, counts=True),
            )
        finally:
            pipe.close()
            self._pipes.discard(pipe)

    async def _echo(self) -> asyncio.StreamWriter | None:
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            return None
        task = asyncio.ensure_future(_read_away(reader))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return writer

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writers: Sequence[asyncio.StreamWriter],
        pipe: _Pipe,
        *,
        counts: bool,
    ) -> None:
        carried = 0
        with suppress(OSError, asyncio.IncompleteReadError):
            while chunk := await reader.read(_CHUNK):
                weather = self.weather
                if weather.delay_s:
                    await asyncio.sleep(weather.delay_s)
                if weather.bytes_per_s:
                    await asyncio.sleep(len(chunk) / weather.bytes_per_s)
                while self.weather.is_black_hole:  # noqa: ASYNC110 - set by another thread
                    await asyncio.sleep(0.05)
                carried += len(chunk)
                limit = weather.cut_after_bytes
                if counts and limit is not None and carried > limit:
                    writers[0].write(chunk[: len(chunk) // 2])  # torn within a message
                    await asyncio.sleep(_FLIGHT_S)
                    pipe.tear()
                    return
                for writer in writers:
                    with suppress(RuntimeError):  # half closed: what it would say is not heard
                        writer.write(chunk)
                await writers[0].drain()
        for writer in writers:
            with suppress(OSError, RuntimeError):
                writer.write_eof()


async def _read_away(reader: asyncio.StreamReader) -> None:
    with suppress(OSError):
        while await reader.read(_CHUNK):
            pass


class Proxies:
    """All proxies of a run, in one thread.

    with Proxies({port: target}) as proxies:
        proxies.set(port, Weather(delay_s=0.2))
    """

    def __init__(self, targets: dict[int, int]) -> None:
        self._proxies: Final = {port: Proxy(port, target) for port, target in targets.items()}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._run, name="proxies", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._servers = [self._call(proxy.serve()) for proxy in self._proxies.values()]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for port in self._proxies:
            self.tear(port)
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def set(self, ports: Sequence[int], weather: Weather) -> None:
        """From now on, for open connections too."""
        for port in ports:
            self._proxies[port].weather = weather

    def tear(self, *ports: int) -> None:
        """Reset every open connection."""
        for port in ports:
            self._call(self._proxies[port].tear_all())

    def half_close(self, *ports: int) -> None:
        """Every open connection can be written to, and says nothing more."""
        for port in ports:
            self._call(self._proxies[port].half_close_all())

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()
