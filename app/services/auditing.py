"""Keeps the record of who did what."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.access import LONGEST_NAME, SCOPES, Caller, without_secrets
from app.store import audit
from app.store.audit import AuditEntry, Wanted

LONGEST_TARGET = 300
LONGEST_ADDRESS = 100
"""A trusted proxy may tell anything as the address of a caller."""


def operator() -> Caller:
    """Whoever types commands on the machine: they hold the database anyway, so they may do everything."""
    return Caller(id="command-line", name=getpass.getuser(), scopes=frozenset(SCOPES), address="local")


async def record(
    session: AsyncSession, caller: Caller, act: str, target: str, *, before: Any = None, after: Any = None
) -> None:
    """Add an entry to the audit log, inside the caller's transaction: no act without its entry, no entry without it.

    ``before`` and ``after`` are anything that JSON can tell, domain objects included. Keys and tokens are struck out
    wherever they stand.
    """
    await audit.add(
        session,
        at=datetime.now(UTC),
        caller=caller.id,
        name=_line(caller.name)[:LONGEST_NAME],
        address=_line(caller.address)[:LONGEST_ADDRESS],
        act=act,
        target=_line(target)[:LONGEST_TARGET],
        before=_told(before),
        after=_told(after),
    )


async def list_entries(session: AsyncSession, wanted: Wanted, limit: int) -> tuple[Sequence[AuditEntry], int | None]:
    """Entries, the newest first, and the number behind which others follow."""
    found = await audit.find(session, wanted, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def _line(text: str) -> str:
    """A text that strangers may have chosen, without secrets and without characters that cannot be stored or shown."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in without_secrets(text))


def _told(value: Any) -> Any:
    return _struck(to_jsonable_python(value))


def _struck(value: Any) -> Any:
    if isinstance(value, dict):
        return {without_secrets(str(key)): _struck(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_struck(part) for part in value]
    return without_secrets(value) if isinstance(value, str) else value
