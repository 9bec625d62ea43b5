"""Traces over OTLP/HTTP, where a collector is named. Nothing of it is imported otherwise."""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from app.settings import BadSettings, Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


def tracer_provider(settings: Settings) -> "TracerProvider | None":
    """What FastAPI's own instrumentation hands its spans to; None without a collector.

    The query of an address may say something of a person or a credential, so it is blotted out of the spans. All else
    is set by the variables of OpenTelemetry (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS).
    """
    if not settings.otel_exporter_otlp_endpoint:
        return None
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter") is None:
        text = "expected it only where the extra is installed: pip install 'passerelle[traces]'."
        raise BadSettings([f"OTEL_EXPORTER_OTLP_ENDPOINT: found {settings.otel_exporter_otlp_endpoint!r}, {text}"])
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class WithoutQuery(SpanProcessor):
        def on_start(self, span: Span, parent_context: object = None) -> None:  # noqa: ARG002 - as it is called
            if span.attributes and "url.query" in span.attributes:
                span.set_attribute("url.query", "REDACTED")

    service = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "passerelle")}
    provider = TracerProvider(resource=Resource.create(service), shutdown_on_exit=False)
    provider.add_span_processor(WithoutQuery())
    endpoint = f"{settings.otel_exporter_otlp_endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider
