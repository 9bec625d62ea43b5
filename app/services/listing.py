"""Lists releases, and tells whether the database is as it should be."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.store import releases
from app.store.migrating import is_migrated
from app.store.releases import Release

__all__ = ["all_releases", "is_migrated"]


async def all_releases(session: AsyncSession) -> list[Release]:
    """All releases, the newest first."""
    return await releases.list_releases(session)
