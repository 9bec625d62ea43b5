"""Writes statements as rows: what changed is closed, what is new is added, nothing is rewritten."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from app.domain.credential import Credential
from app.domain.dataset import CatalogueEntry, ListedSkill
from app.domain.evaluation import facts_of
from app.domain.levels import Framework, LevelLink
from app.domain.report import Question
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.store import search
from app.store.tables import (
    CURATED,
    CredentialDeliveryRow,
    CredentialIdentifierRow,
    CredentialNameRow,
    CredentialSkillRow,
    DecisionCredentialRow,
    LevelPairRow,
    LevelRow,
    StatementRow,
    columns_of,
    table_of,
)


class Clash(Exception):
    """Ids that stand in another collection already."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = tuple(ids)
        super().__init__(f"In another collection already: {', '.join(self.ids[:20])}")


async def write_section(
    session: AsyncSession,
    table: type[StatementRow],
    bodies: Mapping[str, dict[str, Any]],
    items: Mapping[str, Any],
    rules: RuleSet,
) -> None:
    """Close what changed or went, add what changed or came; also where only what is searched by has changed."""
    number = rules.release.number
    columns = columns_of(table)
    own = {row_id: columns_of_statement(table, item, rules) for row_id, item in items.items()}
    derived = [name for name in DERIVED if name in columns]
    query = select(columns.pk, columns.id, columns.body, *(columns[name] for name in derived))
    query = query.where(columns.until.is_(None))
    if "collection" in columns:
        query = query.where(columns.collection == CURATED)
    kept, closed = set(), []
    for pk, row_id, body, *found in (await session.execute(query)).all():
        if bodies.get(row_id) == body and found == [own[row_id][name] for name in derived]:
            kept.add(row_id)
        else:
            closed.append(pk)
    for start in range(0, len(closed), 500):
        await session.execute(update(table).where(columns.pk.in_(closed[start : start + 500])).values(until=number))
    added = [row_id for row_id in bodies if row_id not in kept]
    if not added:
        return
    await add_rows(session, table, [(items[row_id], bodies[row_id], own[row_id]) for row_id in added], number)


async def add_rows(
    session: AsyncSession,
    table: type[StatementRow],
    added: Sequence[tuple[Any, dict[str, Any], dict[str, Any]]],
    number: int,
) -> None:
    """Add statements, each with its body and its own columns, and all that stands below them."""
    last = (await session.execute(select(func.max(columns_of(table).pk)))).scalar_one() or 0
    rows: list[dict[str, Any]] = []
    children: dict[type[SQLModel], list[dict[str, Any]]] = {}
    texts: list[tuple[int, str]] = []
    for pk, (item, body, own) in enumerate(added, start=last + 1):
        rows.append({"pk": pk, "since": number, "until": None, "body": body, **own})
        for child, child_rows in _children(item, pk).items():
            children.setdefault(child, []).extend(child_rows)
        if isinstance(item, CatalogueEntry):
            issuer = item.credential.issuer.name
            texts.append((pk, words_of(names_of(item.credential), issuer and fold(issuer))))
    await _insert(session, table, rows)
    for child, child_rows in children.items():
        await _insert(session, child, child_rows)
    await search.add_texts(session, texts)
    await move_sequence(session, table)


async def _insert(session: AsyncSession, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert plain rows in one go; as objects they would go apart by which of their columns are empty."""
    if rows:
        await (await session.connection()).execute(insert(table_of(table)), rows)


async def move_sequence(session: AsyncSession, table: type[StatementRow]) -> None:
    """Tell PostgreSQL's sequence that keys were given by hand."""
    if session.get_bind().dialect.name == "postgresql":
        last = select(func.max(columns_of(table).pk)).scalar_subquery()
        await session.execute(select(func.setval(func.pg_get_serial_sequence(table.__tablename__, "pk"), last)))


DERIVED = ("eqf_min", "eqf_max", "hours_min", "hours_max")
"""Columns that follow from other statements too."""


def names_of(credential: Credential) -> list[str]:
    """Its folded titles and aliases."""
    return list(dict.fromkeys(fold(name) for name in (credential.title, *credential.aliases)))


def identifiers_of(credential: Credential) -> list[tuple[str, str]]:
    """The systems and identifiers under which it is known elsewhere, same-as links included."""
    known = [(i.scheme, i.value) for i in credential.identifiers] + [("uri", uri) for uri in credential.same_as]
    return list(dict.fromkeys(known))


def skills_of(credential: Credential) -> list[str]:
    """The addresses of the skills that it attests."""
    return list(dict.fromkeys(skill.uri for skill in credential.skills if skill.uri))


def words_of(names: Sequence[str], issuer: str | None) -> str:
    """The words by which a credential with these folded names is found."""
    return " ".join(dict.fromkeys(" ".join((*names, issuer or "")).split()))


def words_of_skill(skill: ListedSkill) -> str:
    """The folded words by which a skill is found, with a blank before each: to look for the beginnings of words."""
    return f" {fold(skill.label)}"


def sizes_of(credential: Credential, rules: RuleSet) -> dict[str, float | int | None]:
    """Its EQF levels and its hours, as far as published links lead there today."""
    facts = facts_of(Question(credential=credential, as_of=datetime.now(UTC).date()), rules)
    hours = facts.notional_hours()
    level = None if credential.level is None else rules.levels.convert(credential.level, "eqf", facts.as_of)
    numbers = [int(value) for value in level.levels if value.isdigit()] if level else []
    return {
        "eqf_min": min(numbers, default=None),
        "eqf_max": max(numbers, default=None),
        "hours_min": None if hours is None or hours.min is None else float(hours.min),
        "hours_max": None if hours is None or hours.max is None else float(hours.max),
    }


def columns_of_statement(
    table: type[StatementRow], item: Any, rules: RuleSet, collection: str = CURATED
) -> dict[str, Any]:
    """The values of a statement's own columns."""
    source = item.credential if isinstance(item, CatalogueEntry) else item
    special = {
        "id": item.id,
        "to_system": getattr(getattr(item, "equals", None), "system", None),
        "issuer": getattr(getattr(source, "issuer", None), "name", None),
        "issuer_country": getattr(getattr(source, "issuer", None), "country", None),
        "collection": collection,
    }
    if isinstance(item, CatalogueEntry):
        special["framework"] = item.credential.level.framework if item.credential.level else None
        special["names"] = names_of(item.credential)
        special |= sizes_of(item.credential, rules)
    elif isinstance(item, ListedSkill):
        special["words"] = words_of_skill(item)
    elif isinstance(item, Decision):
        special["jurisdiction"] = rules.place_of(item)
    result = {}
    for name in table.model_fields:
        if name in ("pk", "since", "until", "body"):
            continue
        result[name] = special[name] if name in special else getattr(source, name, getattr(item, name, None))
    return result


def _children(item: Any, pk: int) -> dict[type[SQLModel], list[dict[str, Any]]]:
    """Rows of the tables below a statement's own."""
    if isinstance(item, Framework):
        return {
            LevelRow: [
                {"framework_pk": pk, "position": n, "framework": item.id, "value": level.value, "title": level.title}
                for n, level in enumerate(item.levels)
            ]
        }
    if isinstance(item, LevelLink):
        pairs = [(left, right) for left, values in item.table.items() for right in values or (None,)]
        return {
            LevelPairRow: [
                {"link_pk": pk, "position": n, "level": left, "to_level": right}
                for n, (left, right) in enumerate(pairs)
            ]
        }
    if isinstance(item, CatalogueEntry):
        credential = item.credential
        issuer = fold(credential.issuer.name) if credential.issuer.name else None
        return {
            CredentialIdentifierRow: [
                {"credential_pk": pk, "position": n, "scheme": scheme, "value": value}
                for n, (scheme, value) in enumerate(identifiers_of(credential))
            ],
            CredentialDeliveryRow: [
                {"credential_pk": pk, "delivery": delivery} for delivery in dict.fromkeys(credential.delivery or ())
            ],
            CredentialNameRow: [
                {"credential_pk": pk, "position": n, "name": name, "issuer": issuer}
                for n, name in enumerate(names_of(credential))
            ],
            CredentialSkillRow: [{"credential_pk": pk, "skill": skill} for skill in skills_of(credential)],
        }
    if isinstance(item, Decision):
        return {
            DecisionCredentialRow: [
                {"decision_pk": pk, "credential": credential} for credential in dict.fromkeys(item.credentials)
            ]
        }
    return {}
