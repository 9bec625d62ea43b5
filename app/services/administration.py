"""What operators and stewards do from the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.datasets.check import check_data, credit_cycles
from app.datasets.problems import InvalidData
from app.datasets.reader import json_schema
from app.services import importing
from app.services.releasing import load_data
from app.store.database import DatabaseAway, NoBackup, back_up, first_line, open_database
from app.store.migrating import migrate

__all__ = [
    "DatabaseAway",
    "InvalidData",
    "NoBackup",
    "back_up",
    "check",
    "cycles",
    "first_line",
    "framework_schema",
    "load",
    "load_catalogue",
    "migrate",
]


def check(data: Path) -> int:
    """Check the data folder; the number of sound files. Raises InvalidData with all faults."""
    return len(check_data(data))


def cycles(data: Path) -> list[str]:
    """Cycles of links between credits that do not close exactly, in words."""
    return credit_cycles(data)


def framework_schema() -> dict[str, Any]:
    """The JSON Schema of a framework file."""
    return json_schema()


async def load_catalogue(database_url: str, file: Path, name: str, told: Callable[[int], None]) -> tuple[int, int]:
    """Load a file of lines of JSON as a collection: number of the release, and how many credentials it has."""
    engine = open_database(database_url)
    try:
        return await importing.load_catalogue(engine, file, name, told=told)
    finally:
        await engine.dispose()


async def load(database_url: str, data: Path) -> tuple[int, bool]:
    """Load the data folder into the database: number of the release that is served, and whether it is new."""
    engine = open_database(database_url)
    try:
        return await load_data(engine, data)
    finally:
        await engine.dispose()
