"""What verifiers of our signed reports ask for: our key, and what our words mean."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.api.problems import PROBLEMS, Problem
from app.api.responses import linked
from app.api.schemas import Nothing
from app.documents.signed_reports import CONTEXT_PATH, DID_PATHS, Signer, context_of
from app.domain.errors import NotConfigured

router = APIRouter(tags=["Reference"], responses=PROBLEMS)

_NONE: dict[int | str, dict[str, Any]] = {
    406: {"model": Problem, "description": "No key is set up that signs under this address."}
}
_JSON_LD: dict[int | str, dict[str, Any]] = {200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}}


@router.get(
    CONTEXT_PATH,
    responses=_JSON_LD,
    response_class=Response,
    summary="The words of our own in signed reports: a JSON-LD context with the meaning of each",
)
async def context(request: Request, nothing: Annotated[Nothing, Query()]) -> Response:
    """The context."""
    return linked(context_of(request.app.state.settings.public_url))


@router.get(DID_PATHS[1], include_in_schema=False)
@router.get(
    DID_PATHS[0],
    responses=_JSON_LD | _NONE,
    response_class=Response,
    summary="The key that signs reports, where they are signed under the name of this address (did:web)",
)
async def did_document(request: Request, nothing: Annotated[Nothing, Query()]) -> Response:
    """The DID document. Behind a PUBLIC_URL with a path it is asked for as did.json below that path."""
    signer: Signer | None = request.app.state.signer
    if signer is None or not signer.did.startswith("did:web:"):
        raise NotConfigured("Signed reports under the name of this address", "SIGNING_KEY")
    return linked(signer.did_document)
