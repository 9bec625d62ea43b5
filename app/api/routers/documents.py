"""Somebody holds a badge: is it genuine, and where does it count?"""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.api.asking import answer_document
from app.api.dependencies import HandedIn, Releases, Session
from app.api.examples import DOCUMENT_EXAMPLES, FORM_EXAMPLES, TOKEN_EXAMPLES
from app.api.forms import FORMS, form_of, respond_in
from app.api.handing_in import FORM, JSON, TOKEN, DocumentQuery, read_request
from app.api.problems import PROBLEMS
from app.services.documents import DocumentAnswer

router = APIRouter(prefix="/v1", tags=["Recognition"], responses=PROBLEMS)

PATH = "/v1/recognition/document"

_TEXT = {"type": "string", "default": ""}
"""Empty, so that the page of the documentation does not fill in words of its own, or a number."""
_FILE = {"type": "string", "format": "binary"}
_LIST = {"type": "array", "items": {"type": "string"}}

_FORM = {
    "type": "object",
    "properties": {
        "file": {**_FILE, "description": "A badge as an image (PNG, SVG), JSON, a token (JWT) or a ZIP of these."},
        "document": {**_TEXT, "description": "The same as text, pasted, in place of the file."},
        "url": {**_TEXT, "description": "Its https address, in place of the file."},
        "jurisdictions": {**_LIST, "example": ["IE"], "description": "Places to ask about: ISO 3166 codes or regions."},
        "purposes": {**_LIST, "example": ["credit_transfer"], "description": "Purposes to ask about."},
        "recognisers": {**_LIST, "default": [], "description": "Bodies to ask about, by id or name."},
        "as_of": {**_TEXT, "description": "Day on which it should hold (2026-11-23). Without it: today."},
        "release": {**_TEXT, "description": "State of the data to answer from, a number."},
        "language": {**_TEXT, "description": "Language (BCP 47) for the names of codes."},
        "match_threshold": {**_TEXT, "description": "Least score for a match to the catalogue, 0 to 100."},
        "holder": {**_TEXT, "description": "Facts about the holder, as a JSON object."},
        "programme": {**_TEXT, "description": "The programme, as a JSON object."},
    },
}

_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        FORM: {"schema": _FORM, "examples": FORM_EXAMPLES},
        JSON: {"schema": {"$ref": "#/components/schemas/DocumentRequest"}, "examples": DOCUMENT_EXAMPLES},
        TOKEN: {"schema": {"type": "string", "description": "A signed credential."}, "examples": TOKEN_EXAMPLES},
        "image/png": {"schema": _FILE},
    },
}


@router.post(
    "/recognition/document",
    response_model=DocumentAnswer,
    responses=FORMS,
    summary="Is this badge genuine, and where is what it shows recognised?",
    description="Choose the file of a badge (image, JSON, token, ZIP), press *Execute*. Every credential in it is "
    "verified step by step, read with a pointer to each attribute, compared with the catalogue, and looked up. "
    "Where the document is not genuine nothing is recognised; where that is unknown a yes depends on its issuer. "
    "The body may be a form, JSON with the `document` or its `url`, or the document itself, of whatever kind, with the "
    "question in the query. Nothing of it is stored, logged or told of its holder.",
    openapi_extra={"requestBody": _BODY},
)
async def recognise_document(
    request: Request,
    query: Annotated[DocumentQuery, Query()],
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    """Answer for a document."""
    handed, options = await read_request(request, query)
    rules = await releases.get(options.release)
    public_url = request.app.state.settings.public_url
    form = form_of(request, query.format)
    told = await answer_document(handed, options, session, rules, public_url, documents)
    return await respond_in(form, request, told, options, rules)
