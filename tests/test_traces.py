"""Traces reach a collector that is named, say nothing of what was asked, and cost nothing without one."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.main import create_app
from app.settings import Settings
from tests.conftest import EXLAND, client_for


@pytest.fixture
def collector() -> Iterator[tuple[str, list[Any]]]:
    """A receiver of OTLP over HTTP: its address, and the spans that it was sent."""
    spans: list[Any] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            sent = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            spans.extend(
                (resource.resource, span)
                for resource in sent.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", spans
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_request_is_a_span_of_its_route_without_what_was_asked(
    collector: tuple[str, list[Any]], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    for _ in client_for(url, EXLAND):
        pass
    address, spans = collector
    with TestClient(create_app(Settings(database_url=url, otel_exporter_otlp_endpoint=address))) as client:
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        client.get("/v1/suggest?q=mary", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
        client.get("/health/live")
    (found,) = [(resource, span) for resource, span in spans if span.name == "GET /v1/suggest"]
    resource, span = found
    assert span.trace_id.hex() == trace
    assert {item.key: item.value.string_value for item in resource.attributes}["service.name"] == "passerelle"
    assert {item.key: item.value.int_value for item in span.attributes}["http.response.status_code"] == 200
    assert "mary" not in str(spans)
    assert "health" not in str(spans)


def test_without_a_collector_nothing_of_it_is_imported() -> None:
    code = "import sys, app.main; app.main.create_app(); print('opentelemetry.sdk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
