"""Loads a catalogue of any size from lines of JSON, as a collection of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.datasets.problems import InvalidData, Problem
from app.domain.dataset import CatalogueEntry
from app.domain.errors import Fault, NotReady
from app.domain.ruleset import RuleSet
from app.services.checking import check_credential
from app.store import releases
from app.store.collections import add_collection
from app.store.database import open_session, open_turn
from app.store.tables import CURATED
from app.store.writing import Clash

CHUNK = 5_000
"""Lines that are written at a time."""
MOST_PROBLEMS = 100
"""Problems that are told before it stops looking for more."""

_ENTRY: TypeAdapter[CatalogueEntry] = TypeAdapter(CatalogueEntry)


async def load_catalogue(
    engine: AsyncEngine, file: Path, name: str, *, told: Callable[[int], None] = lambda _: None
) -> tuple[int, int]:
    """Make a collection what a file of lines of JSON holds: number of the release, and how many credentials it has.

    Each line is a credential as the export writes it. All of it is applied, or nothing: raises InvalidData with the
    line of every problem, up to MOST_PROBLEMS. ``told`` is called with the number of bytes read.
    """
    if name == CURATED:
        raise InvalidData([Problem(file.name, 1, "", f"the name {name!r}", "another: it is that of the data folder")])
    async with open_session(engine) as session:
        active = await releases.find_active_number(session)
        rules = None if active is None else await releases.find_rules(session, active)
    if rules is None:
        raise NotReady
    lines: dict[str, int] = {}
    async with open_turn(engine) as session:
        try:
            number, count = await add_collection(session, name, _chunks(file, rules, lines, told), rules)
        except Clash as clash:
            problems = [
                Problem(file.name, lines[key], "/id", f"{key!r}, which another collection has", "an id of its own")
                for key in clash.ids[:MOST_PROBLEMS]
            ]
            raise InvalidData(problems) from None
        await releases.activate(session, number)
    return number, count


async def _chunks(
    file: Path, rules: RuleSet, lines: dict[str, int], told: Callable[[int], None]
) -> AsyncIterator[Sequence[CatalogueEntry]]:
    """The credentials of a file, some at a time; ``lines`` tells where those of the last chunk stand."""
    problems: list[Problem] = []
    entries: list[CatalogueEntry] = []
    seen: set[int] = set()
    read = 0
    with file.open("rb") as text:
        for number, line in enumerate(text, start=1):
            read += len(line)
            if not line.strip():
                continue
            entry = _entry(file.name, number, line, rules, problems)
            if entry is not None and hash(entry.id) in seen:
                problems.append(Problem(file.name, number, "/id", f"{entry.id!r} a second time", "each id once"))
            if len(problems) >= MOST_PROBLEMS:
                raise InvalidData(problems)
            if entry is None or problems:
                continue
            seen.add(hash(entry.id))
            entries.append(entry)
            lines[entry.id] = number
            if len(entries) == CHUNK:
                yield entries
                entries = []
                lines.clear()
                told(read)
                await asyncio.sleep(0)
    if problems:
        raise InvalidData(problems)
    if entries:
        yield entries
    told(read)


def _entry(name: str, number: int, line: bytes, rules: RuleSet, problems: list[Problem]) -> CatalogueEntry | None:
    """The credential of a line, or None with what is wrong added to the problems."""
    try:
        entry = _ENTRY.validate_python(json.loads(line))
        check_credential(entry.credential, rules)
    except ValidationError as error:
        for fault in error.errors():
            pointer = "".join(f"/{part}" for part in fault["loc"])
            expected = fault["msg"].removeprefix("Input should be ")
            problems.append(Problem(name, number, pointer, repr(fault["input"])[:80], expected))
        return None
    except Fault as fault:
        problems.append(Problem(name, number, fault.pointer, "a value that makes no sense", str(fault)))
        return None
    except ValueError as error:
        problems.append(Problem(name, number, "", "no JSON", f"a JSON object ({error})"))
        return None
    return entry
