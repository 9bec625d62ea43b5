"""Documents as rows: the things in them that become entries of the catalogue, decisions, or skills."""

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from app.documents.graphs import DOCUMENT, Graph, Thing, name_of, stream
from app.documents.reading.identifying import id_of, is_blank
from app.documents.reading.parts import at, open_ledger
from app.documents.reading.statements import (
    ThingFormat,
    belongs_to,
    given_for,
    is_credential,
    is_decision,
    is_skill,
)
from app.documents.unreadable import UnreadableRow
from app.domain.errors import UnreadableDocument

_MARKS: tuple[tuple[ThingFormat, re.Pattern[bytes]], ...] = (
    ("case", re.compile(rb'"(?:CFDocument|CFItems|CFPackageURI)"\s*:')),
    ("ctdl", re.compile(rb'credreg\.net/ctdl|"ceterms:|"[^"]*purl\.org/ctdl')),
    ("elm", re.compile(rb'data\.europa\.eu/snb|"(?:EuropeanDigitalCredential|LearningAchievementSpecification)"')),
    ("open_badge", re.compile(rb'purl\.imsglobal\.org/spec/ob|w3id\.org/openbadges|"(?:Achievement|BadgeClass)"')),
)
"""What the beginning of a document of each format has in it."""

_OWN_KEYS = {"credential", "recogniser"}
"""Keys of our own lines of JSON, one of which each has."""


def format_of_document(beginning: bytes) -> ThingFormat | None:
    """The format of a document of linked data, as its beginning shows; None for a table or what is not plain."""
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith((b"{", b"[")):
        return None
    try:
        first = json.loads(text.partition(b"\n")[0])
    except (ValueError, RecursionError):
        first = None
    if isinstance(first, dict) and "id" in first and not _OWN_KEYS.isdisjoint(first) and "@context" not in first:
        return None
    return next((form for form, mark in _MARKS if mark.search(text)), None)


class _Wanted:
    """Says which things of a document become statements, when it has seen all of them.

    Those with a name of this document alone stand beside another that needs them. They become statements only where a
    transfer value is given for them.
    """

    def __init__(self, form: ThingFormat) -> None:
        self.form = form
        self.given_for: set[str] = set()

    def see(self, node: Mapping[str, Any]) -> None:
        """Learn what a node needs."""
        if is_decision(self.form, node):
            self.given_for |= set(given_for(node))

    def has(self, section: str, pointer: str, node: Mapping[str, Any]) -> bool:
        """Whether a node becomes a statement of a section."""
        if section == "skills":
            return is_skill(self.form, pointer)
        if section == "decisions":
            return is_decision(self.form, node)
        return is_credential(self.form, node) and (not is_beside(node) or node["@id"] in self.given_for)


def is_beside(node: Mapping[str, Any]) -> bool:
    """Whether a node has a name of its document alone, because another node names it."""
    name = node.get("@id")
    return isinstance(name, str) and name.startswith("_:")


def survey(path: Path, form: ThingFormat) -> Counter[str]:
    """How many things of a document become credentials, decisions and skills. Raises UnreadableFile."""
    wanted, found = _Wanted(form), Counter[str]()
    beside: set[str] = set()
    for pointer, node in stream(path):
        if isinstance(node, UnreadableRow):
            continue
        wanted.see(node)
        if is_skill(form, pointer):
            found["skills"] += 1
        found["decisions"] += is_decision(form, node)
        if is_credential(form, node):
            if is_beside(node):
                beside.add(node["@id"])
            else:
                found["credentials"] += 1
    found["credentials"] += len(beside & wanted.given_for)
    return found


def read_things(path: Path, form: ThingFormat, section: str) -> Iterator[tuple[int, Thing | UnreadableRow]]:
    """The things that become statements of a section, and those that cannot be held. Raises UnreadableFile.

    One without an address that is described as another one was is that one, and is passed over.
    """
    seen: set[int] = set()
    wanted = _Wanted(form)
    with closing(_opened(path, wanted)) as graph:
        for number, thing in graph.things():
            if isinstance(thing, UnreadableRow):
                yield number, thing
            elif wanted.has(section, thing.pointers[0], thing.nodes[0]):
                name = _made_id(thing)
                if name not in seen:
                    yield number, thing
                if name is not None:
                    seen.add(name)


def _made_id(thing: Thing) -> int | None:
    """What tells a thing without an address from others; None for one with an address."""
    if not is_blank(name_of(thing.nodes[0])) or thing.nodes[0].get("ceterms:ctid"):
        return None
    try:
        return hash(id_of(at(open_ledger(thing.graph), "/@graph/0"), {}))
    except UnreadableDocument:
        return None


def _opened(path: Path, wanted: _Wanted) -> Graph:
    def is_main(pointer: str, node: Mapping[str, Any]) -> bool:
        wanted.see(node)
        form = wanted.form
        return is_credential(form, node) or is_decision(form, node) or is_skill(form, pointer)

    return Graph(path, is_main, belongs_to)


def write_things(path: Path, form: ThingFormat, wanted: Container[int], out: IO[bytes]) -> None:
    """Write the things with these numbers, and those around them, as one document with the head of the first."""
    head: dict[str, Any] = {}
    for pointer, node in stream(path):
        if isinstance(node, UnreadableRow):
            continue
        if node.get("@context") is not None:
            head.setdefault("@context", node["@context"])
        if pointer.endswith(DOCUMENT):
            head.setdefault("CFDocument", node)
    out.write(json.dumps(head, ensure_ascii=False)[:-1].encode() + (b", " if head else b""))
    with closing(_opened(path, _Wanted(form))) as graph:
        if form == "case":
            _write_nodes(graph, wanted, out, "CFItems", "/CFItems/")
            out.write(b",\n")
            _write_nodes(graph, wanted, out, "CFAssociations", "/CFAssociations/")
        else:
            _write_nodes(graph, wanted, out, "@graph", "")
    out.write(b"}\n")


def _write_nodes(graph: Graph, wanted: Container[int], out: IO[bytes], member: str, within: str) -> None:
    """Write the things with these numbers, and those around them, as far as they stand within such a place."""
    written: set[str] = set()
    out.write(f'"{member}": ['.encode())
    for number, thing in graph.things():
        if number not in wanted or isinstance(thing, UnreadableRow):
            continue
        for node, pointer in zip(thing.nodes, thing.pointers, strict=True):
            if within in pointer and pointer not in written:
                out.write((b",\n" if written else b"\n") + json.dumps(node, ensure_ascii=False).encode())
                written.add(pointer)
    out.write(b"\n]")
