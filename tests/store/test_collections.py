"""Imported catalogues beside the data folder: whole or not at all, renewed, never mixed up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import UnreadableQuestion
from app.services.administration import operator
from app.services.exporting import CHUNK as EXPORTED
from app.services.importing.chunks import SIZE
from app.services.importing.requests import Wish, add_import
from app.services.importing.running import Runner
from app.services.linked_data import as_linked_data
from app.services.releasing import RuleSets, load_data
from app.services.searching import Vocabularies, search_credentials
from app.store import catalogue, changes, jobs, releases
from app.store.catalogue import Wanted
from app.store.database import open_database, open_session
from app.store.jobs import Job
from benchmarks.generate import credentials
from tests.databases import migrated
from tests.factories import EXLAND

Work = Callable[[AsyncEngine], Awaitable[Any]]


@pytest.fixture
def run(empty_database: str) -> Callable[[Work], Any]:
    """Runs a coroutine against a database with the invented place."""
    migrated(empty_database)

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


async def load(engine: AsyncEngine, file: Path, name: str, **wish: Any) -> Job:
    """Import a file as a collection, here and now."""
    job = await add_import(engine, file, file.name, Wish(kind="catalogue", collection=name, **wish), caller=operator())
    assert await Runner(engine).run_next(job.number)
    async with open_session(engine) as session:
        found = await jobs.find_job(session, job.number)
    assert found is not None
    return found


async def told(engine: AsyncEngine, job: Job) -> list[str]:
    """What is wrong with the rows of a job."""
    async with open_session(engine) as session:
        found = await jobs.list_problems(session, job.number, after=0, limit=100)
    return [f"{p.row} {p.place}: found {p.found}, expected {p.expected}" for _, p in found]


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
        assert (await load(engine, file, "insects")).release == 2
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
        await load(engine, first, "insects")
        await load(engine, write(tmp_path, entry("a", "Ants"), entry("b", "Hornets")), "insects")
        assert await titles(engine, 3, collection="insects") == ["Ants", "Hornets"]
        assert await titles(engine, 2, collection="insects") == ["Ants", "Wasps", "Moths"]
        async with open_session(engine) as session:
            told = await changes.list_changes(session, ["credentials"], since=2, until=3)
        assert [(change.id, change.kind) for change in told] == [("b", "changed"), ("c", "removed")]

    run(work)


def test_the_data_folder_and_other_collections_are_left_alone(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        await load(engine, write(tmp_path, entry("a", "Ants")), "insects")
        await load(engine, write(tmp_path, entry("m", "Mice")), "mammals")
        await load(engine, write(tmp_path, entry("w", "Wasps")), "insects")
        assert await titles(engine, 4) == ["Mice", "Wasps", "Beekeeping in Practice"]
        assert await load_data(engine, EXLAND) == (4, False)

    run(work)


def test_ids_of_another_collection_are_refused(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        file = write(tmp_path, entry("a", "Ants"), entry("xf-beekeeping", "Bees"))
        job = await load(engine, file, "insects")
        assert job.state == "failed"
        assert await told(engine, job) == [
            "2 /id: found 'xf-beekeeping', which another collection has, expected an id of its own"
        ]
        with pytest.raises(UnreadableQuestion, match="not 'data'"):
            await load(engine, file, "data")
        async with open_session(engine) as session:
            assert len(await releases.list_releases(session)) == 1

    run(work)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{broken\n", "2 : found no JSON"),
        (entry("b", "Bees", levl="5"), "2 /credential/levl: found the unknown key 'levl'"),
        (entry("b", "Bees", credit={"amount": "5", "system": "xf-pont"}), "2 /credential/credit/system"),
        (entry("b", " "), "2 /credential/title"),
        (entry("a", "Ants again"), "2 /id: found 'a' a second time"),
    ],
)
def test_a_broken_line_is_told_and_nothing_is_applied(run: Any, tmp_path: Path, line: Any, expected: str) -> None:
    async def work(engine: AsyncEngine) -> None:
        job = await load(engine, write(tmp_path, entry("a", "Ants"), line), "insects")
        assert (job.state, job.release) == ("failed", None)
        (found,) = await told(engine, job)
        assert found.startswith(expected)
        async with open_session(engine) as session:
            assert await releases.find_active_number(session) == 1
        assert await titles(engine, 1) == ["Beekeeping in Practice"]

    run(work)


def test_more_than_one_chunk_is_one_release(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        generated = [
            {**item, "credential": {**item["credential"], "level": None, "credit": None}}
            for item in credentials(SIZE + 10)
        ]
        for item in generated:
            item["credential"] = {key: value for key, value in item["credential"].items() if value is not None}
            item["credential"]["issuer"]["country"] = "XF"
        job = await load(engine, write(tmp_path, *generated), "generated")
        assert (job.release, job.counts["added"]) == (2, SIZE + 10)
        assert (await load(engine, write(tmp_path, *generated), "generated")).release is None

    run(work)


def test_imports_at_the_same_time_take_turns(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        numbers = []
        for name in ("ants", "bees", "wasps"):
            (tmp_path / name).mkdir()
            file = write(tmp_path / name, *(entry(f"{name}-{n}", f"{name} number {n}") for n in range(2_000)))
            wish = Wish(kind="catalogue", collection=name)
            numbers.append((await add_import(engine, file, file.name, wish, caller=operator())).number)
        await asyncio.gather(*(Runner(engine).run_next(number) for number in numbers))
        async with open_session(engine) as session:
            done = [await jobs.find_job(session, number) for number in numbers]
            assert [job and (job.state, job.failure) for job in done] == [("succeeded", None)] * 3
            assert sorted(job.release for job in done if job and job.release) == [2, 3, 4]
            counts = (await releases.list_releases(session))[0].collections
        assert {name: told["credentials"] for name, told in counts.items()} == dict.fromkeys(counts, 2_000)
        assert set(counts) == {"ants", "bees", "wasps"}

    run(work)


def test_linked_data_of_many_chunks_is_one_whole_document(run: Callable[[Work], Any], tmp_path: Path) -> None:
    file = write(tmp_path, *(entry(f"a-{n:05}", f"Course {n}") for n in range(EXPORTED + 5)))

    async def work(engine: AsyncEngine) -> None:
        await load(engine, file, "registry")
        rules = await RuleSets(engine).get(2)
        for vocabulary, section, things in (("elm", "credentials", EXPORTED + 6), ("ctdl", "decisions", 2)):
            parts = as_linked_data(engine, rules, section, vocabulary, "", date(2026, 1, 1))
            document = json.loads(b"".join([part async for part in parts]))
            told = [node for node in document["@graph"] if node.get("id") or "Profile" in node["@type"]]
            assert len(told) == things

    run(work)
