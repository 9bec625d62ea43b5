"""Whatever is imported, activated, rolled back and undone, in whatever order: each release reads as a model says.

The model keeps every release whole. ``LIFECYCLES`` sets how many sequences are tried (default 6 on each database).
"""

import asyncio
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.dataset import Dataset
from app.domain.errors import Conflict
from app.services import activating
from app.services.administration import load, operator
from app.services.importing import jobs as importing
from app.services.importing.requests import Wish, add_import
from app.services.importing.running import Runner
from app.services.searching import Vocabularies, search_credentials
from app.store import catalogue, jobs, releases
from app.store.catalogue import Wanted
from app.store.database import open_database, open_session, open_turn
from tests.databases import migrated
from tests.factories import EXLAND

EXAMPLES = int(os.environ.get("LIFECYCLES", "3"))
WORDS = ("ants", "bees", "wasps")

Content = dict[str, str]


@dataclass
class State:
    """What a release holds: the word that its rule says, and the credentials of each collection."""

    rule: str
    collections: dict[str, Content]
    based_on: int = 0


@dataclass
class Model:
    """Every release whole, the active one and those below it, and what each import did."""

    releases: dict[int, State] = field(default_factory=dict)
    served: list[int] = field(default_factory=list)
    ever: set[int] = field(default_factory=set)
    jobs: dict[int, tuple[str, int]] = field(default_factory=dict)

    @property
    def active(self) -> int:
        return self.served[-1]

    def add(self, state: State) -> int:
        number = len(self.releases) + 1
        self.releases[number] = state
        return number

    def serve(self, number: int) -> None:
        self.served.append(number)
        self.ever.add(number)


contents = st.dictionaries(st.sampled_from("abc"), st.sampled_from(WORDS), min_size=1)
steps = st.one_of(
    st.tuples(st.just("collection"), st.sampled_from(["red", "blue"]), contents),
    st.tuples(st.just("framework"), st.sampled_from(WORDS)),
    st.tuples(st.just("activate"), st.integers(0, 20)),
    st.tuples(st.just("rollback")),
    st.tuples(st.just("undo"), st.integers(0, 20)),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Any]]:
    """Gives fresh databases with the invented place, by copying one."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("lifecycle")
        _prepare(f"sqlite:///{folder}/first.db")

        @contextmanager
        def copied() -> Iterator[str]:
            with tempfile.TemporaryDirectory() as place:
                shutil.copy(folder / "first.db", place)
                yield f"sqlite:///{place}/first.db"

        yield copied
        return
    url = make_url(request.getfixturevalue("postgres_server")).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")

    @contextmanager
    def created(template: str = "template0") -> Iterator[str]:
        name = f"test_{uuid.uuid4().hex}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        yield url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    with created() as first:
        _prepare(first)
        yield lambda: created(make_url(first).database or "")
    engine.dispose()


def _prepare(url: str) -> None:
    migrated(url)
    asyncio.run(load(url, EXLAND))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(sequence=st.lists(steps, min_size=3, max_size=14))
def test_every_release_reads_as_the_model_says(databases: Callable[[], Any], sequence: list[Any]) -> None:
    async def work(url: str, folder: Path) -> None:
        engine = open_database(url)
        try:
            async with open_session(engine) as session:
                first = await releases.find_dataset(session, 1)
            model = Model()
            model.serve(model.add(State(first.rules[0].statement, {})))
            for step in sequence:
                await _DO[step[0]](engine, folder, model, first, *step[1:])
                async with open_session(engine) as session:
                    assert await releases.find_active_number(session) == model.active, step
            await _compare(engine, model)
        finally:
            await engine.dispose()

    with databases() as url, tempfile.TemporaryDirectory() as folder:
        asyncio.run(work(url, Path(folder)))


async def _collection(
    engine: AsyncEngine, folder: Path, model: Model, first: Dataset, name: str, content: Content
) -> None:
    file = folder / "catalogue.ndjson"
    file.write_text("".join(json.dumps(_entry(name, key, word)) + "\n" for key, word in content.items()))
    wish = Wish(kind="catalogue", collection=name)
    job = await add_import(engine, file, file.name, wish, caller=operator())
    assert await Runner(engine).run_next(job.number)
    async with open_session(engine) as session:
        done = await jobs.find_job(session, job.number)
    assert done is not None
    assert done.state == "succeeded"
    state = deepcopy(model.releases[model.active])
    if state.collections.get(name) == content:
        assert done.release is None
        return
    number = model.add(State(state.rule, {**state.collections, name: content}, model.active))
    assert done.release == number
    model.serve(number)
    model.jobs[job.number] = (name, number)


def _entry(name: str, key: str, word: str) -> dict[str, Any]:
    told = {"title": f"{word} {name}", "delivery": ["online"], "issuer": {"name": f"School of {word}"}}
    told["identifiers"] = [{"scheme": "x", "value": f"{word}-{key}"}]
    return {"id": f"{name}-{key}", "confidence": "low", "credential": told}


async def _framework(engine: AsyncEngine, folder: Path, model: Model, first: Dataset, word: str) -> None:
    data = replace(first, rules=(replace(first.rules[0], statement=word), *first.rules[1:]))
    async with open_turn(engine) as session:
        number = await releases.add_release(session, data, word, imported=True)
    state = model.releases[model.active]
    if state.rule == word:
        assert number == model.active
    else:
        assert number == model.add(State(word, deepcopy(state.collections), model.active))


async def _activate(engine: AsyncEngine, folder: Path, model: Model, first: Dataset, which: int) -> None:
    number = which % len(model.releases) + 1
    state, served = model.releases[number], model.releases[model.active]
    fits = number in model.ever or state.based_on == model.active
    mergeable = fits or model.releases[state.based_on or 1].rule == served.rule
    try:
        found = await activating.activate(engine, operator(), number)
    except Conflict:
        assert not mergeable
        return
    assert mergeable or number == model.active
    if number == model.active:
        return
    if not fits:
        number = model.add(State(state.rule, deepcopy(served.collections), model.active))
    assert found == number
    model.serve(number)


async def _rollback(engine: AsyncEngine, folder: Path, model: Model, first: Dataset) -> None:
    if len(model.served) == 1:
        with pytest.raises(Conflict):
            await activating.roll_back(engine, operator())
        return
    model.served.pop()
    assert await activating.roll_back(engine, operator()) == model.active


async def _undo(engine: AsyncEngine, folder: Path, model: Model, first: Dataset, which: int) -> None:
    if not model.jobs:
        return
    job = sorted(model.jobs)[which % len(model.jobs)]
    name, made = model.jobs[job]
    served = model.releases[model.active]
    later = any(other == name and number > made for other, number in model.jobs.values())
    allowed = not later and served.collections.get(name) == model.releases[made].collections[name]
    try:
        _, number = await importing.undo(engine, operator(), job)
    except Conflict:
        assert not allowed
        return
    assert allowed
    before = model.releases[model.releases[made].based_on].collections.get(name)
    collections = {other: content for other, content in served.collections.items() if other != name}
    if before is not None:
        collections[name] = before
    assert number == model.add(State(served.rule, deepcopy(collections), model.active))
    model.serve(number)
    del model.jobs[job]


_DO: dict[str, Any] = {
    "collection": _collection, "framework": _framework, "activate": _activate, "rollback": _rollback, "undo": _undo,
}  # fmt: skip


async def _compare(engine: AsyncEngine, model: Model) -> None:
    """Every release by all the ways in which it is read."""
    async with open_session(engine) as session:
        known = {release.number: release for release in await releases.list_releases(session)}
        assert set(known) == set(model.releases)
        words = await Vocabularies().get(session, len(known))
        for number, state in model.releases.items():
            rules = await releases.find_rules(session, number)
            assert rules is not None
            assert rules.data.rules[0].statement == state.rule
            assert [level.value for level in rules.levels.frameworks["xgq"].levels] == ["A", "B", "C", "D"]
            assert set(known[number].collections) == set(state.collections)
            for name in ("red", "blue"):
                expected = {f"{name}-{key}": word for key, word in state.collections.get(name, {}).items()}
                wanted = Wanted(collection=name)
                found = await catalogue.list_credentials(session, number, wanted, after="", limit=100)
                assert {item.id: item.credential.title for item in found} == {
                    key: f"{word} {name}" for key, word in expected.items()
                }
                for word in WORDS:
                    having = {key for key, told in expected.items() if told == word}
                    hits = await search_credentials(
                        session, words, number, f"school {word}", wanted, after="", limit=100
                    )
                    assert {item.id for item in hits.entries} == having
                    for key in "abc":
                        by = replace(wanted, identifier=f"{word}-{key}", delivery="online")
                        found = await catalogue.list_credentials(session, number, by, after="", limit=9)
                        assert {item.id for item in found} == having & {f"{name}-{key}"}
            curated = await catalogue.find_credential(session, number, "xf-beekeeping")
            assert curated is not None
            assert len(await catalogue.find_decisions(session, number, "xf-beekeeping")) == 2
