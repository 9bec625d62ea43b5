"""PostgreSQL stopped and started again under load: 503 with the time to come back, never a wrong answer or a hang."""

import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from app.api.problems import MEDIA_TYPE
from tests.conftest import EXLAND, client_for, key_for
from tests.servers import Server, eventually, serving

BOUND = 9.0
"""Seconds that no answer may take, with the settings below: waiting for a connection (2), looking whether it lives (2),
and for the answer to a statement (4); or for a new one to be accepted (2), which is less."""
BOUNDS = {
    "DATABASE_POOL_SECONDS": "2",
    "DATABASE_CONNECT_SECONDS": "2",
    "DATABASE_STATEMENT_SECONDS": "2",
    "DATABASE_POOL_SIZE": "2",
    "MEMORY_FOR_ANSWERS_BYTES": "0",
    "DRAIN_SECONDS": "0",
    "RATE_LIMIT_ADMIN": "1000000/second",
}
QUESTION = {"credential": {"id": "xf-beekeeping"}, "jurisdictions": ["XF"], "as_of": "2024-09-02"}
ASKED: list[tuple[str, str, dict[str, Any] | None]] = [
    ("POST", "/v1/recognition", QUESTION),
    ("POST", "/v1/recognition/batch", None),
    ("GET", "/v1/credentials/xf-beekeeping/recognition?as_of=2024-09-02", None),
    ("GET", "/v1/credentials?q=bee", None),
    ("GET", "/v1/releases", None),
    ("GET", "/v1/admin/audit", None),
]


class Postgres:
    """A server of this test alone, which it may stop."""

    def __init__(self, folder: Path) -> None:
        import pgserver
        from pgserver.postgres_server import pg_ctl

        self._ctl = pg_ctl
        self.server = pgserver.get_server(folder, cleanup_mode="stop")
        self.url = self.server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        self.key = {"Authorization": ""}

    def stop(self, mode: str) -> None:
        self._ctl(["-w", "-m", mode, "stop"], pgdata=self.server.pgdata, user=self.server.system_user)

    def start(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="passerelle-outage-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder))
        for client in client_for(server.url, EXLAND):
            server.key = key_for(client, "audit")
        try:
            yield server
        finally:
            server.server.cleanup()


class Load:
    """Callers that ask without a pause, and what they were told."""

    def __init__(self, server: Server, postgres: Postgres) -> None:
        self.url, self.key = str(server.client.base_url), postgres.key
        self.right = [self._ask(server.client, n) for n in range(len(ASKED))]
        assert {response.status_code for response in self.right} == {200}
        self.told: list[tuple[int, httpx.Response, float]] = []
        self._over = threading.Event()
        self._callers = [threading.Thread(target=self._call, args=(n,)) for n in range(len(ASKED))]

    def _ask(self, client: httpx.Client, n: int) -> httpx.Response:
        method, path, body = ASKED[n]
        return client.request(method, path, json=[QUESTION] if path.endswith("batch") else body, headers=self.key)

    def _call(self, n: int) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            while not self._over.is_set():
                started = time.monotonic()
                try:
                    response = self._ask(client, n)
                except httpx.RemoteProtocolError:  # a batch that had begun is cut, which nobody takes for an answer
                    assert ASKED[n][1].endswith("batch")
                    continue
                self.told.append((n, response, time.monotonic() - started))

    def __enter__(self) -> "Load":
        for caller in self._callers:
            caller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        for caller in self._callers:
            caller.join()

    def check(self) -> Counter[int]:
        """Every answer is the right one or a problem that says when to come back; how many of each there were."""
        for n, response, seconds in self.told:
            assert seconds < BOUND, (ASKED[n], seconds)
            if response.status_code == 200:
                assert response.content == self.right[n].content
            else:
                assert (response.status_code, response.headers["content-type"]) == (503, MEDIA_TYPE), response.text
                assert response.headers["retry-after"].isdigit()
        return Counter(response.status_code for _, response, _ in self.told)

    def wait_for(self, status: int) -> None:
        """Wait until every caller has been told this status again."""
        start = len(self.told)
        eventually(lambda: {n for n, r, _ in self.told[start:] if r.status_code == status} == {*range(len(ASKED))})


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_while_postgresql_is_stopped_there_are_only_problems_and_then_all_is_well(
    postgres: Postgres, tmp_path: Path, mode: str
) -> None:
    with serving(postgres.url, tmp_path, **BOUNDS) as server, Load(server, postgres) as load:
        load.wait_for(200)
        postgres.stop(mode)
        load.wait_for(503)
        assert server.client.get("/health/ready").status_code == 503
        assert server.client.get("/health/live").status_code == 200
        postgres.start()
        load.wait_for(200)
        assert server.client.get("/health/ready").status_code == 200
        load.stop()
        eventually(lambda: 'connections{state="used"} 1.0' in server.client.get("/metrics").text)  # the one kept
    told = load.check()
    assert told[503] > 0
    assert told[200] > 0
    assert "Traceback" not in "".join(line.get("message", "") for line in server.lines())


def test_a_server_that_is_started_while_postgresql_is_away_becomes_ready_by_itself(
    postgres: Postgres, tmp_path: Path
) -> None:
    postgres.stop("fast")
    try:
        with serving(postgres.url, tmp_path, **BOUNDS) as server:
            assert server.client.get("/health/ready").status_code == 503
            postgres.start()
            eventually(lambda: server.client.get("/health/ready").status_code == 200)
    finally:
        postgres.start()


class Swallower:
    """Stands between service and PostgreSQL; told to, it takes connections and what is sent, and passes nothing on.

    That is what a server looks like whose machine acknowledges what arrives while its processes stand still.
    """

    def __init__(self, server: str) -> None:
        self._server, self.swallows = server, False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._server)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while sent := source.recv(65_536):
                if not self.swallows:
                    sink.sendall(sent)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def swallower(postgres: Postgres) -> Iterator[Swallower]:
    folder = make_url(postgres.url).query["host"]
    between = Swallower(f"{folder}/.s.PGSQL.5432")
    yield between
    between.close()


def test_a_postgresql_that_accepts_and_then_stands_still_is_given_up_in_time(
    postgres: Postgres, swallower: Swallower, tmp_path: Path
) -> None:
    url = make_url(postgres.url).set(query={}, host="127.0.0.1", port=swallower.port).render_as_string(False)
    with serving(url, tmp_path, **BOUNDS) as server, Load(server, postgres) as load:
        load.wait_for(200)
        for _ in range(2):
            swallower.swallows = True
            load.wait_for(503)
            started = time.monotonic()
            assert server.client.get("/health/ready").status_code == 503
            assert time.monotonic() - started < BOUND
            swallower.swallows = False
            load.wait_for(200)
            assert server.client.get("/health/ready").status_code == 200
        load.stop()
        eventually(lambda: 'connections{state="used"} 1.0' in server.client.get("/metrics").text)  # the one kept
    assert load.check()[503] > 0
    assert "Traceback" not in "".join(line.get("message", "") for line in server.lines())


def test_an_answer_that_is_remembered_is_given_meanwhile(postgres: Postgres, tmp_path: Path) -> None:
    path = "/v1/credentials/xf-beekeeping/recognition"
    with serving(postgres.url, tmp_path, **BOUNDS | {"MEMORY_FOR_ANSWERS_BYTES": "100000"}) as server:
        before = server.client.get(path)
        postgres.stop("fast")
        try:
            assert server.client.get(path).content == before.content
            assert server.client.get(f"{path}?purposes=stacking").status_code == 503
        finally:
            postgres.start()
        eventually(lambda: server.client.get(f"{path}?purposes=stacking").status_code == 200)
