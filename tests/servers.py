"""Real servers, as an operator starts them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

PASSERELLE = Path(sys.executable).with_name("passerelle")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def eventually(happens: Callable[[], Any], seconds: float = 60) -> Any:
    """What comes of a question that is asked until there is an answer; a connection that is refused is none."""
    until = time.monotonic() + seconds
    while True:
        with suppress(httpx.TransportError):
            if found := happens():
                return found
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


class Server:
    """A server process, its address and its log."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], log: Path) -> None:
        self.port, self.process, self.log = port, process, log
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)

    def lines(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def environment(database_url: str, settings: dict[str, str]) -> dict[str, str]:
    """The environment of a process, which stops at once unless it is told otherwise."""
    return {**os.environ, "DATABASE_URL": database_url, "DRAIN_SECONDS": "0", **settings}


@contextmanager
def serving(
    database_url: str, folder: Path, *options: str, port: int | None = None, **settings: str
) -> Iterator[Server]:
    """A server on a database that is migrated and loaded, or not; ready or not."""
    port = port or free_port()
    log = folder / f"{port}.log"
    command = [str(PASSERELLE), "serve", "--no-prepare", "--port", str(port), *options]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environment(database_url, settings), stdout=subprocess.DEVNULL, stderr=out
        )
    server = Server(port, process, log)
    try:
        eventually(lambda: server.client.get("/health/live").status_code == 200)
        yield server
    finally:
        server.client.close()
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
