"""Imported catalogues beside the data folder: whole or not at all, renewed, never mixed up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.datasets.problems import InvalidData
from app.services.administration import migrate
from app.services.exporting import CHUNK as EXPORTED
from app.services.importing import CHUNK, load_catalogue
from app.services.linked_data import as_linked_data
from app.services.releasing import RuleSets, load_data
from app.services.searching import Vocabularies, search_credentials
from app.store import catalogue, changes, releases
from app.store.catalogue import Wanted
from app.store.database import open_database, open_session
from benchmarks.generate import credentials
from tests.factories import EXLAND

Work = Callable[[AsyncEngine], Awaitable[Any]]


@pytest.fixture
def run(empty_database: str) -> Callable[[Work], Any]:
    """Runs a coroutine against a database with the invented place."""
    migrate(empty_database)

    def runner(work: Work) -> Any:
        async def with_engine() -> Any:
            engine = open_database(empty_database)
            try:
                await load_data(engine, EXLAND)
                return await work(engine)
            finally:
                await engine.dispose()

        return asyncio.run(with_engine())

    return runner


def entry(name: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "confidence": "low", "credential": {"title": title, **more}}


def write(path: Path, *entries: Any) -> Path:
    file = path / "catalogue.ndjson"
    file.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in entries))
    return file


async def titles(engine: AsyncEngine, release: int, **wanted: Any) -> list[str]:
    async with open_session(engine) as session:
        found = await catalogue.list_credentials(session, release, Wanted(**wanted), after="", limit=1000)
    return [item.credential.title for item in found]


def test_a_catalogue_is_a_collection_of_a_further_release(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        file = write(tmp_path, entry("a", "Ants", credit={"amount": "2", "system": "xf-point"}), entry("b", "Wasps"))
        assert await load_catalogue(engine, file, "insects") == (2, 2)
        assert await titles(engine, 2, collection="insects") == ["Ants", "Wasps"]
        assert await titles(engine, 2) == ["Ants", "Wasps", "Beekeeping in Practice"]
        assert await titles(engine, 1) == ["Beekeeping in Practice"]
        assert await titles(engine, 2, hours_min=50, hours_max=60) == ["Ants"]
        async with open_session(engine) as session:
            (newest, first) = await releases.list_releases(session)
            words = await Vocabularies().get(session, 2)
            found = await search_credentials(session, words, 2, "wasp", Wanted(), after="", limit=5)
        assert [item.id for item in found.entries] == ["b"]
        assert newest.active
        assert newest.collections["insects"]["credentials"] == 2
        assert newest.checksum != first.checksum

    run(work)


def test_loading_it_again_makes_it_what_the_file_holds(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        first = write(tmp_path, entry("a", "Ants"), entry("b", "Wasps"), entry("c", "Moths"))
        await load_catalogue(engine, first, "insects")
        await load_catalogue(engine, write(tmp_path, entry("a", "Ants"), entry("b", "Hornets")), "insects")
        assert await titles(engine, 3, collection="insects") == ["Ants", "Hornets"]
        assert await titles(engine, 2, collection="insects") == ["Ants", "Wasps", "Moths"]
        async with open_session(engine) as session:
            told = await changes.list_changes(session, ["credentials"], since=2, until=3)
        assert [(change.id, change.kind) for change in told] == [("b", "changed"), ("c", "removed")]

    run(work)


def test_the_data_folder_and_other_collections_are_left_alone(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        await load_catalogue(engine, write(tmp_path, entry("a", "Ants")), "insects")
        await load_catalogue(engine, write(tmp_path, entry("m", "Mice")), "mammals")
        await load_catalogue(engine, write(tmp_path, entry("w", "Wasps")), "insects")
        assert await titles(engine, 4) == ["Mice", "Wasps", "Beekeeping in Practice"]
        assert await load_data(engine, EXLAND) == (4, False)

    run(work)


def test_ids_of_another_collection_are_refused(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        file = write(tmp_path, entry("a", "Ants"), entry("xf-beekeeping", "Bees"))
        with pytest.raises(InvalidData, match=r"line 2, /id: found 'xf-beekeeping', which another collection has"):
            await load_catalogue(engine, file, "insects")
        with pytest.raises(InvalidData, match="that of the data folder"):
            await load_catalogue(engine, file, "data")
        async with open_session(engine) as session:
            assert len(await releases.list_releases(session)) == 1

    run(work)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{broken\n", "line 2: found no JSON"),
        (entry("b", "Bees", levl="5"), "line 2, /credential/levl"),
        (entry("b", "Bees", credit={"amount": "5", "system": "xf-pont"}), "line 2, /credential/credit/system"),
        (entry("b", " "), "line 2, /credential/title"),
        (entry("a", "Ants again"), "line 2, /id: found 'a' a second time"),
    ],
)
def test_a_broken_line_is_told_and_nothing_is_applied(run: Any, tmp_path: Path, line: Any, told: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        with pytest.raises(InvalidData) as caught:
            await load_catalogue(engine, write(tmp_path, entry("a", "Ants"), line), "insects")
        assert told in str(caught.value)
        async with open_session(engine) as session:
            assert await releases.find_active_number(session) == 1
        assert await titles(engine, 1) == ["Beekeeping in Practice"]

    run(work)


def test_more_than_one_chunk_is_one_release(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        generated = [
            {**item, "credential": {**item["credential"], "level": None, "credit": None}}
            for item in credentials(CHUNK + 10)
        ]
        for item in generated:
            item["credential"] = {key: value for key, value in item["credential"].items() if value is not None}
            item["credential"]["issuer"]["country"] = "XF"
        read: list[int] = []
        file = write(tmp_path, *generated)
        assert await load_catalogue(engine, file, "generated", told=read.append) == (2, CHUNK + 10)
        assert read[-1] == file.stat().st_size

    run(work)


def test_linked_data_of_many_chunks_is_one_whole_document(run: Callable[[Work], Any], tmp_path: Path) -> None:
    file = write(tmp_path, *(entry(f"a-{n:05}", f"Course {n}") for n in range(EXPORTED + 5)))

    async def work(engine: AsyncEngine) -> None:
        await load_catalogue(engine, file, "registry")
        rules = await RuleSets(engine).get(2)
        for vocabulary, section, things in (("elm", "credentials", EXPORTED + 6), ("ctdl", "decisions", 2)):
            parts = as_linked_data(engine, rules, section, vocabulary, "", date(2026, 1, 1))
            document = json.loads(b"".join([part async for part in parts]))
            told = [node for node in document["@graph"] if node.get("id") or "Profile" in node["@type"]]
            assert len(told) == things

    run(work)
