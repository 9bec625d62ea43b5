"""Imports of files that are fetched from their addresses, from a real https server, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import UnreadableQuestion
from app.services.administration import load, migrate, operator
from app.services.fetching import Fetcher
from app.services.importing import fetching
from app.services.importing.fetching import Downloader
from app.services.importing.jobs import cancel, get_job
from app.services.importing.requests import Wish, add_fetch
from app.services.importing.running import Runner
from app.store import fetches
from app.store.database import open_database, open_session, open_writing
from app.store.jobs import Job
from tests.documents.hosting import World
from tests.factories import EXLAND

pytestmark = pytest.mark.anyio

TABLE = b"id,confidence,title\nk1,low,Knots\nk2,low,Bends\n"
CSV = {"Content_Type": "text/csv"}


@pytest.fixture
async def engine(empty_database: str) -> AsyncIterator[AsyncEngine]:
    await asyncio.to_thread(migrate, empty_database)
    await load(empty_database, EXLAND)
    engine = open_database(empty_database)
    yield engine
    await engine.dispose()


class Post:
    """Sends addresses and fetches what stands there."""

    def __init__(self, engine: AsyncEngine, folder: Path, fetcher: Fetcher | None, **more: Any) -> None:
        self.engine, self.folder = engine, folder
        self.downloader = Downloader(engine, folder, fetcher, **{"most": 10_000, "seconds": 20, **more})

    async def send(self, url: str, **wish: Any) -> Job:
        return await add_fetch(self.engine, url, Wish(**{"collection": "knots", **wish}), caller=operator())

    async def job(self, number: int) -> Job:
        async with open_session(self.engine) as session:
            return await get_job(session, number)

    async def fetched(self, url: str, **wish: Any) -> Job:
        job = await self.send(url, **wish)
        assert await self.downloader.run_next()
        return await self.job(job.number)

    def left(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []


async def test_a_file_is_fetched_and_then_imported(engine: AsyncEngine, world: World, tmp_path: Path) -> None:
    async with world.fetcher() as fetcher:
        post = Post(engine, tmp_path / "in", fetcher)
        address = world.publish("/old", b"", status=302, Location=world.publish("/list/knots.csv", TABLE, **CSV))
        waiting = await post.send(address)
        assert (waiting.state, waiting.kind, waiting.format, waiting.bytes) == ("fetching", "", "", 0)
        assert not await Runner(engine).run_next()
        assert await post.downloader.run_next()
        there = await post.job(waiting.number)
        assert (there.state, there.kind, there.format, there.bytes) == ("queued", "catalogue", "csv", len(TABLE))
        assert (there.url, there.reached) == (address, world.address("/list/knots.csv"))
        assert (there.file_name, len(there.checksum), [str(file) for file in post.left()]) == (
            "knots.csv", 64, [there.file],
        )  # fmt: skip
        assert not await post.downloader.run_next()
        assert await Runner(engine, post.folder).run_next()
    done = await post.job(waiting.number)
    assert (done.state, done.counts["added"]) == ("succeeded", 2)
    assert post.left() == []
    assert world.asked[0][2]["User-Agent"].startswith("Passerelle/")


@pytest.mark.parametrize(
    ("body", "published", "wish", "failure"),
    [
        (TABLE, {"status": 404}, {}, "it answered with status 404"),
        (b"x" * 10_001, {}, {}, "its answer has 10,001 bytes, more than 10,000"),
        (b"x" * 10_001, {"Content_Length": ""}, {}, "its answer has more than 10,000 bytes"),
        (TABLE, {"Content_Encoding": "gzip"}, {}, "its answer is packed"),
        (TABLE, {"status": 302, "Location": "http://issuer.example/"}, {}, "refused: only https is asked"),
        (TABLE, {"status": 302, "Location": "https://127.0.0.1/"}, {}, "refused: the address does not name a host"),
        (TABLE, {"Content_Length": "90"}, {}, "its answer is no proper HTTP"),
        (b"what?", {}, {}, "It is not plain which format 'file' has"),
        (TABLE, CSV, {"collection": None}, "need the name of the collection"),
        (TABLE, CSV, {"source": "decree-12"}, "Found csv with source"),
        (b"a: 1", {"Content_Type": "application/yaml"}, {}, "Found framework data, which has no name"),
        (b'{"CFDocument": {}, "CFItems": []}', {}, {}, "Found no skills in this file (case)"),
        (b'{"@context": "https://credreg.net/ctdl", "@graph": [{}', {}, {}, "broken JSON"),
    ],
)
async def test_what_cannot_be_had_says_why_and_leaves_nothing(
    engine: AsyncEngine, world: World, tmp_path: Path, body: bytes, published: Any, wish: Any, failure: str
) -> None:
    async with world.fetcher() as fetcher:
        post = Post(engine, tmp_path / "in", fetcher)
        if published.get("Content_Length") == "":
            published = {"Transfer_Encoding": "chunked", "Content_Length": "0"}
            body = b"2711\r\n" + body + b"\r\n0\r\n\r\n"
        job = await post.fetched(world.publish("/file", body, **published), **wish)
    assert job.state == "failed"
    assert failure in str(job.failure)
    assert (job.release, post.left()) == (None, [])


async def test_hosts_inside_are_not_asked_for_files(engine: AsyncEngine, world: World, tmp_path: Path) -> None:
    async with world.fetcher(also_allowed=[]) as fetcher:
        post = Post(engine, tmp_path, fetcher)
        job = await post.fetched(world.publish("/file", TABLE))
        with pytest.raises(UnreadableQuestion, match="only https is asked"):
            await post.send("http://issuer.example/file")
    assert job.failure == f"{job.url} could not be fetched: refused: its host is not at a public address."
    assert world.asked == []


async def test_where_nothing_may_be_asked_for_the_import_says_so(engine: AsyncEngine, tmp_path: Path) -> None:
    job = await Post(engine, tmp_path, None).fetched("https://issuer.example/file")
    assert (job.state, "FETCHING is off" in str(job.failure)) == ("failed", True)


async def test_a_slow_server_is_given_up_in_time(engine: AsyncEngine, world: World, tmp_path: Path) -> None:
    async with world.fetcher() as fetcher:
        post = Post(engine, tmp_path / "in", fetcher, seconds=0.3)
        job = await post.fetched(world.publish("/file", b"id", Content_Length="5", Connection="keep-alive"))
    assert job.state == "failed"
    assert post.left() == []


async def test_an_import_that_is_cancelled_is_not_fetched_on(
    engine: AsyncEngine, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "NOTED_SECONDS", 0.01)
    async with world.fetcher() as fetcher:
        post = Post(engine, tmp_path / "in", fetcher)
        held, hold = asyncio.Event(), asyncio.Event()

        async def slow(host: str, port: int) -> list[str]:
            held.set()
            await hold.wait()
            return ["127.0.0.1"]

        post.downloader.fetcher = world.fetcher(resolve=slow)
        job = await post.send(world.publish("/file", TABLE, **CSV))
        working = asyncio.create_task(post.downloader.run_next())
        await held.wait()
        assert (await cancel(engine, operator(), job.number)).state == "cancelled"
        assert await asyncio.wait_for(working, 30)
    assert (await post.job(job.number)).state == "cancelled"
    assert (world.asked, post.left()) == ([], [])


async def test_another_process_fetches_what_one_left(engine: AsyncEngine, world: World, tmp_path: Path) -> None:
    async with world.fetcher() as fetcher:
        post = Post(engine, tmp_path / "in", fetcher)
        job = await post.send(world.publish("/file", TABLE, **CSV))
        async with open_writing(engine) as session:
            assert await fetches.take(session, job.number, "dead", 30.0) is not None
        assert not await post.downloader.run_next()
        async with open_writing(engine) as session:
            await fetches.let_go(session, "dead")
        assert await post.downloader.run_next()
    assert (await post.job(job.number)).state == "queued"


async def test_a_later_import_of_the_collection_waits_for_what_is_fetched(
    engine: AsyncEngine, world: World, tmp_path: Path
) -> None:
    async with world.fetcher() as fetcher:
        post = Post(engine, tmp_path / "in", fetcher)
        first = await post.send(world.publish("/slow", TABLE, **CSV))
        second = await post.send(world.publish("/quick", TABLE.replace(b"k2", b"k3"), **CSV))
        async with open_writing(engine) as session:
            assert await fetches.find_free(session) == first.number
            assert await fetches.take(session, first.number, "other", 30.0) is not None
        assert await post.downloader.run_next()
        assert (await post.job(second.number)).state == "queued"
        assert not await Runner(engine).run_next()
