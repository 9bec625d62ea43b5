"""Databases whose tables are made already, for tests that are not about making them."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from app.services.administration import migrate
from app.store.database import sync_url


def migrated(database_url: str) -> None:
    """Make the tables of a database that is empty or not there. On SQLite a file is copied that has them."""
    url = sync_url(database_url)
    if url.drivername == "sqlite":
        shutil.copyfile(Path(_folder().name) / "migrated.db", str(url.database))
    else:
        migrate(database_url)


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder with a migrated file, as long as this process lives."""
    folder = tempfile.TemporaryDirectory(prefix="passerelle-migrated-")
    migrate(f"sqlite:///{folder.name}/migrated.db")
    return folder
