"""Writes whole sections of a release out: as lines of JSON, as a table, as Parquet."""

import csv
import io
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.ext.asyncio import AsyncEngine

from app.documents.columns import defused, paths_of, row_of
from app.store import changes
from app.store.database import open_session

CHUNK = 1_000
"""Statements that are read at a time."""
ROW_GROUP = 10_000
"""Rows of a row group of Parquet."""


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


async def as_lines(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[bytes]:
    """Lines of JSON, a statement each."""
    async for bodies in read_bodies(engine, section, release):
        yield b"".join(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for body in bodies)


async def as_table(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[bytes]:
    """CSV with a head, in which no cell is a formula."""
    names = tuple(paths_of(section))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    async for bodies in read_bodies(engine, section, release):
        rows = (row_of(section, body) for body in bodies)
        writer.writerows({name: defused(cell) for name, cell in row.items()} for row in rows)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


async def as_parquet(engine: AsyncEngine, section: str, release: int) -> AsyncIterator[bytes]:
    """Parquet, all columns text, written to a temporary file first: its foot can be written only at the end."""
    names = tuple(paths_of(section))
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
