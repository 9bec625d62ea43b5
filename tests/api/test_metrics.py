"""What Prometheus is told."""

import os
import signal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import multiprocess
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families

from app.api import metrics
from app.main import create_app
from app.settings import Settings
from tests.conftest import EXLAND, client_for
from tests.servers import eventually, serving

PATH = "/v1/credentials/xf-beekeeping/recognition"
ROUTE = "/v1/credentials/{credential_id}/recognition"


def sample(text: str, name: str, **labels: str) -> float:
    """The sum of all samples with these labels."""
    return sum(
        found.value
        for family in text_string_to_metric_families(text)
        for found in family.samples
        if found.name == name and labels.items() <= found.labels.items()
    )


def test_requests_are_counted_by_route_method_and_status_with_their_time(exland: TestClient) -> None:
    def counted(**labels: str) -> float:
        return sample(exland.get("/metrics").text, "passerelle_request_seconds_count", **labels)

    asked = {"route": ROUTE, "method": "GET", "status": "200"}
    before, lost = counted(**asked), counted(route="none", status="404")
    for _ in range(3):
        exland.get(PATH)
    exland.get("/a/b")
    exland.get("/c")
    exland.request("BREW", "/c")
    assert counted(**asked) == before + 3
    assert counted(route="none", status="404") == lost + 3
    assert counted(method="BREW") == 0
    text = exland.get("/metrics").text
    assert sample(text, "passerelle_request_seconds_bucket", le="+Inf", **asked) == before + 3


def test_outcomes_are_counted_by_status_and_those_from_memory_only_once(exland: TestClient) -> None:
    def counted(name: str, **labels: str) -> float:
        return sample(exland.get("/metrics").text, name, **labels)

    before, hits = counted("passerelle_outcomes_total"), counted("passerelle_remembered_hits_total")
    address = f"{PATH}?as_of=2024-09-03&purposes=stacking"
    report = exland.get(address).json()
    exland.get(address)
    assert counted("passerelle_outcomes_total") == before + len(report["outcomes"])
    assert counted("passerelle_remembered_hits_total") == hits + 1
    assert counted("passerelle_remembered_bytes") > 0


def test_the_release_and_the_pool_are_told(exland: TestClient) -> None:
    text = exland.get("/metrics").text
    assert sample(text, "passerelle_release") == 1
    assert "passerelle_database_connections{" in text
    assert exland.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")


def test_metrics_can_be_closed_and_are_no_part_of_the_documentation(exland: TestClient, tmp_path: Path) -> None:
    assert "/metrics" not in exland.get("/openapi.json").json()["paths"]
    with TestClient(create_app(Settings(database_url=f"sqlite:///{tmp_path}/p.db", metrics=False))) as client:
        assert client.get("/metrics").status_code == 404


def test_several_processes_of_one_server_add_up_and_the_dead_are_forgotten(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    for _ in client_for(url, EXLAND):
        pass
    with serving(url, tmp_path, "--workers", "2") as server:
        text = eventually(lambda: _with_processes(server.client.get("/metrics").text, 2))
        before = sample(text, "passerelle_request_seconds_count", route=ROUTE)
        for _ in range(20):  # each on a connection of its own, so that either process may take it
            server.client.get(PATH, headers={"Connection": "close"})
        text = server.client.get("/metrics", headers={"Connection": "close"}).text
        assert sample(text, "passerelle_request_seconds_count", route=ROUTE) == before + 20
        assert sample(text, "passerelle_remembered_bytes") > 0
        os.kill(_processes(text)[0], signal.SIGKILL)
        again = eventually(lambda: _with_processes(server.client.get("/metrics").text, 2, without=_processes(text)[0]))
        assert sample(again, "passerelle_request_seconds_count", route=ROUTE) == before + 20


def test_files_that_other_processes_are_just_making_or_removing_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    values = MmapedDict(str(tmp_path / "counter_7.db"))
    values.write_value(mmap_key("things", "things_total", (), (), "Things."), 3.0, 0.0)
    (tmp_path / "counter_8.db").touch()
    (tmp_path / "gauge_livesum_9999999.db").touch()
    dead: list[int] = []

    def gone(pid: int) -> None:
        dead.append(pid)
        raise FileNotFoundError

    monkeypatch.setattr(multiprocess, "mark_process_dead", gone)
    assert sample(metrics.exposition().decode(), "things_total") == 3
    assert dead == [9999999]


def _processes(text: str) -> list[int]:
    """The processes that tell their release."""
    return [
        int(found.labels["pid"])
        for family in text_string_to_metric_families(text)
        for found in family.samples
        if found.name == "passerelle_release"
    ]


def _with_processes(text: str, number: int, without: int = 0) -> str | None:
    """The text, when so many processes tell their release, and all the same."""
    processes = _processes(text)
    found = len(processes) == number and without not in processes and sample(text, "passerelle_release") == number
    return text if found else None
