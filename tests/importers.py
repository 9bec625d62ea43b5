"""The service as real processes, with keys for administrators."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.services import administration
from app.services.administration import load, migrate
from tests.factories import EXLAND


@dataclass
class Server:
    """A process that serves, and how to talk to it."""

    process: "subprocess.Popen[bytes]"
    client: httpx.Client

    def finished(self, response: httpx.Response) -> Any:
        """The import that a request began, once it is finished."""
        assert response.status_code == 202, response.text
        with self.client.stream("GET", f"{response.headers['location']}/events") as events:
            assert events.status_code == 200
            for _ in events.iter_lines():
                pass
        return self.client.get(response.headers["location"]).json()


def prepared(url: str) -> str:
    """A key for everything, in a database with the invented place."""
    migrate(url)
    asyncio.run(load(url, EXLAND))
    return asyncio.run(administration.create_key(url, "test", ("import", "release", "audit"), None))[1]


@contextmanager
def serving(url: str, folder: Path, key: str, **settings: str) -> Iterator[Server]:
    """A server on this database, whose imports lie in the folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--port", str(port)]
    own = {
        "DATABASE_URL": url, "DATA_DIR": str(EXLAND), "IMPORTS_DIR": str(folder), "RATE_LIMIT_ADMIN": "none",
        "IMPORT_POLL_SECONDS": "0.05", "RELEASE_POLL_SECONDS": "0.05", "DRAIN_SECONDS": "0", **settings,
    }  # fmt: skip
    process = subprocess.Popen(
        [*command, "--no-access-log", "--log-level", "error"], env={**os.environ, **own}, start_new_session=True
    )
    headers = {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            _wait(client, process)
            yield Server(process, client)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        assert process.poll() is None, "the server ended"
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server did not start")
