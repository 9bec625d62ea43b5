"""A server that is told to stop: not ready first, then answering for a while, then gone, within a bound."""

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.services.administration import migrate
from tests.conftest import EXLAND, client_for
from tests.servers import eventually, serving

QUESTION = json.dumps({"credential": {"title": "Bees"}, "jurisdictions": ["XF"]}).encode() + b"\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('stopping')}/p.db"
    for _ in client_for(url, EXLAND):
        pass
    return url


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_is_to_stop_is_not_ready_but_answers_until_it_is_gone(
    url: str, tmp_path: Path, workers: str
) -> None:
    with serving(url, tmp_path, "--workers", workers, DRAIN_SECONDS="1.5") as server:
        eventually(lambda: server.client.get("/health/ready").status_code == 200)
        server.process.send_signal(signal.SIGTERM)
        refused = eventually(lambda: (r := server.client.get("/health/ready")).status_code == 503 and r)
        assert refused.headers["retry-after"].isdigit()
        assert refused.json()["type"] == "/problems/not-ready"
        with httpx.Client(base_url=server.client.base_url) as new:
            assert new.get("/v1/credentials/xf-beekeeping/recognition").status_code == 200
            assert new.get("/health/live").status_code == 200
        assert server.process.wait(timeout=20) is not None
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{server.port}/health/live")


def test_a_second_signal_stops_without_waiting(url: str, tmp_path: Path) -> None:
    with serving(url, tmp_path, DRAIN_SECONDS="60") as server:
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: server.client.get("/health/ready").status_code == 503)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=20)


def test_a_stream_in_flight_is_finished(url: str, tmp_path: Path) -> None:
    with serving(url, tmp_path) as server:
        sent = QUESTION * 3000
        with server.client.stream(
            "POST", "/v1/recognition/batch", content=sent, headers={"Content-Type": "application/x-ndjson"}
        ) as response:
            lines = response.iter_lines()
            next(lines)
            server.process.send_signal(signal.SIGTERM)
            assert sum(1 for _ in lines) == 2999
        server.process.wait(timeout=20)


def test_a_stream_that_does_not_end_in_time_is_cut(url: str, tmp_path: Path) -> None:
    with serving(url, tmp_path, STOP_SECONDS="1") as server:
        sent = QUESTION * 200_000
        with server.client.stream(
            "POST", "/v1/recognition/batch", content=sent, headers={"Content-Type": "application/x-ndjson"}
        ) as response:
            lines = response.iter_lines()
            next(lines)
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(httpx.RemoteProtocolError):  # so nobody takes a part for the whole
                for _ in lines:
                    pass
        server.process.wait(timeout=20)


def test_a_request_that_does_not_end_in_time_is_told_to_come_back(url: str, tmp_path: Path) -> None:
    with serving(url, tmp_path, STOP_SECONDS="1") as server:
        goes_on = threading.Event()

        def endless() -> Iterator[bytes]:
            yield QUESTION
            goes_on.wait(60)

        def ask() -> None:
            address, headers = "/v1/recognition/batch", {"Content-Type": "application/x-ndjson"}
            with httpx.Client(base_url=f"http://127.0.0.1:{server.port}") as client, suppress(httpx.TransportError):
                client.post(address, content=endless(), headers=headers)

        asking = threading.Thread(target=ask)
        asking.start()
        eventually(lambda: 'method="GET"' in server.client.get("/metrics").text)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=20)
        goes_on.set()
        asking.join()
    assert [line["status"] for line in server.lines() if line.get("route") == "/v1/recognition/batch"] == [503]


def test_a_server_on_an_empty_database_lives_and_says_what_it_waits_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    with serving(url, tmp_path, RELEASE_POLL_SECONDS="0.05") as server:
        told = server.client.get("/health/ready")
        assert (told.status_code, told.json()["detail"]) == (503, "The database has not been migrated yet.")
        assert server.client.get("/v1/rules").status_code == 503
        migrate(url)
        eventually(lambda: "No framework data" in server.client.get("/health/ready").text)
        for _ in client_for(url, EXLAND):
            pass
        eventually(lambda: server.client.get("/health/ready").status_code == 200)
