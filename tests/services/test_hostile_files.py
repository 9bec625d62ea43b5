"""Files that nobody means well with: each is refused with a clear problem, or imported, and nothing in between.

``FUZZ`` sets how many mutated files are tried on each database (default 60; 100000 overnight).
"""

import asyncio
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import UnreadableQuestion
from app.services.administration import load, migrate, operator
from app.services.importing.requests import Wish, add_import
from app.services.importing.running import Runner
from app.store import jobs, releases
from app.store.database import open_database, open_session
from tests.factories import EXLAND

FUZZ = int(os.environ.get("FUZZ", "60"))

ROW = {"id": "a", "confidence": "low", "credential": {"title": "Ants", "issuer": {"name": "School"}}}
LINE = json.dumps(ROW).encode() + b"\n"
HEAD = b"id,confidence,title\n"
FRAMEWORK = (EXLAND / "frameworks" / "xf.yaml").read_bytes()


def workbook(rows: list[list[Any]], **replaced: bytes) -> bytes:
    """A workbook, with some of its parts replaced by others."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    if not replaced:
        return out.getvalue()
    again = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, replaced.get(entry.filename.rpartition("/")[2], old.read(entry)))
    return again.getvalue()


def archive(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def link(name: str, target: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16
        packed.writestr(entry, target)
    return out.getvalue()


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def lying_archive() -> bytes:
    """An archive whose entry says that it is small and is not."""
    packed = bytearray(archive(("frameworks/a.yaml", b"a: " + b"x" * 1_000_000)))
    small = (3).to_bytes(4, "little")
    at = packed.index(b"PK\x01\x02")
    packed[at + 24 : at + 28] = small
    packed[22:26] = small
    return bytes(packed)


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(ord("b"), ord("j"))
)
SHEET = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>title</t></is></c>
<c r="C1" t="inlineStr"><is><t>confidence</t></is></c></row>
<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" t="inlineStr"><is><t>&e;</t></is></c>
<c r="C2" t="inlineStr"><is><t>low</t></is></c></row></sheetData></worksheet>"""

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "aliases that multiply": ("x.yaml", BOMB, "alias"),
    "deep nesting in YAML": ("x.yaml", b"rules: " + b"[" * 100_000, "YAML|nesting"),
    "deep flow in YAML": ("x.yaml", b"{a: " * 900 + b"x" + b"}" * 900, "nesting"),
    "a tag that makes objects": ("x.yaml", b"rules: !!python/object/apply:os.system [ls]", "tag|mapping"),
    "a key twice in YAML": ("x.yaml", b"rules: []\nrules: []\n", "second time"),
    "YAML in Latin-1": ("x.yaml", "about: caf\xe9".encode("latin-1"), "UTF-8"),
    "an archive that leads out": ("x.zip", archive(("frameworks/../../../tmp/evil.yaml", b"")), "stay within"),
    "an archive from the root": ("x.zip", archive(("/etc/frameworks/evil.yaml", b"")), "stay within"),
    "an archive of another system": ("x.zip", archive(("frameworks\\..\\evil.yaml", b"")), "stay within|no framework"),
    "a link in an archive": ("x.zip", link("frameworks/a.yaml", b"/etc/passwd"), "stay within"),
    "an archive that swells": ("x.zip", archive(("frameworks/a.yaml", b"0" * 70_000_000)), "unpacks to too much"),
    "an archive that lies": ("x.zip", lying_archive(), "unpacked|archive"),
    "many files": ("x.zip", archive(*((f"frameworks/{n}.yaml", b"") for n in range(10_001))), "10000"),
    "no archive": ("x.zip", b"PK\x03\x04nothing", "archive"),
    "an empty archive": ("x.zip", archive(), "frameworks"),
    "an external entity in a workbook": ("x.xlsx", workbook([["id"]], **{"sheet1.xml": SHEET}), "row|broken|no row|"),
    "a broken workbook": ("x.xlsx", b"PK\x03\x04" + b"\0" * 100, "workbook|archive"),
    "a workbook that swells": ("x.xlsx", workbook([["id"]], **{"sheet1.xml": b" " * 270_000_000}), "too much"),
    "a long line": ("x.ndjson", LINE + b'{"id": "' + b"x" * 2_000_000 + b'"}\n', "a line of more than"),
    "a long line in a table": ("x.csv", HEAD + b"a,low," + b"x" * 2_000_000 + b"\n", "a line of more than"),
    "UTF-16": ("x.csv", (HEAD + b"a,low,Ants\n").decode().encode("utf-16"), "UTF-16"),
    "Latin-1": ("x.csv", HEAD + "a,low,Caf\xe9\n".encode("latin-1"), "0xe9"),
    "Latin-1 in lines": ("x.ndjson", LINE.replace(b"Ants", b"Caf\xe9"), "JSON"),
    "NUL": ("x.ndjson", LINE.replace(b"Ants", b"An\\u0000ts"), "NUL"),
    "NUL in a table": ("x.csv", HEAD + b"a,low,An\0ts\n", "NUL"),
    "half a character": ("x.ndjson", LINE.replace(b"Ants", b"An\\ud800ts"), "JSON|surrogate"),
    "half a character in a cell": (
        "x.csv", b'id,confidence,title,aliases\na,low,A,"[""\\ud800""]"\n', "surrogate",
    ),
    "a key twice": ("x.ndjson", LINE.replace(b'"title"', b'"title": "Bees", "title"'), "twice"),
    "a key twice, spelt otherwise": ("x.ndjson", LINE.replace(b'"title"', b'"t\\u0069tle" : "B", "title"'), "twice"),
    "NaN": ("x.ndjson", LINE.replace(b'"Ants"', b'"Ants", "notional_hours": NaN'), "JSON|number"),
    "infinity": ("x.ndjson", LINE.replace(b'"Ants"', b'"Ants", "notional_hours": 1e999'), "number"),
    "NaN in a cell": ("x.csv", b'id,confidence,title,features\na,low,A,"{""x"": NaN}"\n', "JSON"),
    "a huge exponent": ("x.ndjson", LINE.replace(b'"Ants"', b'"Ants", "notional_hours": "1e999999"'), "number"),
    "deep nesting": ("x.ndjson", b'{"id": ' + b"[" * 100_000 + b"\n", "JSON"),
    "two columns of one name": ("x.csv", b"id,title,title\na,b,c\n", "two columns"),
    "an unknown column": ("x.csv", b"id,titel,confidence\na,b,low\n", "titel"),
    "more cells than the head": ("x.csv", HEAD + b"a,low,Ants,more\n", "4 cells"),
    "an open quotation": ("x.csv", HEAD + b'a,low,"Ants\n', "broken row"),
    "no rows": ("x.csv", HEAD, "no row"),
    "an empty file": ("x.csv", b"", "no head"),
    "an id too long": ("x.ndjson", LINE.replace(b'"a"', b'"' + b"a" * 300 + b'"'), "300 characters"),
    "a name too long for an index": ("x.ndjson", LINE.replace(b"School", b"\xe6\xbc\xa2" * 4000), "shorter"),
    "broken Parquet": ("x.parquet", b"PAR1" + b"\0" * 50 + b"PAR1", "Parquet"),
    "half of Parquet": ("x.parquet", parquet(id=["a"], title=["A"], confidence=["low"])[:-20], "Parquet"),
    "bytes in Parquet": ("x.parquet", parquet(id=["a"], title=[b"\xff\xfe"], confidence=["low"]), "text|string"),
    "infinity in Parquet": (
        "x.parquet", parquet(id=["a"], title=["A"], confidence=["low"], notional_hours=[float("inf")]), "number",
    ),
}  # fmt: skip


@pytest.fixture
def run(empty_database: str, tmp_path: Path) -> Callable[[str, bytes], list[str]]:
    migrate(empty_database)
    asyncio.run(load(empty_database, EXLAND))
    return lambda name, content: asyncio.run(imported(empty_database, tmp_path, name, content))


async def imported(url: str, folder: Path, name: str, content: bytes) -> list[str]:
    """What is wrong with a file, in sentences; nothing when it was imported."""
    engine = open_database(url)
    try:
        return await _imported(engine, folder, name, content)
    finally:
        await engine.dispose()


async def _imported(engine: AsyncEngine, folder: Path, name: str, content: bytes) -> list[str]:
    file = folder / "sent"
    file.write_bytes(content)
    is_framework = name.endswith((".yaml", ".zip"))
    wish = Wish(kind="framework" if is_framework else "catalogue", collection=None if is_framework else "hostile")
    async with open_session(engine) as session:
        before = await releases.find_active_number(session)
    try:
        job = await add_import(engine, file, name, wish, caller=operator())
    except UnreadableQuestion as refused:
        return [str(refused)]
    assert await Runner(engine).run_next(job.number)
    async with open_session(engine) as session:
        done = await jobs.find_job(session, job.number)
        problems = await jobs.list_problems(session, job.number, after=0, limit=50)
        after = await releases.find_active_number(session)
    assert done is not None
    if done.state == "succeeded":
        assert not problems
        return []
    assert (done.state, done.release, after) == ("failed", None, before)
    assert done.failure is not None
    assert "our side" not in done.failure
    return [done.failure, *(f"{p.place}: found {p.found}, expected {p.expected}" for _, p in problems)]


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_a_clear_problem(run: Callable[[str, bytes], list[str]], what: str) -> None:
    import re

    name, content, told = REFUSED[what]
    sentences = run(name, content)
    assert sentences, "it was imported"
    assert re.search(told, "\n".join(sentences)), sentences
    assert all(len(sentence) < 1_000 for sentence in sentences)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for all mutated files."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('fuzz')}/p.db"
    else:
        from sqlalchemy import create_engine, make_url, text

        server = make_url(request.getfixturevalue("postgres_server")).set(drivername="postgresql+psycopg")
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE fuzz_{os.getpid()}"))
        engine.dispose()
        url = server.set(database=f"fuzz_{os.getpid()}").render_as_string(hide_password=False)
    migrate(url)
    asyncio.run(load(url, EXLAND))
    return url


SOUND = {
    "x.ndjson": LINE * 1 + LINE.replace(b'"a"', b'"b"'),
    "x.csv": b"id,confidence,title,aliases,notional_hours,features\na,low,Ants,A; B,20,{}\nb,low,Bees,,,\n",
    "x.xlsx": workbook([["id", "confidence", "title"], ["a", "low", "Ants"], ["b", "low", 5]]),
    "x.parquet": parquet(id=["a", "b"], title=["A", "B"], confidence=["low", "low"], delivery=[["online"], None]),
    "x.yaml": FRAMEWORK,
    "x.zip": archive(("frameworks/xf.yaml", FRAMEWORK), ("evidence/a.yaml", b"facts: []\nsources: {}\n")),
}
PIECES = [
    b"\0",
    b"\xff",
    b'"',
    b"{",
    b"[" * 50,
    b"\n",
    b",",
    b"'",
    b"=",
    b"-",
    b": ",
    b"\\ud800",
    b"NaN",
    b"1e9999",
    b"\r",
]
mutations = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(PIECES)), min_size=1, max_size=4)


@settings(max_examples=FUZZ, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(name=st.sampled_from(sorted(SOUND)), changes=mutations)
def test_mutated_files_are_refused_or_imported(
    database: str, tmp_path_factory: pytest.TempPathFactory, name: str, changes: Any
) -> None:
    content = SOUND[name]
    for at, cut, piece in changes:
        place = int(at * len(content))
        content = content[:place] + piece + content[place + cut :]
    folder = tmp_path_factory.getbasetemp()
    asyncio.run(imported(database, folder, name, content))
