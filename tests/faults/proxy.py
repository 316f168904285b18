"""A TCP proxy that hurts: it delays, cuts after some bytes, drops replies only, or goes silent without closing (half-open).

`python -m tests.faults.proxy HOST PORT TARGET LATENCY BANDWIDTH` is a slow link as a process: in a network namespace of its own, say.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from types import TracebackType
from typing import Self


class Proxy:
    """Forwards 127.0.0.1:`port` to a server; what it does to the bytes can be changed at any time, from any thread."""

    def __init__(self, target: int, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._target = target
        self._host = host
        self.port = port
        #: Seconds that each piece waits.
        self.delay = 0.0
        #: A long and narrow link: seconds that every byte travels, and bytes a second that all connections share in one direction.
        self.latency = 0.0
        self.bandwidth = 0.0
        self._busy_until = {True: 0.0, False: 0.0}
        #: Close the connection after so many further bytes of replies; None: never.
        self.cut_after: int | None = None
        #: Requests pass, replies do not.
        self.drop_replies = False
        #: Nothing passes, nothing closes.
        self.silent = False
        #: New connections are refused.
        self.closed = False
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def cut(self) -> None:
        """Close every connection now."""
        self._loop.call_soon_threadsafe(self._close_all)

    def _close_all(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(asyncio.start_server(self._serve, self._host, self.port))
        self.port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        await asyncio.gather(self._pump(reader, back, replies=False), self._pump(there, writer, replies=True), return_exceptions=True)
        self._writers -= {writer, back}

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, replies: bool) -> None:
        try:
            while data := await source.read(65_536):
                while self.silent:  # noqa: ASYNC110 - set from another thread, where an event of this loop cannot be
                    await asyncio.sleep(0.02)
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self.bandwidth:
                    await self._travel(data, sink, replies=replies)
                    continue
                if replies and self.drop_replies:
                    continue
                if replies and self.cut_after is not None:
                    data, self.cut_after = data[:self.cut_after], self.cut_after - len(data)
                    if self.cut_after <= 0:
                        self.cut_after = None
                        sink.write(data)
                        break
                sink.write(data)
                await sink.drain()
        finally:
            if self.bandwidth:
                await asyncio.sleep(self.latency)
            sink.transport.abort()

    async def _travel(self, data: bytes, sink: asyncio.StreamWriter, *, replies: bool) -> None:
        """Let the bytes wait for the link, then arrive later, as those behind them already set off."""
        begins = max(self._loop.time(), self._busy_until[replies])
        self._busy_until[replies] = sent = begins + len(data) / self.bandwidth
        self._loop.call_at(sent + self.latency, sink.write, data)
        await asyncio.sleep(max(0.0, sent - self._loop.time()))


def main() -> None:
    """Be a slow link until killed."""
    host, port, target, latency, bandwidth = sys.argv[1:]
    with Proxy(int(target), host=host, port=int(port)) as proxy:
        proxy.latency, proxy.bandwidth = float(latency), float(bandwidth)
        threading.Event().wait()


if __name__ == "__main__":
    main()
