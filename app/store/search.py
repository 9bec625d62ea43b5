"""Full text over titles, aliases and issuers: FTS5 on SQLite, tsvector on PostgreSQL, with the same answers.

Both are given folded words (no accents, no case), so neither has an idea of its own of what a word is. Typing errors
are not theirs to mend: words are corrected against the vocabulary before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    cast,
    column,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.store.tables import CredentialNameRow, CredentialRow, CredentialWordRow, columns_of, table_of

NAME = "credential_search"
"""The table of texts. It is made by hand in a migration, because the two databases have nothing in common there."""

LONGEST_WORD = 100
"""Letters of a word that the vocabulary keeps."""

_CREDENTIALS = columns_of(CredentialRow)
_WORDS = columns_of(CredentialWordRow)
_SQLITE = table(NAME, column("rowid"), column("words"))
_POSTGRES = table(NAME, column("credential_pk"), column("words"))


@dataclass(frozen=True)
class Term:
    """One word of a query: any of these spellings, whole or as the beginning of a word."""

    spellings: tuple[str, ...]
    prefix: bool = False
    whole: tuple[str, ...] = ()
    """Of a beginning all words that it may become. The rows of words come one after another; those of a beginning
    have to be gathered first, which takes long in a large catalogue."""


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
    words = {word[:LONGEST_WORD] for row in rows for word in str(row["words"]).split()}
    await add_words(session, words)


async def copy_texts(session: AsyncSession, copies: Subquery) -> None:
    """Make copies of credentials findable: ``copies`` pairs the ``old`` key of each with its ``new`` one."""
    if _is_sqlite(session):  # FTS5 keeps no texts of its own here; the folded names are the same words
        names = columns_of(CredentialNameRow)
        words = func.group_concat(names.name, " ") + " " + func.coalesce(func.max(names.issuer), "")
        query = select(copies.c.new, words).join_from(copies, CredentialNameRow, names.credential_pk == copies.c.old)
        statement = insert(_SQLITE).from_select(["rowid", "words"], query.group_by(copies.c.new))
    else:
        query = select(copies.c.new, _POSTGRES.c.words)
        query = query.join_from(copies, _POSTGRES, _POSTGRES.c.credential_pk == copies.c.old)
        statement = insert(_POSTGRES).from_select(["credential_pk", "words"], query)
    await session.execute(statement)


async def move_texts(session: AsyncSession, texts: Select[Any]) -> None:
    """Make folded texts findable that are in the database: a query of keys of credentials and texts."""
    if _is_sqlite(session):
        statement = insert(_SQLITE).from_select(["rowid", "words"], texts)
    else:
        key, words = texts.subquery().c
        vector = func.array_to_tsvector(func.string_to_array(words, " "))
        statement = insert(_POSTGRES).from_select(["credential_pk", "words"], select(key, vector))
    await session.execute(statement)


async def move_words(session: AsyncSession, words: Select[Any]) -> None:
    """Add to the vocabulary what it lacks of the words that a query gives."""
    known = exists().where(_WORDS.word == words.selected_columns[0])
    table = table_of(CredentialWordRow)
    await session.execute(insert(table).from_select(["word"], words.where(~known)))


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
        star = "*" if term.prefix and not term.whole else ""
        return "(" + " OR ".join(f'"{word}"{star}' for word in term.whole or term.spellings) + ")"

    return " AND ".join(one(term) for term in terms)


def _for_postgres(terms: Sequence[Term]) -> str:
    def one(term: Term) -> str:
        star = ":*" if term.prefix and not term.whole else ""
        return "(" + " | ".join(f"'{word}'{star}" for word in term.whole or term.spellings) + ")"

    return " & ".join(one(term) for term in terms)


def dialect_of(session: AsyncSession) -> str:
    """Name of the database: sqlite or postgresql."""
    return session.get_bind().dialect.name


def _is_sqlite(session: AsyncSession) -> bool:
    return dialect_of(session) == "sqlite"
