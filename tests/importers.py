"""The service as a real server, with keys for administrators."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.main import create_app
from app.services import administration
from app.services.administration import load
from app.settings import Settings
from tests.databases import migrated
from tests.factories import EXLAND
from tests.servers import eventually, free_port


@dataclass
class Server:
    """How to talk to a server."""

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
    migrated(url)
    asyncio.run(load(url, EXLAND))
    return asyncio.run(administration.create_key(url, "test", ("import", "release", "audit"), None))[1]


@contextmanager
def serving(url: str, folder: Path, key: str, **more: Any) -> Iterator[Server]:
    """A server on this database, whose imports lie in the folder, with more settings: in a thread of this process,
    where it starts in a fifth of the time."""
    settings = Settings(
        database_url=url, data_dir=EXLAND, imports_dir=folder, rate_limit_admin="", import_poll_seconds=0.05,
        release_poll_seconds=0.05, drain_seconds=0, **more,
    )  # fmt: skip
    config = uvicorn.Config(create_app(settings), port=free_port(), access_log=False, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{config.port}", headers=headers, timeout=60) as client:
            eventually(lambda: client.get("/health/ready").status_code == 200)
            yield Server(client)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
