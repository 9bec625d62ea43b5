"""The skills of published frameworks."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api.dependencies import Releases, Session
from app.api.problems import PROBLEMS
from app.api.responses import answer
from app.api.schemas import Page, PageQuery, cut
from app.domain.dataset import ListedSkill
from app.services import browsing

router = APIRouter(prefix="/v1", tags=["Catalogue"], responses=PROBLEMS)


class SkillQuery(PageQuery):
    """Which skills."""

    q: str | None = Field(
        default=None,
        max_length=300,
        description="Words of its label, whole or only begun: in any order, accents and case left out.",
        examples=["query data"],
    )
    uri: str | None = Field(default=None, max_length=1000, description="Its address.")
    framework: str | None = Field(
        default=None, max_length=1000, description="Title or address of the framework of skills that lists it."
    )
    collection: str | None = Field(
        default=None, max_length=100, description="Where it was entered from: `data`, or an imported framework."
    )


@router.get("/skills", response_model=Page[ListedSkill], summary="Skills of published frameworks")
async def skills(query: Annotated[SkillQuery, Query()], session: Session, releases: Releases) -> Response:
    """A page of skills, in the order of their ids."""
    rules = await releases.get(query.release)
    wanted = query.model_dump(include={"uri", "framework", "collection"})
    found = await browsing.list_skills(session, rules, query.q, after=query.after, limit=query.limit, **wanted)
    return answer(Page[ListedSkill], cut(Page[ListedSkill], rules, found, query.limit))
