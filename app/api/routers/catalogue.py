"""The catalogue: real credentials, and published decisions on them."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from app.api.dependencies import Releases, Session
from app.api.problems import PROBLEMS
from app.api.responses import answer
from app.api.schemas import CredentialId, Page, PageQuery, ReleaseQuery, StatementId
from app.domain.credential import CredentialKind
from app.domain.dataset import CatalogueEntry
from app.domain.rules import Decision
from app.services import browsing
from app.services.browsing import CredentialPage

router = APIRouter(prefix="/v1", tags=["Catalogue"], responses=PROBLEMS)


class CredentialQuery(PageQuery):
    """Which credentials."""

    issuer_country: str | None = Field(default=None, max_length=10, description="Code of the issuer's country.")
    kind: CredentialKind | None = Field(default=None, description="Kind of credential.")


@router.get("/credentials", response_model=Page[CatalogueEntry], summary="Credentials of the catalogue")
async def credentials(
    request: Request, query: Annotated[CredentialQuery, Query()], session: Session, releases: Releases
) -> Response:
    """A page of credentials."""
    rules = await releases.get(query.release)
    found = await browsing.list_credentials(
        session,
        rules,
        after=query.after,
        limit=query.limit,
        issuer_country=query.issuer_country,
        kind=query.kind,
    )
    items = found[: query.limit]
    following = items[-1].id if len(found) > query.limit else None
    page = Page[CatalogueEntry](release=rules.release, items=items, next=following)
    return answer(request, Page[CatalogueEntry], page)


@router.get(
    "/credentials/{credential_id}",
    response_model=CredentialPage,
    summary="A credential of the catalogue with the decisions on it",
)
async def credential(
    request: Request,
    credential_id: CredentialId,
    query: Annotated[ReleaseQuery, Query()],
    session: Session,
    releases: Releases,
) -> Response:
    """One credential."""
    rules = await releases.get(query.release)
    return answer(request, CredentialPage, await browsing.credential_page(session, rules, credential_id))


@router.get("/decisions/{decision_id}", response_model=Decision, summary="A published decision")
async def decision(
    request: Request,
    decision_id: Annotated[StatementId, Path(examples=["us-ace-dec-google-2021"])],
    query: Annotated[ReleaseQuery, Query()],
    session: Session,
    releases: Releases,
) -> Response:
    """One decision."""
    rules = await releases.get(query.release)
    return answer(request, Decision, await browsing.get_decision(session, rules, decision_id))
