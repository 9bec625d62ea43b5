"""Files that nobody means well with: each is refused with a clear problem, or imported, and nothing in between.

``FUZZ`` sets how many mutated files are tried on each database (default 20; 100000 overnight).
"""

import asyncio
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.mutated_files import FRAMEWORK, LINE, archive, opened, parquet, run, workbook

FUZZ = int(os.environ.get("FUZZ", "20"))

HEAD = b"id,confidence,title\n"


def newer(packed: bytes) -> bytes:
    """An archive that says it needs a version of the format that nobody has."""
    at = packed.index(b"PK\x01\x02")
    return packed[: at + 6] + b"\x94\x00" + packed[at + 8 :]


def link(name: str, target: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16
        packed.writestr(entry, target)
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
    "a very long name in YAML": (
        "x.yaml", FRAMEWORK.replace(b"[{source: decree-12}]", b"[{source: %s}]" % (b"x" * 900_000), 1), "xxx\u2026",
    ),
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
    "an archive of a newer kind": ("x.zip", newer(archive(("frameworks/a.yaml", b""))), "archive"),
    "a workbook of a newer kind": ("x.xlsx", newer(workbook([["id"]])), "archive"),
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
    "a column of Parquet whose name is no text": (
        "x.parquet", parquet(id=["a"], title=["A"], confidence=["low"]).replace(b"title", b"tit\x96e"), "Parquet",
    ),
    "half of Parquet": ("x.parquet", parquet(id=["a"], title=["A"], confidence=["low"])[:-20], "Parquet"),
    "bytes in Parquet": ("x.parquet", parquet(id=["a"], title=[b"\xff\xfe"], confidence=["low"]), "text|string"),
    "infinity in Parquet": (
        "x.parquet", parquet(id=["a"], title=["A"], confidence=["low"], notional_hours=[float("inf")]), "number",
    ),
}  # fmt: skip


@pytest.fixture
def sending(empty_database: str, tmp_path: Path) -> Callable[[str, bytes], list[str]]:
    """Imports a file into a new database, and gives what is wrong with it."""

    async def send(name: str, content: bytes) -> list[str]:
        trial = await opened(empty_database, tmp_path)
        try:
            is_framework = name.endswith((".yaml", ".zip"))
            return await trial.imported("framework" if is_framework else "catalogue", name, content)
        finally:
            await trial.engine.dispose()

    return lambda name, content: asyncio.run(send(name, content))


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_with_a_clear_problem(sending: Callable[[str, bytes], list[str]], what: str) -> None:
    import re

    name, content, told = REFUSED[what]
    sentences = sending(name, content)
    assert sentences, "it was imported"
    assert re.search(told, "\n".join(sentences)), sentences
    assert all(len(sentence) < 1_000 for sentence in sentences)


def test_mutated_files_are_refused_or_imported(empty_database: str, tmp_path: Path) -> None:
    outcomes = asyncio.run(run(empty_database, tmp_path, FUZZ, seed=FUZZ, whole=6))
    assert outcomes.total() == FUZZ
