"""Search gives the same answers on SQLite and on PostgreSQL."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url, text

from app.domain.credential import Credential, Issuer
from app.domain.dataset import CatalogueEntry, Dataset
from app.domain.text import fold
from app.services.searching import MOST_WHOLE, Found, Vocabulary, search_credentials, terms_of
from app.store import releases, search
from app.store.catalogue import Wanted, find_hits
from app.store.database import open_database, open_session
from app.store.search import LONGEST_WORD, Term
from tests.databases import migrated

TITLES = [
    ("Data Analytics", "Google"), ("Google Data Analytics Professional Certificate", "Google"),
    ("Advanced Data Analytics", "IBM"), ("Analyse de données", "Université de Lyon"),
    ("Análisis de datos", "Universidad de Sevilla"), ("Datenanalyse für Einsteiger", "TU München"),
    ("C++ for Programmers", "Codecademy"), ("C# Basics", "Codecademy"), ("C Programming", "Codecademy"),
    ("Supply Chain Management MicroMasters", "MITx"), ("Supply Chain Basics", "MITx"),
    ("Security+", "CompTIA"), ("Network+", "CompTIA"), ("Cyber Security Essentials", "Cisco"),
    ("Øvelse i statistik", "Københavns Universitet"), ("Straßenbau", "Hochschule"), ("數據分析", "HKU"),
    ("データ分析入門", "東京大学"), ("Анализ данных", "КНУ"), ("Εισαγωγή στα δεδομένα", "ΕΚΠΑ"),
]  # fmt: skip


def catalogue() -> Dataset:
    entries = tuple(
        CatalogueEntry(
            id=f"c-{n:02}",
            confidence="low",
            credential=Credential(title=title, issuer=Issuer(name=issuer, country="XF")),
        )
        for n, (title, issuer) in enumerate(TITLES)
    )
    return Dataset(credentials=entries)


async def fill(url: str) -> int:
    engine = open_database(url)
    try:
        async with open_session(engine) as session, session.begin():
            return await releases.add_release(session, catalogue(), "x")
    finally:
        await engine.dispose()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[list[str]]:
    server = make_url(postgres_server).set(drivername="postgresql+psycopg")
    name = f"search_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    folder: Path = tmp_path_factory.mktemp("search")
    urls = [f"sqlite:///{folder}/p.db", server.set(database=name).render_as_string(hide_password=False)]
    for url in urls:
        migrated(url)
        assert asyncio.run(fill(url)) == 1
    yield urls
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


async def find(url: str, query: str, wanted: Wanted = Wanted(), after: str = "", limit: int = 100) -> Found:  # noqa: B008 - frozen
    engine = open_database(url)
    try:
        async with open_session(engine) as session:
            words = Vocabulary(await search.list_words(session))
            return await search_credentials(session, words, 1, query, wanted, after=after, limit=limit)
    finally:
        await engine.dispose()


def titles(found: Found) -> list[str]:
    return [entry.credential.title for entry in found.entries]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("data analytics", "Data Analytics"),
        ("analytics google prof", "Google Data Analytics Professional Certificate"),
        ("analyse de donnees", "Analyse de données"),
        ("ANALISIS", "Análisis de datos"),
        ("c++", "C++ for Programmers"),
        ("c#", "C# Basics"),
        ("security+", "Security+"),
        ("suply chian", "Supply Chain Basics"),
        ("micromastres", "Supply Chain Management MicroMasters"),
        ("strassenbau", "Straßenbau"),
        ("數據", "數據分析"),
        ("анализ", "Анализ данных"),
        ("δεδομενα", "Εισαγωγή στα δεδομένα"),
        ("mitx basics", "Supply Chain Basics"),
    ],
)
def test_what_people_type_finds_what_they_mean_on_both(both: list[str], query: str, first: str) -> None:
    sqlite, postgres = (asyncio.run(find(url, query)) for url in both)
    assert titles(sqlite)[0] == first
    assert sqlite == postgres


WORDS = [word for title, issuer in TITLES for word in f"{title} {issuer}".split()]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.lists(st.sampled_from(WORDS) | st.text(max_size=8), max_size=4).map(" ".join), cut=st.integers(0, 3))
def test_any_query_finds_the_same_on_both(both: list[str], query: str, cut: int) -> None:
    shortened = query[: len(query) - cut]
    sqlite, postgres = (asyncio.run(find(url, shortened)) for url in both)
    assert sqlite == postgres


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 5))
def test_pages_put_together_are_the_whole(both: list[str], limit: int) -> None:
    for url in both:
        whole, pages, after = asyncio.run(find(url, "a")), [], ""
        while True:
            page = asyncio.run(find(url, "a", after=after, limit=limit))
            pages += page.entries
            if page.following is None:
                break
            after = page.following
        assert tuple(pages) == whole.entries


def test_a_word_in_the_middle_is_whole_and_the_last_one_a_beginning() -> None:
    vocabulary = Vocabulary(["data", "datenanalyse", "science"])
    terms, corrected = terms_of("data sci", vocabulary)
    assert [(term.spellings, term.prefix) for term in terms] == [(("data",), False), (("sci",), True)]
    assert corrected == {}


def test_a_mistyped_word_is_taken_for_the_nearest_and_a_short_one_for_none() -> None:
    vocabulary = Vocabulary(["cat", "chain", "china", "management"])
    terms, corrected = terms_of("cst chian managment", vocabulary)
    assert corrected == {"chian": ("chain", "china"), "managment": ("management",)}
    assert terms[0].spellings == ("cst",)


def test_a_beginning_is_told_with_the_few_words_that_it_may_become() -> None:
    vocabulary = Vocabulary(["data", "datenanalyse", "science", "scientist"])
    assert terms_of("data sci", vocabulary)[0][-1].whole == ("science", "scientist")
    many = Vocabulary([f"sci{n:02}" for n in range(MOST_WHOLE + 1)])
    assert terms_of("sci", many)[0][-1].whole == ()
    cut = Vocabulary([("sci" + "x" * LONGEST_WORD)[:LONGEST_WORD]])
    assert terms_of("sci", cut)[0][-1].whole == (), "a word that was cut is not the one in the texts"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.sampled_from(WORDS), length=st.integers(1, 8))
def test_a_beginning_finds_what_the_words_find_that_begin_so(both: list[str], word: str, length: int) -> None:
    async def keys(url: str, term: Term) -> set[int]:
        engine = open_database(url)
        try:
            async with open_session(engine) as session:
                hits = await find_hits(session, 1, Wanted(), [term], "", most=100)
                return {hit.key for hit in hits}
        finally:
            await engine.dispose()

    for url in both:
        for term in terms_of(word[:length], Vocabulary(sorted(fold(" ".join(WORDS)).split())))[0][-1:]:
            if term.whole:
                assert asyncio.run(keys(url, term)) == asyncio.run(keys(url, replace(term, whole=())))
