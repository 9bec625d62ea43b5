"""Reads tables and lines of any length row by row, and writes the rejected ones out in the form in which they came."""

import csv
import datetime
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from lzma import LZMAError
from pathlib import Path
from typing import IO, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from python_calamine import CalamineError, CalamineWorkbook

from app.documents import things
from app.documents.columns import column_for, fused, paths_of, written
from app.documents.graphs import Thing
from app.documents.reading.statements import THING_FORMATS, ThingFormat
from app.documents.unreadable import UnreadableFile, UnreadableRow

TableFormat = Literal["ndjson", "csv", "xlsx", "parquet"]
RowFormat = TableFormat | ThingFormat

LONGEST_LINE = 1_048_576
"""Most bytes of a line."""
LARGEST_WORKBOOK = 268_435_456
"""Most bytes of a workbook once unpacked; the whole of it is held in memory."""
LARGEST_BATCH = 134_217_728
"""Most bytes of BATCH rows of Parquet."""
BATCH = 1_000
"""Rows of Parquet that are unpacked at a time."""

csv.field_size_limit(LONGEST_LINE)


Content = bytes | Mapping[str, Any] | Thing | UnreadableRow
"""What stands in a row: the bytes of a line, the cells by column, the thing that is described, or what is wrong."""
Rows = Iterator[tuple[int, Content]]
"""Rows with their numbers as a person counts them: lines from 1, rows of a table from 2, below the head; of a document
of linked data the things that it describes from 1."""


def format_of(name: str, beginning: bytes) -> RowFormat | None:
    """The format of a file, as its first bytes show or its name says; None when neither does."""
    if beginning.startswith(b"PAR1"):
        return "parquet"
    if beginning.startswith(b"PK\x03\x04") and name.casefold().endswith(".xlsx"):
        return "xlsx"
    if beginning.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return "ndjson"
    known: dict[str, RowFormat] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".tsv": "csv"}
    return known.get(Path(name).suffix.casefold())


def read_rows(path: Path, form: RowFormat, section: str, mapping: Mapping[str, str]) -> Rows:
    """The rows of a file. Raises UnreadableFile where it is not of that form, or its columns are not known."""
    if form in THING_FORMATS:
        return things.read_things(path, form, section)
    if form == "ndjson":
        return _lines(path)
    reader = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[form]
    return reader(path, section, mapping)


def columns_for(names: Sequence[str], section: str, mapping: Mapping[str, str]) -> list[str | None]:
    """The column that each name of a head means; None for those that the mapping leaves out. Raises UnreadableFile."""
    columns: list[str | None] = []
    for name in names:
        wanted = mapping.get(name, name)
        column = column_for(section, wanted) if wanted else None
        if wanted and column is None:
            near = get_close_matches(wanted, paths_of(section), n=3) or list(paths_of(section))
            expected = f"a column such as {', '.join(near)}, or a mapping from it to one, or to nothing"
            raise UnreadableFile(f"the column {name!r}"[:200], expected)
        if column is not None and column in columns:
            raise UnreadableFile(f"two columns for {column!r}", "each once")
        columns.append(column)
    if absent := [name for name in mapping if name not in names]:
        raise UnreadableFile(f"no column {absent[0]!r}, which the mapping names", "it in the head")
    if "id" not in columns:
        raise UnreadableFile("no column 'id'", "a column of ids, by which a later import knows the rows again")
    return columns


def _bounded(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a file with their numbers; None for one that is too long."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST_LINE)
            yield number, None
        else:
            yield number, line


_TOO_LONG = UnreadableRow(f"a line of more than {LONGEST_LINE} bytes", "a shorter one")


def _lines(path: Path) -> Rows:
    with path.open("rb") as file:
        for number, line in _bounded(file):
            if line is None:
                yield number, _TOO_LONG
                continue
            if number == 1:
                line = _without_mark(line)
            if line.strip():
                yield number, line


def _without_mark(line: bytes) -> bytes:
    """The first line without a byte order mark. Raises UnreadableFile for encodings other than UTF-8."""
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("text in UTF-16", "UTF-8")
    return line.removeprefix(b"\xef\xbb\xbf")


class _Records:
    """Feeds lines to the reader of CSV and keeps those of the record that is being read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._lines = _bounded(file)
        self.raw: list[bytes] = []
        self.fault: UnreadableRow | None = None

    def __iter__(self) -> Iterator[str]:
        for number, line in self._lines:
            if line is None:
                self.fault = _TOO_LONG
                yield "\n"
                continue
            self.raw.append(line)
            try:
                yield (_without_mark(line) if number == 1 else line).decode()
            except UnicodeDecodeError as error:
                self.fault = UnreadableRow(f"the byte 0x{line[error.start]:02x}", "text in UTF-8")
                yield line.decode(errors="replace")


def _records(file: IO[bytes]) -> Iterator[tuple[int, list[str] | UnreadableRow, list[bytes]]]:
    """The records of CSV, the head first, each with its number and its own lines."""
    first = file.readline(LONGEST_LINE)
    file.seek(0)
    delimiter = max(",;\t", key=lambda mark: first.count(mark.encode()))
    records = _Records(file)
    reader = csv.reader(iter(records), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells: list[str] | UnreadableRow = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells = UnreadableRow(f"a broken row ({error})", "cells as CSV quotes them")
        yield number, records.fault or cells, records.raw
        records.fault, records.raw = None, []


def _csv(path: Path, section: str, mapping: Mapping[str, str]) -> Rows:
    with path.open("rb") as file:
        records = _records(file)
        head = next(records, None)
        if head is None or isinstance(head[1], UnreadableRow) or not any(head[1]):
            broken = head[1] if head and isinstance(head[1], UnreadableRow) else None
            raise UnreadableFile(broken.found if broken else "no head", "a first row with the names of columns")
        columns = columns_for([name.strip() for name in head[1]], section, mapping)
        for number, cells, _ in records:
            if isinstance(cells, UnreadableRow):
                yield number, cells
            elif len(cells) > len(columns) and any(cells[len(columns) :]):
                yield number, UnreadableRow(f"{len(cells)} cells", f"{len(columns)}, as the head has")
            elif any(cells):
                yield number, {name: fused(cell) for name, cell in zip(columns, cells, strict=False) if name and cell}


def _workbook_rows(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet with their numbers. Raises UnreadableFile."""
    try:
        check_archive(path, LARGEST_WORKBOOK)
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        start = sheet.start[0] if sheet.start else 0
        yield from enumerate(sheet.iter_rows(), start=start + 1)
    except (CalamineError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise UnreadableFile(f"a broken workbook ({error})"[:200], "a workbook as spreadsheets save it") from None


def check_archive(path: Path, most: int) -> None:
    """Read a zip archive through, so that nobody after us unpacks more than it says. Raises UnreadableFile."""
    try:
        opened = zipfile.ZipFile(path)
    except (NotImplementedError, ValueError) as error:  # a newer version, names that are no text
        raise UnreadableFile(f"an archive that cannot be read ({error})"[:200], "an archive of a usual kind") from None
    with opened as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > most or len(entries) > 10_000:
            raise UnreadableFile("an archive that unpacks to too much", f"at most {most} bytes in 10000 files")
        for entry in entries:
            try:
                with archive.open(entry) as file:
                    while file.read(1 << 20):
                        pass
            except (RuntimeError, ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error, LZMAError) as error:
                found = f"the entry {entry.filename!r}, which cannot be unpacked ({error})"
                raise UnreadableFile(found[:200], "a sound archive without a password") from None


def _xlsx(path: Path, section: str, mapping: Mapping[str, str]) -> Rows:
    rows = _workbook_rows(path)
    first = next(rows, None)
    if first is None:
        raise UnreadableFile("an empty sheet", "a first row with the names of columns")
    head = [str(_plain(cell) or "") for cell in first[1]]
    while head and not head[-1]:
        head.pop()
    columns = columns_for(head, section, mapping)
    for number, cells in rows:
        plain = [_plain(cell) for cell in cells]
        if any(cell is not None for cell in plain[len(columns) :]):
            yield number, UnreadableRow("a cell beside the table", "nothing there, or a name in the head")
        elif found := {
            name: cell for name, cell in zip(columns, plain, strict=False) if name is not None and cell is not None
        }:
            yield number, found


def _plain(cell: Any) -> Any:
    """A cell of a workbook as it would stand in CSV; None when it is empty."""
    if isinstance(cell, str):
        return fused(cell) or None
    if isinstance(cell, bool):
        return cell
    return written(cell) if isinstance(cell, int | float | datetime.date) else str(cell) or None


def _parquet(path: Path, section: str, mapping: Mapping[str, str]) -> Rows:
    number = 1
    try:
        with pq.ParquetFile(path, page_checksum_verification=False) as file:
            columns = columns_for(file.schema_arrow.names, section, mapping)
            for batch in file.iter_batches(batch_size=BATCH):
                _check_batch(batch)
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    cells = {
                        name: cell for name, cell in zip(columns, row, strict=True) if name and cell not in (None, "")
                    }
                    yield number, cells
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"broken Parquet ({error})"[:200], "a sound file", number) from None


def _check_batch(batch: Any) -> None:
    if batch.nbytes > LARGEST_BATCH:
        raise UnreadableFile(f"{batch.nbytes} bytes in {batch.num_rows} rows", f"at most {LARGEST_BATCH}")


def write_rejected(path: Path, form: RowFormat, rejected: Iterable[int], out: IO[bytes]) -> None:
    """Write the rows with these numbers as they stand in the file, in its form and with its head."""
    wanted = set(rejected)
    if form in THING_FORMATS:
        things.write_things(path, form, wanted, out)
    elif form == "ndjson":
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if number in wanted:
                    out.write(line if line.endswith(b"\n") else line + b"\n")
    elif form == "csv":
        with path.open("rb") as file:
            for number, _, raw in _records(file):
                if number == 1 or number in wanted:
                    text = b"".join(raw)
                    out.write(text if text.endswith(b"\n") else text + b"\n")
    elif form == "xlsx":
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for n, (number, cells) in enumerate(_workbook_rows(path)):
            if n == 0 or number in wanted:
                sheet.append([_as_text(sheet, cell) for cell in cells])
        book.save(out)
    else:
        _write_parquet(path, wanted, out)


def _as_text(sheet: Any, cell: Any) -> Any:
    """A cell that stays what it is: text that begins like a formula is text."""
    written = WriteOnlyCell(sheet, value=cell)
    if isinstance(cell, str):
        written.data_type = "s"
    return written


def _write_parquet(path: Path, wanted: set[int], out: IO[bytes]) -> None:
    with pq.ParquetFile(path) as file, pq.ParquetWriter(out, file.schema_arrow, compression="zstd") as writer:
        number = 2
        for batch in file.iter_batches(batch_size=BATCH):
            chosen = [n for n in range(batch.num_rows) if number + n in wanted]
            number += batch.num_rows
            if chosen:
                writer.write_batch(batch.take(pa.array(chosen)))
