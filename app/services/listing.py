"""Lists releases."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.store import releases
from app.store.releases import Release


async def all_releases(session: AsyncSession) -> list[Release]:
    """All releases, the newest first."""
    return await releases.list_releases(session)
