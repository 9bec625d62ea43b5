"""Takes documents of linked data of any size apart into what they describe, one thing at a time.

A document holds one thing, a list of things, or a graph of things that name each other by their ids. It is read as a
stream. Its things wait in a temporary file; in memory are only the places where they lie, by id.
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import ijson

from app.documents.reading.parts import MAX_DEPTH, MAX_PARTS, MAX_TEXT, escaped
from app.documents.unreadable import UnreadableFile, UnreadableRow

GRAPHS = frozenset(
    ("@graph", "achievements", "badges", "learningAchievementSpecification", "CFItems", "CFAssociations", "CFRubrics",
     "CFConcepts", "CFSubjects", "CFLicenses", "CFItemTypes", "CFAssociationGroupings")
)  # fmt: skip
"""Members of a document whose values are things of their own."""

WRAPPERS = frozenset({"decoded_resource", "credential", "CFDocument", "CFDefinitions"})
"""Members in which registries, tools for issuing, and packages of CASE put a document."""

DOCUMENT = "/CFDocument"
"""What the pointer to the document of a package of CASE ends with; its items are listed beside it."""

DEEPEST_GRAPH = 6
"""Deepest level of a document on which graphs are taken apart."""

MAX_CHARACTERS = 16_000_000
"""Most characters of all texts of a thing."""

MOST_NAMED = 1_000_000
"""Most things with an id in a document: the places of so many take some 150 MB of memory."""

MOST_AROUND = 100
"""Most things around one that are read with it."""

LONGEST_LIST = 50
"""Longest list in a thing around another. A body may list all that it offers; nothing of that is read of a body."""


@dataclass(frozen=True)
class Thing:
    """A thing that a document describes, with the things around it that it names."""

    nodes: tuple[Mapping[str, Any], ...]
    """Itself, then what it names and what belongs to it."""
    pointers: tuple[str, ...]
    """JSON pointers to these in the document."""

    def place(self, pointer: str) -> str:
        """Where in the document a part of ``graph`` stands."""
        number, _, rest = pointer.removeprefix("/@graph/").partition("/")
        return f"{self.pointers[int(number)]}/{rest}" if rest else self.pointers[int(number)]

    @property
    def graph(self) -> dict[str, Any]:
        """These things as a document of their own."""
        return {"@graph": list(self.nodes)}


def stream(path: Path) -> Iterator[tuple[str, dict[str, Any] | UnreadableRow]]:
    """All things of a document with JSON pointers to them, each before what holds it. Raises UnreadableFile."""
    with path.open("rb") as file:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        events = ijson.basic_parse(file, use_float=True)
        try:
            event, _ = next(events)
            if event == "start_map":
                yield from _object(events, "")
            elif event == "start_array":
                yield from _members(events, "")
            else:
                raise UnreadableFile("JSON that is neither an object nor a list", "one of these")
            next(events, None)
        except (ijson.JSONError, UnicodeDecodeError, StopIteration) as error:
            text = str(error).partition("\n")[0] or "it ends too early"
            raise UnreadableFile(f"broken JSON ({text})"[:200], "valid JSON in UTF-8") from None


Events = Iterator[tuple[str, Any]]


class _Room:
    """How much of a thing may still be kept, and what is wrong with it."""

    def __init__(self) -> None:
        self.parts, self.characters = MAX_PARTS, MAX_CHARACTERS
        self.fault: UnreadableRow | None = None

    def refuse(self, found: str, expected: str) -> None:
        """Tell a fault; the first one counts."""
        self.fault = self.fault or UnreadableRow(found[:200], expected)

    def take(self, value: Any) -> None:
        """Count a value."""
        self.parts -= 1
        if self.parts < 0:
            self.refuse(f"more than {MAX_PARTS} values in one thing", "fewer")
        if isinstance(value, str):
            self.characters -= len(value)
            if len(value) > MAX_TEXT or self.characters < 0:
                self.refuse(f"a text of {len(value)} characters", f"at most {MAX_TEXT}, and {MAX_CHARACTERS} in all")


def _object(events: Events, pointer: str) -> Iterator[tuple[str, dict[str, Any] | UnreadableRow]]:
    """What an object holds in graphs, then the object without these."""
    head: dict[str, Any] = {}
    room = _Room()
    graphs: set[str] = set()
    for event, key in events:
        if event == "end_map":
            break
        if key in head or key in graphs:
            room.refuse(f"the key {key!r} a second time", "each key once")
        event, value = next(events)
        place = f"{pointer}/{escaped(key)}"
        apart = pointer.count("/") < DEEPEST_GRAPH
        if apart and key in GRAPHS and event == "start_array":
            graphs.add(key)
            yield from _members(events, place)
        elif apart and key in GRAPHS | WRAPPERS and event == "start_map":
            graphs.add(key)
            yield from _object(events, place)
        else:
            built = _built(events, event, value, room)
            if room.fault is None:
                head[key] = built
    yield pointer, room.fault or head


def _members(events: Events, pointer: str) -> Iterator[tuple[str, dict[str, Any] | UnreadableRow]]:
    """The objects of a list; addresses among them are passed over, as they describe nothing."""
    for number, (event, value) in enumerate(events):
        if event == "end_array":
            return
        if event == "start_map":
            yield from _object(events, f"{pointer}/{number}")
        else:
            _built(events, event, value, _Room())


def _built(events: Events, event: str, value: Any, room: _Room) -> Any:
    """The value that an event begins. What there is no room for is read and not kept."""
    room.take(value)
    if event not in ("start_map", "start_array"):
        return value
    built: Any = {} if event == "start_map" else []
    stack: list[Any] = [built]
    keys = [""]
    while stack:
        event, value = next(events)
        if event in ("end_map", "end_array"):
            stack.pop()
            keys.pop()
            continue
        here = stack[-1]
        if event == "map_key":
            keys[-1] = value
            if value in here:
                room.refuse(f"the key {value!r} a second time", "each key once")
            continue
        room.take(value)
        if len(stack) > MAX_DEPTH:
            room.refuse(f"more than {MAX_DEPTH} levels of nesting", "fewer")
            if len(stack) > 100 * MAX_DEPTH:
                raise UnreadableFile("very deep nesting", f"at most {MAX_DEPTH} levels")
        item: Any = {} if event == "start_map" else [] if event == "start_array" else value
        if room.fault is None:
            if isinstance(here, list):
                here.append(item)
            else:
                here[keys[-1]] = item
        if event in ("start_map", "start_array"):
            stack.append(item)
            keys.append("")
    return built


def is_named(node: Mapping[str, Any]) -> bool:
    """Whether a node says more than its id and its type, so that an id stands for it."""
    return name_of(node) is not None and not set(node) <= {"id", "@id", "type", "@type"}


def is_body(node: Mapping[str, Any]) -> bool:
    """Whether a node is a profile of Open Badges."""
    told = node.get("type")
    return any(name in ("Profile", "Issuer") for name in (told if isinstance(told, list) else [told]))


def name_of(node: Mapping[str, Any]) -> str | None:
    """The id of a node, which CASE calls its identifier; None when it has none."""
    name = node.get("id", node.get("@id", node.get("identifier")))
    return name if isinstance(name, str) else None


IsMain = Callable[[str, Mapping[str, Any]], bool]
Belonging = Callable[[Mapping[str, Any]], Iterable[str]]


class Graph:
    """The things of a document, in a temporary file, until it is closed. Raises UnreadableFile.

    ``is_main`` says, by place and content, which things are looked for themselves: of what such a thing names, the main
    ones among what the others name are not followed, or one body would lead to everything that it offers.
    ``belonging`` gives the ids of those to which a thing belongs although they do not name it.
    """

    def __init__(self, path: Path, is_main: IsMain, belonging: Belonging) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._places: dict[int, int] = {}
        self._main: set[int] = set()
        self._joined: dict[int, list[int]] = {}
        self._holders: dict[str, int] = {}
        self._read = lru_cache(maxsize=64)(self._read_at)
        try:
            self._fill(path, is_main, belonging)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the temporary file up."""
        self._read.cache_clear()
        self._file.close()

    def _fill(self, path: Path, is_main: IsMain, belonging: Belonging) -> None:
        for pointer, node in stream(path):
            at = self._file.tell()
            body = [node.found, node.expected] if isinstance(node, UnreadableRow) else node
            self._file.write(json.dumps([pointer, body], separators=(",", ":")).encode() + b"\n")
            if isinstance(node, UnreadableRow):
                continue
            if is_main(pointer, node):
                self._main.add(at)
            if (name := name_of(node)) is not None and is_named(node):
                self._places.setdefault(hash(name), at)
            for other in belonging(node):
                self._joined.setdefault(hash(other), []).append(at)
            if is_body(node) or pointer.endswith(DOCUMENT):
                self._holders[pointer.removesuffix(DOCUMENT)] = at
            if len(self._places) + len(self._joined) > MOST_NAMED:
                raise UnreadableFile(f"more than {MOST_NAMED:,} things with an id", "at most so many; part the file")

    def things(self) -> Iterator[tuple[int, Thing | UnreadableRow]]:
        """Everything in its order, numbered from 1; what is not main comes without what is around it.

        A main thing that is described a second time in the same words is passed over.
        """
        self._file.seek(0)
        number = 0
        seen: set[int] = set()
        while line := self._file.readline():
            number += 1
            following = self._file.tell()
            at = following - len(line)
            pointer, body = json.loads(line)
            if isinstance(body, list):
                yield number, UnreadableRow(*body)
            elif at in self._main:
                words = hash(line.partition(b",")[2])
                if words not in seen:
                    yield number, self._with_others(at, pointer, body)
                seen.add(words)
            else:
                yield number, Thing((body,), (pointer,))
            self._file.seek(following)

    def _with_others(self, at: int, pointer: str, node: dict[str, Any]) -> Thing:
        found = {at: (pointer, node)}
        waiting = [*self._named_by(node), *self._joined.get(hash(name_of(node)), ()), *self._holder_of(pointer)]
        while waiting and len(found) <= MOST_AROUND:
            below: list[int] = []
            for place in waiting:
                if place in found or len(found) > MOST_AROUND:
                    continue
                where, other, names = self._read(place)
                found[place] = where, other
                below += [name for name in names if name not in self._main]
            waiting = below
        return Thing(tuple(node for _, node in found.values()), tuple(pointer for pointer, _ in found.values()))

    def _holder_of(self, pointer: str) -> list[int]:
        """Who lists a thing: whoever lists achievements awards them, and a package of CASE has one document."""
        above = pointer.rpartition("/")[0].rpartition("/")[0]
        return [self._holders[above]] if pointer and above in self._holders else []

    def _read_at(self, place: int) -> tuple[str, dict[str, Any], tuple[int, ...]]:
        self._file.seek(place)
        pointer, node = json.loads(self._file.readline())
        short = {key: value for key, value in node.items() if not isinstance(value, list) or len(value) <= LONGEST_LIST}
        return pointer, short, tuple(self._named_by(short))

    def _named_by(self, node: Mapping[str, Any]) -> list[int]:
        """Places of the things that a node names by their ids, in its order."""
        found: dict[int, None] = {}
        waiting: list[Any] = list(node.values())[::-1]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                waiting += list(value.values())[::-1]
            elif isinstance(value, list):
                waiting += value[::-1]
            elif isinstance(value, str) and (place := self._places.get(hash(value))) is not None:
                found[place] = None
        return list(found)
