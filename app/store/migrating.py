"""Brings a database to the newest form of the tables."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncSession

from app.store import search
from app.store.database import sync_url

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a thing in the database is described by the tables; the texts to search are made by hand."""
    return kind != "table" or name is None or not name.startswith(search.NAME)


def alembic_config(database_url: str) -> Config:
    """Alembic's configuration for a database; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("sqlalchemy.url", sync_url(database_url).render_as_string(False).replace("%", "%%"))
    return config


@cache
def _known() -> tuple[frozenset[str], str | None]:
    """The versions of the tables that this program knows, and the newest."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    script = ScriptDirectory.from_config(config)
    return frozenset(revision.revision for revision in script.walk_revisions()), script.get_current_head()


async def is_migrated(session: AsyncSession) -> bool:
    """Whether no migration is left to be run.

    A version that this program does not know was made by a newer one, which is being rolled out beside it.
    """
    connection = await session.connection()
    found = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    known, newest = _known()
    return found is not None and (found == newest or found not in known)


def migrate(database_url: str) -> None:
    """Run every migration that the database lacks."""
    command.upgrade(alembic_config(database_url), "head")
