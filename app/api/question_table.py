"""Questions as rows of a table, and answers as rows: for people who keep their credentials in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.documents.columns import defused
from app.domain.errors import unknown
from app.domain.report import Outcome, Report

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "credential_id": ("credential", "id"),
    "title": ("credential", "title"),
    "issuer": ("credential", "issuer", "name"),
    "issuer_kind": ("credential", "issuer", "kind"),
    "issuer_country": ("credential", "issuer", "country"),
    "level_framework": ("credential", "level", "framework"),
    "level": ("credential", "level", "value"),
    "credit": ("credential", "credit", "amount"),
    "credit_system": ("credential", "credit", "system"),
    "hours": ("credential", "notional_hours"),
    "assessed": ("credential", "assessed"),
    "kind": ("credential", "kind"),
    "field": ("credential", "field"),
    "language_of_instruction": ("credential", "language"),
    "awarded_on": ("credential", "awarded_on"),
    "expires_on": ("credential", "expires_on"),
    "jurisdictions": ("jurisdictions",),
    "purposes": ("purposes",),
    "recognisers": ("recognisers",),
    "programme": ("programme", "title"),
    "programme_level": ("programme", "level"),
    "as_of": ("as_of",),
}
"""Columns of a table of questions, and where each stands in a question."""

_LISTS = frozenset({"jurisdictions", "purposes", "recognisers"})
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

ANSWER_COLUMNS = (
    "id", "credential", "jurisdiction", "purpose", "recogniser", "status", "credit", "credit_min", "credit_max",
    "credit_system", "level_framework", "level_min", "level_max", "basis", "decided_by", "contact", "missing",
    "confidence", "statement", "permalink", "problem",
)  # fmt: skip
"""Columns of a table of answers: a row for every outcome."""


def read_header(names: Sequence[str] | None) -> None:
    """Refuse columns that nobody knows. Raises UnknownReference with the nearest."""
    for name in names or ():
        if name not in COLUMNS:
            raise unknown("column", name, COLUMNS, "/0")


def question_of(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """A row as the body of a question. Empty cells are unknown; several values are parted by ; or |.

    >>> question_of({"id": "7", "title": "Bees", "jurisdictions": "IE; NL", "hours": ""})
    {'id': '7', 'credential': {'title': 'Bees'}, 'jurisdictions': ['IE', 'NL']}
    """
    body: dict[str, Any] = {}
    for name, cell in row.items():
        text = (cell or "").strip() if isinstance(cell, str) else ""
        if not text or name is None:
            continue
        *way, last = COLUMNS[name]
        here = body
        for key in way:
            here = here.setdefault(key, {})
        value: Any = text
        if name in _LISTS:
            value = [part.strip() for part in re.split(r"[;|]", text) if part.strip()]
        elif name == "assessed":
            value = _FLAGS.get(text.casefold(), text)
        here[last] = value
    return body


def written(rows: Iterable[Mapping[str, Any]], *, head: bool = False) -> bytes:
    """Rows of answers as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ANSWER_COLUMNS, restval="")
    if head:
        writer.writeheader()
    writer.writerows({name: defused(str(cell)) for name, cell in row.items()} for row in rows)
    return text.getvalue().encode()


def rows_of(item_id: str, report: Report) -> Iterator[dict[str, Any]]:
    """The answer to one question as rows, one for every outcome."""
    for outcome in report.outcomes:
        yield {"id": item_id, **_row(report, outcome)}


def _row(report: Report, outcome: Outcome) -> dict[str, Any]:
    credit, level = outcome.credit, outcome.level
    cells: dict[str, Any] = {
        "credential": report.credential.credential.title,
        "jurisdiction": outcome.jurisdiction,
        "purpose": outcome.purpose,
        "recogniser": outcome.recogniser.name if outcome.recogniser else None,
        "status": outcome.status,
        "basis": outcome.basis,
        "decided_by": outcome.decided_by,
        "contact": outcome.contact.name if outcome.contact else None,
        "missing": "; ".join(outcome.missing),
        "confidence": outcome.confidence,
        "statement": outcome.statement,
        "permalink": report.permalink,
    }
    if credit is not None:
        cells |= {"credit": credit.meaning, "credit_system": credit.system}
        cells |= {"credit_min": credit.min if credit.amount is None else credit.amount}
        cells |= {"credit_max": credit.max if credit.amount is None else credit.amount}
    if level is not None and level.levels:
        cells |= {"level_framework": level.framework, "level_min": level.levels[0], "level_max": level.levels[-1]}
    return {name: value for name, value in cells.items() if value is not None}
