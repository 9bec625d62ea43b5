"""What operators and stewards do from the command line."""

import getpass
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from app.datasets.check import check_data, credit_cycles
from app.datasets.problems import InvalidData
from app.datasets.reader import json_schema
from app.domain.access import SCOPES, ApiKey, Caller, read_scope
from app.services import importing, keys
from app.services.releasing import load_data
from app.store.database import DatabaseAway, NoBackup, back_up, first_line, open_database, open_session
from app.store.migrating import migrate

__all__ = [
    "DatabaseAway", "InvalidData", "NoBackup", "back_up", "check", "create_key", "cycles", "first_line",
    "framework_schema", "list_keys", "load", "load_catalogue", "migrate", "revoke_key",
]  # fmt: skip


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


def operator() -> Caller:
    """Whoever types commands on the machine: they hold the database anyway, so they may do everything."""
    return Caller(id="command-line", name=getpass.getuser(), scopes=frozenset(SCOPES), address="local")


async def create_key(
    database_url: str, name: str, scopes: Iterable[str], expires_on: date | None
) -> tuple[ApiKey, str]:
    """Make a key: how it is listed, and the key itself, told this once. Raises UnknownReference for other scopes."""
    wanted = [read_scope(scope) for scope in scopes]
    engine = open_database(database_url)
    try:
        async with open_session(engine) as session:
            return await keys.create_key(session, operator(), name, wanted, expires_on)
    finally:
        await engine.dispose()


async def list_keys(database_url: str) -> Sequence[ApiKey]:
    """All keys, the newest first."""
    engine = open_database(database_url)
    try:
        async with open_session(engine) as session:
            return await keys.list_keys(session)
    finally:
        await engine.dispose()


async def revoke_key(database_url: str, key_id: str) -> ApiKey:
    """Revoke a key, for good. Raises UnknownReference."""
    engine = open_database(database_url)
    try:
        async with open_session(engine) as session:
            return await keys.revoke_key(session, operator(), key_id)
    finally:
        await engine.dispose()
