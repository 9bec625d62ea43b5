"""Brings a database to the newest form of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

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


def migrate(database_url: str) -> None:
    """Run every migration that the database lacks."""
    command.upgrade(alembic_config(database_url), "head")
