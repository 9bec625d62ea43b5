"""Queries over the skills of published frameworks."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import ListedSkill
from app.store.releases import in_release
from app.store.tables import SkillRow, columns_of

_SKILL: TypeAdapter[ListedSkill] = TypeAdapter(ListedSkill)
_SKILLS = columns_of(SkillRow)


async def list_skills(
    session: AsyncSession,
    release: int,
    words: Sequence[str],
    *,
    framework: str | None,
    after: str,
    limit: int,
    **wanted: str | None,
) -> list[ListedSkill]:
    """Skills in the order of their ids, those that equal every given value.

    Each of the folded ``words`` begins a word of the label; ``framework`` is a title or an address.
    """
    query = select(_SKILLS.body).where(_SKILLS.id > after, *in_release(SkillRow, release))
    query = query.where(*(_SKILLS.words.contains(f" {word}") for word in words))
    if framework is not None:
        query = query.where(or_(_SKILLS.framework == framework, _SKILLS.framework_uri == framework))
    for name, value in wanted.items():
        if value is not None:
            query = query.where(_SKILLS[name] == value)
    found = await session.execute(query.order_by(_SKILLS.id).limit(limit))
    return [_SKILL.validate_python(body) for body in found.scalars()]
