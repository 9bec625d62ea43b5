"""Several credentials towards one award."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import BeforeValidator, Field, model_validator

from app.api.asking import shown_credential
from app.api.days import Day
from app.api.dependencies import HandedIn, Releases, Session, today
from app.api.examples import STACKING_EXAMPLES
from app.api.numbers import refuse_exponents
from app.api.one_way import OneWayRoute
from app.api.problems import NOT_INSTALLED, PROBLEMS
from app.api.responses import answer, private
from app.api.schemas import (
    EARLIEST,
    Closed,
    CredentialById,
    CredentialInDocument,
    Nothing,
    ShownCredential,
    fact_value,
)
from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential
from app.domain.errors import Fault
from app.domain.ruleset import RuleSet
from app.domain.stacking import Award
from app.services.documents import Documents
from app.services.stacking import Brought, Stack, stack

router = APIRouter(prefix="/v1", tags=["Recognition"], responses=PROBLEMS, route_class=OneWayRoute)

MAX_DOCUMENTS = 20
"""Most credentials that documents show: each may have keys and lists to be asked for."""


class BroughtCredential(Closed):
    """A credential that is brought to the award."""

    ref: str = Field(min_length=1, max_length=100, description="Your own name for it.", examples=["a"])
    credential: ShownCredential = Field(
        description="The credential, by description, by catalogue id, or by a document that shows it."
    )
    holder: dict[str, Annotated[CircumstanceValue, BeforeValidator(fact_value)]] = Field(
        default_factory=dict, description="Facts about the holder that conditions ask for."
    )


class StackingRequest(Closed):
    """What do these credentials add up to towards this award?"""

    credentials: list[BroughtCredential] = Field(min_length=1, max_length=100, description="The credentials.")
    award: Award = Field(description="The award that they should count towards.")
    as_of: Day | None = Field(
        default=None, ge=EARLIEST, description="Day on which it should hold. Without it: today (UTC)."
    )
    release: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="State of the data to answer from. Without it: the active one."
    )

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_written_out(cls, value: Any) -> Any:
        refuse_exponents(_without_documents(value))
        return value

    @model_validator(mode="after")
    def _names_are_known(self) -> "StackingRequest":
        refs = [one.ref for one in self.credentials]
        if len(set(refs)) < len(refs):
            raise ValueError("a name of its own for each credential")
        if sum(isinstance(one.credential, CredentialInDocument) for one in self.credentials) > MAX_DOCUMENTS:
            raise ValueError(f"at most {MAX_DOCUMENTS} documents")
        lists = [*(cap.refs for cap in self.award.caps), *(group.refs for group in self.award.groups)]
        wanted = {ref for named in (*lists, *self.award.exclusions) for ref in named}
        if strange := sorted(wanted - set(refs)):
            raise ValueError(f"names of credentials, and {strange[0]!r} is none")
        return self


def _without_documents(value: Any) -> Any:
    """A request without the documents in it, whose texts are as their issuers wrote them."""
    if isinstance(value, dict):
        return {name: _without_documents(below) for name, below in value.items() if name != "document"}
    return [_without_documents(below) for below in value] if isinstance(value, list) else value


@router.post(
    "/stacking",
    response_model=Stack,
    responses=NOT_INSTALLED,
    summary="What do several credentials add up to towards a larger award?",
    description="Each credential is looked up in the award's place, or with its body; what counts is added up in the "
    "award's unit, nothing twice, under the caps given or those that the data knows. When not all can count, the best "
    "choice is made: required groups first, then the most credit. What a document shows counts only where that is "
    "genuine; where that is unknown it counts if its issuer confirms it, and each says so.",
)
async def stacking(
    body: Annotated[StackingRequest, Body(openapi_examples=STACKING_EXAMPLES)],
    nothing: Annotated[Nothing, Query()],
    session: Session,
    releases: Releases,
    documents: HandedIn,
) -> Response:
    """Add up credentials."""
    rules = await releases.get(body.release)
    as_of = body.as_of or today()
    brought = []
    for n, one in enumerate(body.credentials):
        try:
            brought.append(await _brought(one, rules, as_of, documents))
        except Fault as fault:
            fault.pointer = fault.pointer.replace("/credential/", f"/credentials/{n}/credential/", 1)
            raise
    told = await stack(session, rules, body.award, brought, as_of)
    return private(Stack, told) if any(one.verification for one in brought) else answer(Stack, told)


async def _brought(one: BroughtCredential, rules: RuleSet, as_of: date, documents: Documents) -> Brought:
    asked = one.credential
    if isinstance(asked, CredentialInDocument):
        document, shown = await shown_credential(asked, rules, as_of, documents)
        verification = document.verification
        return Brought(ref=one.ref, credential=shown.credential, holder=one.holder, verification=verification)
    credential = Credential(title="", id=asked.id) if isinstance(asked, CredentialById) else asked
    return Brought(ref=one.ref, credential=credential, holder=one.holder)
