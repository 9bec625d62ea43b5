"""Documents to read, and what is true of everything that is read."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from app.documents.reading.detection import read_document
from app.documents.reading.result import ReadDocument
from app.domain.levels import Framework, Level
from app.domain.recognisers import Recogniser
from app.domain.ruleset import RuleSet
from tests.factories import a_system, rules_of
from tests.vectors import folder

NO_DOCUMENT = ("schema-", "edc-ap-context", "openbadges_context")
"""Beginnings of the names of files that hold schemas or contexts."""


def a_framework(name: str, *aliases: str, levels: tuple[str, ...] = tuple("12345678")) -> Framework:
    return Framework(
        id=name,
        name=aliases[0] if aliases else name,
        aliases=aliases,
        jurisdiction="WORLD",
        levels=tuple(Level(value=value) for value in levels),
        confidence="high",
    )


RULES: RuleSet = rules_of(
    frameworks=(
        a_framework("eqf", "European Qualifications Framework"),
        a_framework("rqf", "Regulated Qualifications Framework"),
        a_framework("scqf", "SCQF", levels=tuple(str(n) for n in range(1, 13))),
    ),
    recognisers=(Recogniser(id="uni", name="Uni", kind="university", jurisdiction="XF", confidence="high"),),
    credit_systems=(a_system("ects"), a_system("us-semester-credit"), a_system("nz-credit")),
)


def read(document: Any) -> ReadDocument:
    return read_document(document, RULES)


@cache
def documents(name: str) -> dict[str, Any]:
    """Every JSON document in a folder of test data that is JSON; some are broken on purpose.

    Those in a learner record stand beside it: they are read by themselves.
    """
    root, found = folder(name), {}
    for path in sorted(root.rglob("*.json*")):
        if path.name.startswith(NO_DOCUMENT) or "contexts" in path.parts:
            continue
        try:
            document = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        name_of = str(path.relative_to(root))
        found[name_of] = document
        if isinstance(document, dict) and "ClrCredential" in document.get("type", ()):
            inside = document["credentialSubject"]["verifiableCredential"]
            found |= {f"{name_of}/credential {n}": one for n, one in enumerate(inside, start=1)}
    return found


def named(name: str, part: str) -> Any:
    """The one document whose path ends so."""
    (document,) = [document for path, document in documents(name).items() if Path(path).match(part)]
    return document


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document that holds no other, with its pointer."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    empty = True
    for key, part in below:
        empty = False
        yield from leaves(part, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    if empty:
        yield pointer, value


def told(result: ReadDocument) -> set[str]:
    """Every pointer that a result names."""
    found = [entry.pointer for read in (*result.credentials, *result.decisions, result) for entry in read.found]
    parts = [part.pointer for part in (*result.unknown, *result.set_aside)]
    return {*found, *parts, *result.withheld}


def unaccounted(document: Any, result: ReadDocument) -> list[str]:
    """Pointers to values that a result passes over in silence."""
    pointers = told(result)

    def under(pointer: str) -> bool:
        while pointer:
            if pointer in pointers:
                return True
            pointer = pointer.rpartition("/")[0]
        return "" in pointers

    return [pointer for pointer, _ in leaves(document) if not under(pointer)]
