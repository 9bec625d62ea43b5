"""Writes whole sections of a release out: as lines of JSON, as a table, as Parquet."""

import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.credential import Credential
from app.domain.dataset import SECTIONS, Dataset
from app.store import changes
from app.store.database import open_session

CHUNK = 1_000
"""Statements that are read at a time."""
ROW_GROUP = 10_000
"""Rows of a row group of Parquet."""

_CREDENTIAL = ("id", "title", "issuer_name", "issuer_kind", "issuer_country", "level_framework", "level_value",
               "credit_system", "credit_amount", "credit_min", "credit_max")  # fmt: skip
"""Columns of a credential that stand in others."""


async def read_bodies(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[list[dict[str, Any]]]:
    """The statements of a section as they stand in a release, in the order of ids, some at a time."""
    after = ""
    while True:
        async with open_session(engine) as session:
            found = await changes.list_bodies(session, section, release, after=after, limit=CHUNK)
        if found:
            yield found
        if len(found) < CHUNK:
            return
        after = found[-1]["id"]


def columns_of(section: str) -> tuple[str, ...]:
    """The columns of a section as a table. What has parts of its own stands in its column as JSON."""
    assert section in SECTIONS
    item = get_args(get_type_hints(Dataset)[section])[0]
    names = tuple(field.name for field in fields(item))
    if section != "credentials":
        return ("id", *(name for name in names if name != "id"))
    inner = tuple(
        field.name for field in fields(Credential) if field.name not in ("id", "title", "issuer", "level", "credit")
    )
    return (*_CREDENTIAL, *inner, *(name for name in names if name not in ("id", "credential")))


def row_of(section: str, body: Mapping[str, Any]) -> dict[str, str]:
    """A statement as a row of text."""
    cells = dict(body)
    if section == "credentials":
        told = dict(cells.pop("credential", {}))
        for part in ("issuer", "level", "credit"):
            cells |= {f"{part}_{name}": value for name, value in (told.pop(part, None) or {}).items()}
        cells = {**told, **cells}
    return {name: _cell(value) for name, value in cells.items() if value is not None}


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def as_lines(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[bytes]:
    """Lines of JSON, a statement each."""
    async for bodies in read_bodies(engine, section, release):
        yield b"".join(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for body in bodies)


async def as_table(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[bytes]:
    """CSV with a head."""
    names = columns_of(section)
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", extrasaction="ignore")
    writer.writeheader()
    async for bodies in read_bodies(engine, section, release):
        writer.writerows(row_of(section, body) for body in bodies)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


async def as_parquet(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[bytes]:
    """Parquet, all columns text, written to a temporary file first: its foot can be written only at the end."""
    names = columns_of(section)
    schema = pa.schema([(name, pa.string()) for name in names], metadata={"release": str(release), "section": section})
    with tempfile.TemporaryFile() as file:
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            waiting: list[dict[str, str]] = []
            async for bodies in read_bodies(engine, section, release):
                waiting += [row_of(section, body) for body in bodies]
                if len(waiting) >= ROW_GROUP:
                    writer.write_table(_table(waiting, schema, names))
                    waiting = []
            writer.write_table(_table(waiting, schema, names))
        file.seek(0)
        while part := file.read(1 << 20):
            yield part


def _table(rows: Sequence[Mapping[str, str]], schema: Any, names: Sequence[str]) -> Any:
    return pa.table({name: [row.get(name) for row in rows] for name in names}, schema=schema)
