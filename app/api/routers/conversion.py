"""Converts credit and levels."""

from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BeforeValidator, Field

from app.api.days import Day
from app.api.dependencies import Releases, today
from app.api.numbers import WholeNumber, refuse_exponents
from app.api.problems import PROBLEMS
from app.api.responses import answer
from app.api.schemas import Closed
from app.services.conversion import CreditConversion, LevelConversion, convert_credits, convert_level

router = APIRouter(prefix="/v1/convert", tags=["Conversion"], responses=PROBLEMS)


class CreditQuery(Closed):
    """How much of one unit, in which other."""

    amount: Annotated[Fraction, BeforeValidator(refuse_exponents)] = Field(
        ge=0, le=1_000_000, description='Amount: "5", "2.5" or "1/3".', examples=["5", "2.5", "10/3"]
    )
    start: str = Field(
        alias="from", max_length=100, description="Unit of the amount, by id or name.", examples=["ects", "uk-credit"]
    )
    to: str = Field(
        max_length=100,
        description="Unit wanted, by id or name.",
        examples=["us-semester-credit", "scqf-credit", "hours"],
    )
    jurisdiction: str | None = Field(
        default=None, max_length=10, description="Place whose own reading of the units counts.", examples=["NL", "IE"]
    )
    recogniser: str | None = Field(
        default=None, max_length=300, description="Body whose own published figures come first, by id or name."
    )
    as_of: Day | None = Field(default=None, description="Day on which it should hold. Without it: today (UTC).")
    release: WholeNumber | None = Field(default=None, ge=1, le=2**31 - 1, description="Release to answer from.")


class LevelQuery(Closed):
    """Which level of one framework, in which other."""

    framework: str = Field(
        max_length=100, description="Framework of the level, by id or name.", examples=["nlqf", "NZQCF"]
    )
    level: str = Field(
        max_length=200,
        description="The level, or a qualification type that the framework places at one.",
        examples=["6", "Bachelor's degree"],
    )
    to: str = Field(max_length=100, description="Framework wanted, by id or name.", examples=["nfq", "eqf", "SCQF"])
    as_of: Day | None = Field(default=None, description="Day on which it should hold. Without it: today (UTC).")
    release: WholeNumber | None = Field(default=None, ge=1, le=2**31 - 1, description="Release to answer from.")


@router.get(
    "/credits",
    response_model=CreditConversion,
    summary="How much is this credit in another unit?",
    description="By published equivalences where there are any, else through notional learning hours. The result is "
    "an interval with its path and sources; `bookable` is the amount that is safe to expect. Nothing is guessed: "
    "without a published way there is a problem instead of a number.",
)
async def credits(query: Annotated[CreditQuery, Query()], releases: Releases) -> Response:
    """Convert an amount of credit."""
    rules = await releases.get(query.release)
    result = convert_credits(
        rules,
        query.amount,
        query.start,
        query.to,
        query.as_of or today(),
        jurisdiction=query.jurisdiction,
        recogniser=query.recogniser,
    )
    return answer(CreditConversion, result)


@router.get(
    "/levels",
    response_model=LevelConversion,
    summary="Which level of another framework corresponds to this one?",
    description="By published links between frameworks: the path whose weakest link is strongest, then the shortest. "
    "A range stays a range; no levels at all means that the tables leave this level without a counterpart. "
    "A comparison of levels recognises nothing.",
)
async def levels(query: Annotated[LevelQuery, Query()], releases: Releases) -> Response:
    """Convert a level."""
    rules = await releases.get(query.release)
    result = convert_level(rules, query.framework, query.level, query.to, query.as_of or today())
    return answer(LevelConversion, result)
