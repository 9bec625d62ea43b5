"""Writes an imported catalogue as a collection of its own, as a further release."""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, MetaData, String, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import CatalogueEntry
from app.domain.errors import NotReady
from app.domain.ruleset import RuleSet
from app.store.releases import checksum_of, find_newest
from app.store.tables import CredentialRow, ReleaseRow, columns_of
from app.store.writing import Clash, add_rows, columns_of_statement

_ENTRIES: TypeAdapter[list[CatalogueEntry]] = TypeAdapter(list[CatalogueEntry])
_CREDENTIALS = columns_of(CredentialRow)
_RELEASES = columns_of(ReleaseRow)

_SEEN = Table("seen_credentials", MetaData(), Column("id", String(200), primary_key=True), prefixes=["TEMPORARY"])


async def add_collection(
    session: AsyncSession, name: str, chunks: AsyncIterator[Sequence[CatalogueEntry]], rules: RuleSet
) -> tuple[int, int]:
    """Make a collection what the chunks hold, as a new release: its number, and how many credentials it has now.

    Credentials that are unchanged are left alone, changed and missing ones closed. The caller holds the transaction,
    and activates the release. Raises Clash, and NotReady where no data has been loaded before.
    """
    newest = await find_newest(session)
    if newest is None:
        raise NotReady
    number = newest.number + 1
    release = {
        "number": number, "checksum": newest.checksum, "data_checksum": newest.data_checksum,
        "files_checksum": newest.files_checksum, "created_at": datetime.now(UTC), "counts": newest.counts,
        "collections": newest.collections,
    }  # fmt: skip
    await session.execute(insert(ReleaseRow).values(release))
    is_there = select(_CREDENTIALS.pk).where(_CREDENTIALS.collection == name, _CREDENTIALS.until.is_(None)).limit(1)
    renews = (await session.execute(is_there)).first() is not None
    connection = await session.connection()
    if renews:
        await connection.run_sync(lambda sync: _SEEN.create(sync, checkfirst=False))
    digest, count = hashlib.sha256(), 0
    async for entries in chunks:
        count += len(entries)
        await _add_chunk(session, name, entries, rules, number, digest)
        if renews and entries:
            await session.execute(insert(_SEEN), [{"id": entry.id} for entry in entries])
    if renews:
        gone = _CREDENTIALS.id.not_in(select(_SEEN.c.id))
        closing = update(CredentialRow).where(_CREDENTIALS.collection == name, _CREDENTIALS.until.is_(None), gone)
        await session.execute(closing.values(until=number))
        await connection.run_sync(_SEEN.drop)
    collections = {**newest.collections, name: {"checksum": digest.hexdigest(), "credentials": count}}
    whole = checksum_of(newest.data_checksum, collections)
    changed = update(ReleaseRow).where(_RELEASES.number == number).values(checksum=whole, collections=collections)
    await session.execute(changed)
    return number, count


async def _add_chunk(
    session: AsyncSession,
    name: str,
    entries: Sequence[CatalogueEntry],
    rules: RuleSet,
    number: int,
    digest: Any,
) -> None:
    text = _ENTRIES.dump_json(list(entries), exclude_defaults=True)
    digest.update(text)
    bodies: list[dict[str, Any]] = json.loads(text)
    known = select(_CREDENTIALS.id, _CREDENTIALS.pk, _CREDENTIALS.collection, _CREDENTIALS.body).where(
        _CREDENTIALS.id.in_([entry.id for entry in entries]), _CREDENTIALS.until.is_(None)
    )
    standing = {row.id: row for row in (await session.execute(known)).all()}
    if clash := sorted(key for key, row in standing.items() if row.collection != name):
        raise Clash(clash)
    changed = [
        (entry, body) for entry, body in zip(entries, bodies, strict=True)
        if entry.id not in standing or standing[entry.id].body != body
    ]  # fmt: skip
    closing = [standing[entry.id].pk for entry, _ in changed if entry.id in standing]
    if closing:
        await session.execute(update(CredentialRow).where(_CREDENTIALS.pk.in_(closing)).values(until=number))
    rows = [(entry, body, columns_of_statement(CredentialRow, entry, rules, name)) for entry, body in changed]
    if rows:
        await add_rows(session, CredentialRow, rows, number)
