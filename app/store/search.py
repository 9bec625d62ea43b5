"""Full text over titles, aliases and issuers: FTS5 on SQLite, tsvector on PostgreSQL, with the same answers.

Both are given folded words (no accents, no case), so neither has an idea of its own of what a word is. Typing errors
are not theirs to mend: words are corrected against the vocabulary before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, cast, column, literal_column, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.store.tables import CredentialRow, CredentialWordRow, columns_of

NAME = "credential_search"
"""The table of texts. It is made by hand in a migration, because the two databases have nothing in common there."""

_CREDENTIALS = columns_of(CredentialRow)
_WORDS = columns_of(CredentialWordRow)
_SQLITE = table(NAME, column("rowid"), column("words"))
_POSTGRES = table(NAME, column("credential_pk"), column("words"))


@dataclass(frozen=True)
class Term:
    """One word of a query: any of these spellings, whole or as the beginning of a word."""

    spellings: tuple[str, ...]
    prefix: bool = False


async def add_texts(session: AsyncSession, texts: Iterable[tuple[int, str]]) -> None:
    """Make folded texts findable, each with the key of its credential, and learn their words."""
    rows = [{"key": key, "words": words} for key, words in texts]
    if not rows:
        return
    if _is_sqlite(session):
        statement = f"INSERT INTO {NAME} (rowid, words) VALUES (:key, :words)"  # noqa: S608 - a constant
    else:
        statement = (
            f"INSERT INTO {NAME} (credential_pk, words) "  # noqa: S608 - a constant
            "VALUES (:key, array_to_tsvector(string_to_array(:words, ' ')))"
        )
    await session.execute(text(statement), rows)
    words = {word[:100] for row in rows for word in str(row["words"]).split()}
    await add_words(session, words)


async def add_words(session: AsyncSession, words: Iterable[str]) -> None:
    """Add to the vocabulary what it lacks."""
    name = CredentialWordRow.__tablename__
    known = f"INSERT INTO {name} (word) VALUES (:word) ON CONFLICT (word) DO NOTHING"  # noqa: S608 - a constant
    rows = [{"word": word} for word in sorted(words)]
    if rows:
        await session.execute(text(known), rows)


async def list_words(session: AsyncSession) -> list[str]:
    """The vocabulary in alphabetical order of code points."""
    return sorted((await session.execute(select(_WORDS.word))).scalars())


def written(session: AsyncSession, terms: Sequence[Term]) -> str:
    """Terms in the language of the database's full text search."""
    return _for_sqlite(terms) if _is_sqlite(session) else _for_postgres(terms)


def matching(dialect: str, query: Select[Any], terms: str | BindParameter[str]) -> Select[Any]:
    """A query over credentials narrowed to those that have every term, as ``written`` gives them."""
    if dialect == "sqlite":
        condition: ColumnElement[bool] = literal_column(NAME).op("MATCH")(terms)
        return query.join_from(CredentialRow, _SQLITE, _SQLITE.c.rowid == _CREDENTIALS.pk).where(condition)
    condition = _POSTGRES.c.words.op("@@")(cast(terms, TSQUERY))
    return query.join_from(CredentialRow, _POSTGRES, _POSTGRES.c.credential_pk == _CREDENTIALS.pk).where(condition)


def key_of(dialect: str) -> ColumnElement[int]:
    """The key of a credential as the table of texts has it: by this its rows come in order, without being sorted."""
    key: ColumnElement[int] = _SQLITE.c.rowid if dialect == "sqlite" else _POSTGRES.c.credential_pk
    return key


def _for_sqlite(terms: Sequence[Term]) -> str:
    def one(term: Term) -> str:
        star = "*" if term.prefix else ""
        return "(" + " OR ".join(f'"{word}"{star}' for word in term.spellings) + ")"

    return " AND ".join(one(term) for term in terms)


def _for_postgres(terms: Sequence[Term]) -> str:
    def one(term: Term) -> str:
        star = ":*" if term.prefix else ""
        return "(" + " | ".join(f"'{word}'{star}" for word in term.spellings) + ")"

    return " & ".join(one(term) for term in terms)


def dialect_of(session: AsyncSession) -> str:
    """Name of the database: sqlite or postgresql."""
    return session.get_bind().dialect.name


def _is_sqlite(session: AsyncSession) -> bool:
    return dialect_of(session) == "sqlite"
