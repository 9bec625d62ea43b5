"""What the W3C Entity Reconciliation API answers, in the words of 0.2 and 1.0-draft."""

import html
from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.dataset import CatalogueEntry
from app.domain.rules import PURPOSES
from app.services.browsing import CredentialPage
from app.services.reconciling import PROPERTIES, ROOT_TYPE, Candidate, Column, Value


def types_of(ids: Iterable[str]) -> list[dict[str, Any]]:
    """Types, each with the one above it."""
    root = {"id": ROOT_TYPE, "name": "Credential"}
    return [
        root if name == ROOT_TYPE else {"id": name, "name": name.replace("_", " ").capitalize(), "broader": [root]}
        for name in ids
    ]


def _setting(version: str, kind: str, name: str, label: str, help_text: str, **more: Any) -> dict[str, Any]:
    if version == "0.2":
        return {"type": kind, "name": name, "label": label, "help_text": help_text, **more}
    return {"type": kind, "id": name, "name": label, "helpText": help_text, **more}


def settings_of(version: str) -> list[dict[str, Any]]:
    """What can be set of a column, in the words of a version."""
    purposes = [{"value": value, "name": value.replace("_", " ")} for value in PURPOSES]
    return [
        _setting(version, "text", "jurisdiction", "Place", "For recognition: code of a place, such as IE", default=""),
        _setting(
            version, "select", "purpose", "Purpose", "For recognition: what it should count for",
            default="credit_transfer", choices=purposes,
        ),
        _setting(version, "text", "system", "Unit", "For credit: id of the unit, such as ects", default="ects"),
    ]  # fmt: skip


def type_of(entry: CatalogueEntry) -> list[dict[str, str]]:
    """The type of an entry."""
    kind = entry.credential.kind or ROOT_TYPE
    return [{"id": kind, "name": kind.replace("_", " ").capitalize()}]


def described(entry: CatalogueEntry) -> str:
    """Who issues it and where, in a line."""
    issuer = entry.credential.issuer
    return ", ".join(part for part in (issuer.name, issuer.country) if part)


def candidate_of(candidate: Candidate, *, named: bool = False) -> dict[str, Any]:
    """A candidate; the draft names its features."""
    features = [
        {"id": name, **({"name": name.replace("_", " ").capitalize()} if named else {}), "value": value}
        for name, value in candidate.features.items()
    ]
    return {
        "id": candidate.entry.id,
        "name": candidate.entry.credential.title,
        "description": described(candidate.entry),
        "type": type_of(candidate.entry),
        "score": candidate.score,
        "features": features,
        "match": candidate.match,
    }


def heading_of(column: Column) -> dict[str, str]:
    """The head of a column."""
    known = PROPERTIES[column.property_id]
    setting = column.setting.get("jurisdiction" if column.property_id == "recognition" else "system", "")
    named = (
        known.name if column.property_id not in ("recognition", "credit") or not setting else f"{known.name}: {setting}"
    )
    return {"id": column.id, "name": named}


def cells_of(values: Iterable[Value]) -> list[dict[str, Any]]:
    """The values of a cell, each by its kind."""
    kinds: Mapping[type, str] = {int: "int", float: "float"}
    return [{kinds.get(type(value), "str"): value if type(value) in kinds else str(value)} for value in values]


def properties() -> list[dict[str, Any]]:
    """The properties that an entry can be asked for."""
    return [{"id": p.id, "name": p.name, "description": p.description} for p in PROPERTIES.values()]


def preview_of(page: CredentialPage) -> str:
    """A small page from which a person sees whether it is the credential meant."""
    credential = page.entry.credential
    rows = [
        ("Issuer", described(page.entry)),
        ("Kind", (credential.kind or "").replace("_", " ")),
        ("Level", f"{credential.level.framework} {credential.level.value or ''}" if credential.level else ""),
        ("Decisions", str(len(page.decisions))),
    ]
    cells = "".join(f"<dt>{name}</dt><dd>{html.escape(text)}</dd>" for name, text in rows if text)
    title = html.escape(credential.title)
    head = f'<meta charset="utf-8"><title>{title}</title>'
    return f'<!doctype html><html lang="en">{head}<h1>{title}</h1><dl>{cells}</dl></html>'
