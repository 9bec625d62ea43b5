"""The files for deployment: nginx as configured, in front of two real processes on PostgreSQL; compose."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.settings import ROOT, Settings
from tests.conftest import EXLAND, client_for
from tests.proxies import CONFIGURATION, Proxied, proxy
from tests.servers import serving

PATH = "/v1/credentials/xf-beekeeping/recognition"


@pytest.fixture
def proxied(postgres_database: str, tmp_path: Path) -> Iterator[Proxied]:
    for _ in client_for(postgres_database, EXLAND):
        pass
    with (
        serving(postgres_database, tmp_path) as first,
        serving(postgres_database, tmp_path) as second,
        proxy(tmp_path, first, second) as through,
    ):
        yield through


def test_questions_streams_and_problems_pass_the_proxy_and_the_inner_addresses_do_not(proxied: Proxied) -> None:
    client = proxied.client
    asked = client.get(PATH, headers={"X-Request-ID": "mine", "Accept-Encoding": "gzip"})
    assert (asked.status_code, asked.headers["x-request-id"]) == (200, "mine")
    assert asked.headers["content-encoding"] == "gzip"
    held = client.get(PATH, headers={"If-None-Match": asked.headers["etag"], "Accept-Encoding": "gzip"})
    assert held.status_code == 304
    for inner in ("/metrics", "/metrics/", "/v1/admin", "/v1/admin/keys"):
        assert client.get(inner).status_code == 404
    assert client.post("/v1/recognition", content=b"x" * 300_000).headers["content-type"] == "application/problem+json"
    assert client.post("/v1/recognition", content=b"x" * 600_000).status_code == 413
    line = b'{"credential": {"title": "Bees"}, "jurisdictions": ["XF"]}\n'
    headers = {"Content-Type": "application/x-ndjson"}
    with client.stream("POST", "/v1/recognition/batch", content=line * 20_000, headers=headers) as response:
        assert sum(1 for _ in response.iter_lines()) == 20_000
    assert sum(1 for _ in client.get("/v1/export/rules").iter_lines()) > 1
    assert "mine" in proxied.log.read_text()
    assert "xf-beekeeping" not in proxied.log.read_text()


def test_a_process_that_stops_is_passed_over(proxied: Proxied) -> None:
    for _ in range(4):
        assert proxied.client.get(PATH).status_code == 200
    proxied.first.process.send_signal(signal.SIGTERM)
    answers = [proxied.client.post("/v1/recognition", json={"credential": {"title": "Bees"}}) for _ in range(50)]
    proxied.first.process.wait(timeout=20)
    answers += [proxied.client.get(PATH) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}


def test_the_bounds_of_the_proxy_agree_with_those_of_the_service() -> None:
    def size(name: str) -> int:
        return Settings.model_fields[name].default

    units = {"k": 1024, "m": 1024**2, "g": 1024**3}
    sizes = [int(n) * units[unit] for n, unit in re.findall(r"client_max_body_size (\d+)([kmg]);", CONFIGURATION)]
    assert sizes[0] > size("max_body_bytes")
    assert sizes[1] > size("max_document_bytes")
    assert sizes[2] == size("max_batch_bytes")


def test_compose_waits_in_order_writes_only_into_volumes_and_shows_only_the_proxy() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    for name in ("api-1", "api-2"):
        service = services[name]
        assert service["depends_on"]["prepare"]["condition"] == "service_completed_successfully"
        assert "--no-prepare" in service["command"]
        assert int(service["stop_grace_period"].removesuffix("s")) > sum(
            Settings.model_fields[field].default for field in ("drain_seconds", "stop_seconds")
        )
        assert f"server {name}:8000" in CONFIGURATION
    assert all(service["read_only"] for service in services.values())
    known = {field.upper() for field in Settings.model_fields}
    assert set(services["api-1"]["environment"]) <= known
    mounted = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert {name for name in mounted if not name.startswith(".")} == set(compose["volumes"])
