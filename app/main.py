"""Puts the application together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline

from app.api import metrics, problems
from app.api.bodies import BoundedBodies
from app.api.draining import draining
from app.api.gate import Gate
from app.api.handing_in import DocumentRequest
from app.api.head import HeadAsGet
from app.api.headers import CrossOrigin, SafeHeaders
from app.api.importing import ImportUrlRequest
from app.api.known import KnownCredentials, KnownQueries
from app.api.remembered import RememberedAnswers
from app.api.requests import ToldRequests
from app.api.routers import (
    access,
    batch,
    catalogue,
    changes,
    conversion,
    documents,
    health,
    imports,
    recognition,
    reconcile,
    reference,
    releases,
    signing,
    skills,
    stacking,
)
from app.api.routers import metrics as exposition
from app.api.schemas import with_schemas
from app.api.security import tell_gate
from app.logs import RequestLines
from app.services.documents import Documents
from app.services.fetching import Fetcher
from app.services.identity import Identities
from app.services.importing.fetching import Downloader
from app.services.importing.running import Runner
from app.services.oidc import IdentityProvider
from app.services.printing import Printer
from app.services.releasing import RuleSets
from app.services.searching import Vocabularies
from app.services.verifying import load_trust_lists
from app.settings import Settings, read_settings
from app.store import inline, kept
from app.store.database import Bounds, open_database
from app.traces import tracer_provider

DESCRIPTION = """\
**Where is a micro-credential recognised, for what purpose, and for what credit?**

Ask with `POST /v1/recognition`: open it below, press *Try it out*, choose an example, press *Execute*.
Every answer is dated, explained step by step and cited. `no_information` means that nothing is recorded, never a no.
Amounts are exact numbers written as text ("2.5", "10/3"); keys that are absent are unknown.

Answers are guidance from published sources. The body named in each answer decides.
"""

TAGS = [
    {"name": "Recognition", "description": "The question that this service exists for."},
    {"name": "Conversion", "description": "Credit and levels in other units and frameworks."},
    {"name": "Catalogue", "description": "Real credentials and published decisions on them."},
    {"name": "Reconciliation", "description": "For OpenRefine and its like: titles of a spreadsheet to credentials."},
    {"name": "Changes", "description": "What changed, and which answers change with it."},
    {"name": "Reference", "description": "The framework data: places, rules, sources, releases."},
    {"name": "Imports", "description": "Send data, look at what it changes, serve it, take it back."},
    {"name": "Access", "description": "For administrators: keys, and the record of who did what."},
    {"name": "Health", "description": "For load balancers."},
]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for these settings; without any, those of the environment."""
    settings = settings or read_settings()
    traces = tracer_provider(settings)
    lines = RequestLines(settings.log_format) if settings.log_requests else None
    bounds = Bounds(
        pool_size=settings.database_pool_size,
        pool_seconds=settings.database_pool_seconds,
        connect_seconds=settings.database_connect_seconds,
        statement_seconds=settings.database_statement_seconds,
    )

    trust = load_trust_lists(settings.trust_lists) if settings.trust_lists else ()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = open_database(settings.database_url, bounds)
        app.state.engine, app.state.rulesets = engine, RuleSets(engine)
        app.state.vocabularies, app.state.known_queries = Vocabularies(), KnownQueries()
        provider = settings.identity_provider()
        app.state.identities = Identities(engine, IdentityProvider(provider) if provider else None)
        await app.state.rulesets.try_refresh()
        importing = open_database(settings.database_url)
        runner = Runner(importing, settings.imports_dir)
        watching = [
            asyncio.create_task(app.state.rulesets.keep_fresh(settings.release_poll_seconds)),
            asyncio.create_task(metrics.keep_observing(app.state.rulesets, engine)),
        ]
        fetcher = Fetcher() if settings.fetching else None
        app.state.printer = Printer()
        app.state.downloader = Downloader(
            importing, settings.imports_dir, fetcher, most=settings.max_import_bytes,
            seconds=settings.import_fetch_seconds,
        )  # fmt: skip
        if settings.run_imports:
            for working in (runner, app.state.downloader):
                watching.append(asyncio.create_task(working.run_for_ever(settings.import_poll_seconds)))
        app.state.documents = Documents(fetcher, trust)
        with draining(app.state, settings.drain_seconds):
            yield
        for task in watching:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await importing.dispose()
        await app.state.identities.close()
        if fetcher is not None:
            await fetcher.close()
        if traces is not None:
            await asyncio.to_thread(traces.shutdown)
        inline.close(engine.sync_engine)
        await kept.close(engine)
        await engine.dispose()
        if lines is not None:
            lines.write()

    app = FastAPIOffline(
        title="Passerelle",
        version=version("passerelle"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        redoc_url=None,  # one viewer is enough, and this one asks for a picture from elsewhere
        swagger_ui_parameters={"defaultModelsExpandDepth": -1, "tryItOutEnabled": False},
        telemetry={
            "tracing": traces is not None,
            "tracer_provider": traces,
            "metrics": False,
            "logs": False,
            "exclude": lambda scope: scope["path"].startswith(("/health/", "/metrics")),
        },
    )
    app.state.settings, app.state.signer = settings, settings.signer()
    problems.install(app)
    app.add_middleware(SafeHeaders)
    app.add_middleware(
        BoundedBodies,
        max_bytes=settings.max_body_bytes,
        other={documents.PATH: settings.max_document_bytes},
        streamed=frozenset({batch.PATH, imports.PATH}),
    )
    app.add_middleware(KnownCredentials, public_url=settings.public_url)
    app.add_middleware(RememberedAnswers, most_bytes=settings.memory_for_answers_bytes)
    app.add_middleware(Gate, reads_closed=settings.reads_require_key, limit=settings.rate_limit,
                       admin_limit=settings.rate_limit_admin)  # fmt: skip
    app.add_middleware(HeadAsGet)
    app.add_middleware(CrossOrigin, admin_origins=settings.admin_origins)
    app.add_middleware(ToldRequests, lines=lines)
    for part in (recognition, documents, batch, stacking, conversion, catalogue, skills, changes, reconcile, reference,
                 imports, releases, access, signing, health):  # fmt: skip
        app.include_router(part.router)
    if settings.metrics:
        app.include_router(exposition.router)

    document = app.openapi

    def openapi() -> dict[str, Any]:
        told = with_schemas(problems.with_media_type(document()), batch.BatchItem, DocumentRequest, ImportUrlRequest)
        return tell_gate(told, reads_closed=settings.reads_require_key, limited=bool(settings.rate_limit))

    app.openapi = openapi  # type: ignore[method-assign]

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    return app
