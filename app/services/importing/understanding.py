"""Sees what a file is that somebody wants to have imported: its format, what it holds, and its size."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from app.documents.columns import column_for
from app.documents.reading.statements import THING_FORMATS, ThingFormat
from app.documents.rows import TableFormat, format_of, read_rows
from app.documents.things import format_of_document, survey
from app.documents.unreadable import UnreadableFile
from app.domain.errors import UnreadableQuestion
from app.services.importing.chunks import SECTIONS
from app.store.jobs import Kind

Format = Literal["ndjson", "csv", "xlsx", "parquet", "ctdl", "elm", "open_badge", "case", "yaml", "zip"]
FORMATS: tuple[str, ...] = get_args(Format)

MEDIA_TYPES: Mapping[str, Format | None] = {
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "text/csv": "csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.apache.parquet": "parquet",
    "application/ld+json": None,
    "application/yaml": "yaml",
    "application/zip": "zip",
}
"""Media types of files that can be imported, and the format that each is; None where its content says it."""


@dataclass(frozen=True)
class Understood:
    """What a file is."""

    format: Format
    kind: Kind
    checksum: str
    bytes: int
    rows: int | None
    """About how many rows it has, where that is seen without reading them."""


def understand(file: Path, file_name: str, form: Format | None, kind: Kind | None, media_type: str = "") -> Understood:
    """See what a file is, as far as it was not said. Raises UnreadableQuestion where it is not plain.

    The media type with which it came counts where neither its content nor its name says anything.
    """
    with file.open("rb") as content:
        beginning = content.read(65_536)
    form = form or _format(file_name, beginning, MEDIA_TYPES.get(media_type))
    things: Mapping[str, int] = _things(file, form) if form in THING_FORMATS else {}
    found = kind or _kind(file, form, beginning, things)
    if found is None:
        text = (
            "It is not plain whether these are credentials, decisions or skills. Expected kind 'catalogue', "
            "'decisions' or 'skills'."
        )
        if things:
            text = (
                f"Found {things['credentials']} credentials and {things['decisions']} decisions. Expected kind "
                "'catalogue' or 'decisions': each becomes a collection of its own, by two imports."
            )
        raise UnreadableQuestion(text, "/kind")
    if (form in ("yaml", "zip")) != (found == "framework"):
        expected = "YAML or a zip archive of YAML" if found == "framework" else ", ".join(FORMATS[:-2])
        raise UnreadableQuestion(f"Found {form} for {found}, expected {expected}.", "/format")
    if things and not things[SECTIONS[found]]:
        raise UnreadableQuestion(f"Found no {SECTIONS[found]} in this file ({form}), expected at least one.", "/file")
    checksum, size, lines = _measured(file)
    rows = things[SECTIONS[found]] if things else lines if form == "ndjson" else None
    if form == "csv":
        rows = max(lines - 1, 0)  # the first is the head
    return Understood(form, found, checksum, size, _rows_of_parquet(file) if form == "parquet" else rows)


def _format(file_name: str, beginning: bytes, otherwise: Format | None) -> Format:
    suffix = Path(file_name).suffix.casefold()
    if suffix in (".yaml", ".yml"):
        return "yaml"
    form: Format | None = format_of_document(beginning) or format_of(file_name, beginning) or otherwise
    if form is None and beginning.startswith(b"PK"):
        return "zip"
    if form is None:
        text = f"It is not plain which format {file_name[:100]!r} has. Expected {', '.join(FORMATS)}."
        raise UnreadableQuestion(text, "/format")
    return form


def _things(file: Path, form: ThingFormat) -> Mapping[str, int]:
    try:
        return {"credentials": 0, "decisions": 0, "skills": 0, **survey(file, form)}
    except UnreadableFile as fault:
        raise UnreadableQuestion(f"Found {fault.found}, expected {fault.expected}.", "/file") from None


def _kind(file: Path, form: Format, beginning: bytes, things: Mapping[str, int]) -> Kind | None:
    """What a file plainly holds, or None."""
    if form in ("yaml", "zip"):
        return "framework"
    if not things:
        return _kind_of_table(file, cast(TableFormat, form), beginning)
    if form == "case":
        return "skills"
    if things["credentials"] and things["decisions"]:
        return None
    return "decisions" if things["decisions"] else "catalogue"


def _kind_of_table(file: Path, form: TableFormat, beginning: bytes) -> Kind | None:
    """Credentials have titles, decisions recognisers, skills labels; None where none is seen in the first row."""
    if form == "ndjson":
        try:
            first = json.loads(beginning.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0])
        except (ValueError, RecursionError):
            return None
        names = set(first) if isinstance(first, dict) else set()
        marks: Mapping[str, Kind] = {"credential": "catalogue", "recogniser": "decisions", "label": "skills"}
        return next((kind for mark, kind in marks.items() if mark in names), None)
    kinds: tuple[tuple[Kind, str], ...] = (("catalogue", "title"), ("decisions", "recogniser"), ("skills", "label"))
    for kind, mark in kinds:
        if form == "csv":
            head = re.split(r"[,;\t]", beginning.partition(b"\n")[0].decode(errors="replace"))
            if any(column_for(SECTIONS[kind], name.strip(' "\r\ufeff')) == mark for name in head):
                return kind
            continue
        try:
            next(read_rows(file, form, SECTIONS[kind], {}), None)
        except UnreadableFile:
            continue
        return kind
    return None


def _measured(file: Path) -> tuple[str, int, int]:
    """The checksum of a file, its bytes and its lines."""
    digest, lines, size, last = hashlib.sha256(), 0, 0, b"\n"
    with file.open("rb") as text:
        while part := text.read(1 << 20):
            digest.update(part)
            size += len(part)
            lines += part.count(b"\n")
            last = part[-1:]
    return digest.hexdigest(), size, lines + (last != b"\n")


def _rows_of_parquet(file: Path) -> int | None:
    try:
        return int(pq.ParquetFile(file).metadata.num_rows)
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return None
