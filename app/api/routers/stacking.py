"""Several credentials towards one award."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response
from pydantic import BeforeValidator, Field, model_validator

from app.api.days import Day
from app.api.dependencies import Releases, Session, today
from app.api.examples import STACKING_EXAMPLES
from app.api.numbers import refuse_exponents
from app.api.problems import PROBLEMS
from app.api.responses import answer
from app.api.schemas import EARLIEST, AskedCredential, Closed, CredentialById, Nothing, fact_value
from app.domain.circumstances import CircumstanceValue
from app.domain.credential import Credential
from app.domain.stacking import Award
from app.services.stacking import Brought, Stack, stack

router = APIRouter(prefix="/v1", tags=["Recognition"], responses=PROBLEMS)


class BroughtCredential(Closed):
    """A credential that is brought to the award."""

    ref: str = Field(min_length=1, max_length=100, description="Your own name for it.", examples=["a"])
    credential: AskedCredential = Field(description="The credential, by description or catalogue id.")
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
    def _numbers_are_written_out(cls, value: object) -> object:
        return refuse_exponents(value)

    @model_validator(mode="after")
    def _names_are_known(self) -> "StackingRequest":
        refs = [one.ref for one in self.credentials]
        if len(set(refs)) < len(refs):
            raise ValueError("a name of its own for each credential")
        lists = [*(cap.refs for cap in self.award.caps), *(group.refs for group in self.award.groups)]
        wanted = {ref for named in (*lists, *self.award.exclusions) for ref in named}
        if strange := sorted(wanted - set(refs)):
            raise ValueError(f"names of credentials, and {strange[0]!r} is none")
        return self


@router.post(
    "/stacking",
    response_model=Stack,
    summary="What do several credentials add up to towards a larger award?",
    description="Each credential is looked up in the award's place, or with its body; what counts is added up in the "
    "award's unit, nothing twice, under the caps given or those that the data knows. When not all can count, the best "
    "choice is made: required groups first, then the most credit.",
)
async def stacking(
    body: Annotated[StackingRequest, Body(openapi_examples=STACKING_EXAMPLES)],
    nothing: Annotated[Nothing, Query()],
    session: Session,
    releases: Releases,
) -> Response:
    """Add up credentials."""
    rules = await releases.get(body.release)
    brought = [
        Brought(ref=one.ref, credential=_credential(one.credential), holder=one.holder) for one in body.credentials
    ]
    return answer(Stack, await stack(session, rules, body.award, brought, body.as_of or today()))


def _credential(asked: Credential | CredentialById) -> Credential:
    return Credential(title="", id=asked.id) if isinstance(asked, CredentialById) else asked
