"""The W3C Entity Reconciliation API over the catalogue, in its versions 0.2 and 1.0-draft.

``/reconcile`` speaks 0.2, ``/reconcile/draft`` 1.0-draft: their manifests differ in shape, so each has an address.
"""

from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import Field, TypeAdapter, ValidationError

from app.api.dependencies import Releases, Session, VocabularyOfRelease, today
from app.api.examples import EXTEND_EXAMPLES, MATCH_EXAMPLES, QUERY_EXAMPLES
from app.api.numbers import WholeNumber
from app.api.one_way import OneWayRoute, read_one_way
from app.api.problems import PROBLEMS, problem
from app.api.reconciled import (
    candidate_of,
    cells_of,
    described,
    heading_of,
    preview_of,
    properties,
    settings_of,
    type_of,
    types_of,
)
from app.api.reconciliation import BATCH, FRAMED, KINDS, PREVIEW, BatchOfDraft, Extension, QueryOf02, of_02, of_draft
from app.api.schemas import Closed, Nothing
from app.domain.ruleset import RuleSet
from app.services import reconciling, searching
from app.services.browsing import credential_page
from app.services.reconciling import PROPERTIES, ROOT_TYPE, Asked, Candidate, Column, column_of
from app.store.catalogue import Wanted

router = APIRouter(prefix="/reconcile", tags=["Reconciliation"], responses=PROBLEMS, route_class=OneWayRoute)

NAME = "Passerelle: credentials and where they are recognised"


@router.get("", summary="Manifest, or queries as parameters (Reconciliation API 0.2)", response_model=dict[str, Any])
async def root(
    request: Request, session: Session, releases: Releases, vocabulary: VocabularyOfRelease,
    queries: Annotated[str | None, Query(max_length=100_000, description="A batch of queries, as JSON.")] = None,
    extend: Annotated[str | None, Query(max_length=100_000, description="A request for columns, as JSON.")] = None,
) -> Response:  # fmt: skip
    """The manifest, unless something is asked."""
    if queries is not None or extend is not None:
        return await _asked(session, releases, vocabulary, queries, extend)
    base = _base(request)
    return JSONResponse(
        {
            "versions": ["0.2"],
            "name": NAME,
            "identifierSpace": f"{base}/v1/credentials/",
            "schemaSpace": f"{base}/v1/credentials/",
            "documentation": f"{base}/docs",
            "view": {"url": f"{base}/v1/credentials/{{{{id}}}}"},
            "defaultTypes": [{"id": ROOT_TYPE, "name": "Credential"}],
            "preview": {"url": f"{base}/reconcile/preview?id={{{{id}}}}", **PREVIEW},
            "suggest": {
                kind: {"service_url": base, "service_path": f"/reconcile/suggest/{kind}"}
                for kind in ("entity", "type", "property")
            },
            "extend": {
                "propose_properties": {"service_url": base, "service_path": "/reconcile/extend/propose"},
                "property_settings": settings_of("0.2"),
            },
            "batchSize": BATCH,
        }
    )


_FORM = {
    "type": "object",
    "description": "One of the two.",
    "properties": {
        "queries": {"type": "string", "description": "A batch of queries, as JSON."},
        "extend": {"type": "string", "description": "A request for columns, as JSON."},
    },
}


@router.post(
    "",
    summary="A batch of queries, or a request for columns (Reconciliation API 0.2)",
    response_model=dict[str, Any],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _FORM, "examples": QUERY_EXAMPLES}},
        }
    },
)
async def asked(
    request: Request, session: Session, releases: Releases, vocabulary: VocabularyOfRelease,
    nothing: Annotated[Nothing, Query()],
) -> Response:  # fmt: skip
    """Answer a form."""
    form = parse_qs((await request.body()).decode("utf-8", errors="replace"))
    queries, extend = form.get("queries", [None])[0], form.get("extend", [None])[0]
    if queries is None and extend is None:
        return problem(422, "invalid-request", "Found a form without queries or extend, expected one of them.")
    return await _asked(session, releases, vocabulary, queries, extend)


_BATCH_OF_02 = TypeAdapter(dict[str, QueryOf02])


def _read(shape: TypeAdapter[Any], text: str, name: str) -> Any:
    """JSON in a parameter. Raises RequestValidationError with pointers below its name."""
    try:
        return shape.validate_python(read_one_way(text))
    except ValidationError as error:
        items = [{**item, "loc": ("query", name, *item["loc"])} for item in error.errors()]
        raise RequestValidationError(items) from None
    except ValueError as error:
        item = {"type": "json_invalid", "loc": ("query", name), "msg": "broken", "ctx": {"error": str(error)}}
        raise RequestValidationError([item]) from None


async def _asked(
    session: Session, releases: Releases, vocabulary: VocabularyOfRelease,
    queries: str | None, extend: str | None,
) -> Response:  # fmt: skip
    rules = await releases.get()
    if extend is not None:
        columns, rows = await _extended(session, rules, _read(TypeAdapter(Extension), extend, "extend"))
        cells = {name: {key: cells_of(values) for key, values in row.items()} for name, row in rows.items()}
        return JSONResponse({"meta": [heading_of(column) for column in columns], "rows": cells})
    batch = _read(_BATCH_OF_02, queries or "", "queries")
    if len(batch) > BATCH:
        return problem(413, "body-too-large", f"Found {len(batch)} queries, expected at most {BATCH}.")
    words = await vocabulary.get(session, rules.release.number)
    results = {
        name: {"result": [candidate_of(c) for c in await _candidates(session, words, rules, of_02(query))]}
        for name, query in batch.items()
    }
    return JSONResponse(results)


async def _candidates(
    session: Session, words: searching.Vocabulary, rules: RuleSet, query: Asked | None
) -> list[Candidate]:
    return [] if query is None else await reconciling.reconcile(session, words, rules, query)


async def _extended(
    session: Session, rules: RuleSet, asked: Extension
) -> tuple[list[Column], dict[str, dict[str, list[reconciling.Value]]]]:
    columns = []
    for n, wanted in enumerate(asked.properties):
        column = column_of(wanted.id, {key: str(value) for key, value in wanted.settings.items()})
        if column is None:
            item = {
                "type": "value_error", "loc": ("query", "extend", "properties", n, "id"), "input": wanted.id,
                "msg": f"one of {', '.join(PROPERTIES)}, recognised:PLACE or credit:UNIT",
            }  # fmt: skip
            raise RequestValidationError([item])
        columns.append(column)
    return columns, await reconciling.extend(session, rules, asked.ids, columns, today())


class PrefixQuery(Closed):
    """What was typed."""

    prefix: str = Field(default="", max_length=300, description="What was typed so far.")
    limit: WholeNumber = Field(default=20, ge=1, le=100, description="Most suggestions.")
    cursor: WholeNumber = Field(default=0, ge=0, le=10_000, description="How many to skip (0.2).")
    offset: WholeNumber = Field(default=0, ge=0, le=10_000, description="How many to skip (1.0-draft).")


def _page(items: list[dict[str, Any]], query: PrefixQuery) -> Response:
    skip = query.offset or query.cursor
    return JSONResponse({"result": items[skip : skip + query.limit]})


def _starting(items: list[dict[str, Any]], query: PrefixQuery) -> list[dict[str, Any]]:
    typed = query.prefix.casefold()
    return [item for item in items if typed in item["id"].casefold() or typed in item["name"].casefold()]


@router.get("/suggest/entity", summary="Credentials as one types", response_model=dict[str, Any])
@router.get("/draft/suggest/entity", summary="Credentials as one types (1.0-draft)", response_model=dict[str, Any])
async def suggest_entity(
    query: Annotated[PrefixQuery, Query()], session: Session, releases: Releases,
    vocabulary: VocabularyOfRelease,
) -> Response:  # fmt: skip
    """Credentials that may be meant."""
    rules = await releases.get()
    words = await vocabulary.get(session, rules.release.number)
    skip = query.offset or query.cursor
    found = await searching.search_credentials(
        session, words, rules.release.number, query.prefix, Wanted(), after="", limit=skip + query.limit
    )
    items = [
        {
            "id": entry.id,
            "name": entry.credential.title,
            "description": described(entry),
            "notable": [{"id": kind["id"], "name": kind["name"]} for kind in type_of(entry)],
        }
        for entry in found.entries
    ]
    return _page(items, query)


@router.get("/suggest/type", summary="Types as one types", response_model=dict[str, Any])
@router.get("/draft/suggest/type", summary="Types as one types (1.0-draft)", response_model=dict[str, Any])
async def suggest_type(query: Annotated[PrefixQuery, Query()]) -> Response:
    """Types that may be meant."""
    return _page(_starting(types_of([ROOT_TYPE, *KINDS]), query), query)


@router.get("/suggest/property", summary="Properties as one types", response_model=dict[str, Any])
@router.get("/draft/suggest/property", summary="Properties as one types (1.0-draft)", response_model=dict[str, Any])
async def suggest_property(query: Annotated[PrefixQuery, Query()]) -> Response:
    """Properties that may be meant."""
    return _page(_starting(properties(), query), query)


class ProposeQuery(Closed):
    """For which type."""

    type: str = Field(default=ROOT_TYPE, max_length=100, description="Type of the entities.")
    limit: WholeNumber | None = Field(default=None, ge=1, le=1000, description="Most properties.")


@router.get("/extend/propose", summary="Columns that can be added", response_model=dict[str, Any])
@router.get("/draft/extend/propose", summary="Columns that can be added (1.0-draft)", response_model=dict[str, Any])
async def propose(query: Annotated[ProposeQuery, Query()], releases: Releases) -> Response:
    """Every column: what the catalogue holds, credit in common units, recognition in every place with rules."""
    rules = await releases.get()
    units = [
        {"id": f"credit:{unit}", "name": f"Credit: {rules.credits.systems[unit].name}"}
        for unit in ("ects", "us-semester-credit", "uk-credit")
        if unit in rules.credits.systems
    ]
    places = [
        {"id": f"recognised:{code}", "name": f"Recognised in {rules.places.by_code[code].name}"}
        for code in rules.places_with_rules
    ]
    items = [*properties(), *units, *places][: query.limit]
    told = {"type": query.type, "properties": items}
    return JSONResponse(told if query.limit is None else {**told, "limit": query.limit})


_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "A page."}
}


class PreviewQuery(Closed):
    """Which credential."""

    id: str = Field(max_length=200, description="Id of the credential.", examples=["us-google-it-support"])


@router.get("/preview", summary="A credential in a small page", responses=_PAGE)
@router.get("/draft/preview", summary="A credential in a small page (1.0-draft)", responses=_PAGE)
async def preview(query: Annotated[PreviewQuery, Query()], session: Session, releases: Releases) -> Response:
    """What a person needs to see whether it is the one meant."""
    rules = await releases.get()
    page = await credential_page(session, rules, query.id)
    return HTMLResponse(preview_of(page), headers=FRAMED)


# 1.0-draft ------------------------------------------------------------------------------------------------------


@router.get("/draft", summary="Manifest (Reconciliation API 1.0-draft)", response_model=dict[str, Any])
async def manifest_of_draft(request: Request) -> Response:
    """The manifest."""
    base = _base(request)
    return JSONResponse(
        {
            "versions": ["1.0-draft"],
            "name": NAME,
            "documentation": f"{base}/docs",
            "view": {"url": f"{base}/v1/credentials/{{id}}"},
            "defaultTypes": [{"id": ROOT_TYPE, "name": "Credential"}],
            # the draft has a fixed address for it; its test bench asks for one
            "preview": {"url": f"{base}/reconcile/draft/preview?id={{{{id}}}}", **PREVIEW},
            "suggest": {"entity": True, "property": True, "type": True},
            "extend": {"proposeProperties": True, "propertySettings": settings_of("1.0-draft")},
            "batchSize": BATCH,
            "standardizedScore": True,
            "lang": "en",
        }
    )


@router.post("/draft/match", summary="A batch of queries (1.0-draft)", response_model=dict[str, Any])
async def match(
    body: Annotated[BatchOfDraft, Body(openapi_examples=MATCH_EXAMPLES)],
    nothing: Annotated[Nothing, Query()], session: Session, releases: Releases, vocabulary: VocabularyOfRelease,
) -> Response:  # fmt: skip
    """Answer a batch of queries."""
    rules = await releases.get()
    words = await vocabulary.get(session, rules.release.number)
    results = [
        {"candidates": [candidate_of(c, named=True) for c in await _candidates(session, words, rules, of_draft(query))]}
        for query in body.queries
    ]
    return JSONResponse({"results": results})


@router.post("/draft/extend", summary="Columns about credentials (1.0-draft)", response_model=dict[str, Any])
async def extend_of_draft(
    body: Annotated[Extension, Body(openapi_examples=EXTEND_EXAMPLES)],
    nothing: Annotated[Nothing, Query()], session: Session, releases: Releases,
) -> Response:  # fmt: skip
    """Answer a request for columns."""
    rules = await releases.get()
    columns, rows = await _extended(session, rules, body)
    told = [
        {"id": name, "properties": [{"id": key, "values": cells_of(values)} for key, values in row.items()]}
        for name, row in rows.items()
    ]
    return JSONResponse({"meta": [heading_of(column) for column in columns], "rows": told})


def _base(request: Request) -> str:
    """The address under which people reach the service."""
    public: str = request.app.state.settings.public_url
    return (public or str(request.base_url)).rstrip("/")
