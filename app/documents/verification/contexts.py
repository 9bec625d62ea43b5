"""The JSON-LD contexts that proofs are checked with: a fixed set out of installed packages, and nothing else.

What a signature covers depends on the contexts of the document, so none is ever fetched (W3C Verifiable Credential
Data Integrity 1.0, section 2.4.1). A context that is not here is told by its name.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from openbadgeslib.ob3.clr import bundled_clr_contexts
from openbadgeslib.ob3.contexts import bundled_contexts
from pyld.documentloader.frozen import BUNDLED_CONTEXTS

BASE = ("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1")
"""The contexts of VC 2.0 and VC 1.1; one of them stands first in every credential."""

MOVING = frozenset({"https://purl.imsglobal.org/spec/ob/v3p0/context.json"})
"""Addresses whose content has changed over time: a proof that does not hold with ours may hold with another."""


class UnknownContext(Exception):
    """A context that is not in the fixed set."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Contexts:
    """A set of contexts that does not change, and what the JSON-LD processor remembers of it."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self.documents = dict(documents)
        self.resolved: dict[str, Any] = {}
        self.meanings = _meanings(self.documents.values())

    def __call__(self, address: str, _options: object = None) -> dict[str, Any]:
        """The context at an address, in the shape in which the JSON-LD processor asks for it."""
        if address not in self.documents:
            raise UnknownContext(address[:200])
        return {
            "contextUrl": None, "documentUrl": address, "document": self.documents[address], "tag": "static",
        }  # fmt: skip


def _meanings(documents: Iterable[Any]) -> dict[str, set[str]]:
    """What each word of the contexts can stand for, at any depth.

    Open Badges gives several words to one thing (AchievementCredential, OpenBadgeCredential); each is right.
    """
    found: dict[str, set[str]] = {}
    waiting = [document["@context"] for document in documents]
    while waiting:
        words = waiting.pop()
        if isinstance(words, list):
            waiting += words
        for word, meaning in words.items() if isinstance(words, Mapping) else ():
            if isinstance(meaning, Mapping) and "@context" in meaning:
                waiting.append(meaning["@context"])
            meant = _meant(meaning)
            if isinstance(meant, str) and not word.startswith("@"):
                found.setdefault(word, set()).add(str(_meant(words[meant]) if meant in words else meant))
    return found


def _meant(meaning: Any) -> Any:
    return meaning.get("@id") if isinstance(meaning, Mapping) else meaning


@cache
def installed_contexts() -> Contexts:
    """The contexts that the installed packages carry, read once."""
    general = {
        address: json.loads(path.read_text(encoding="utf-8"))
        for address, path in BUNDLED_CONTEXTS.items()
        if "security/v" not in address and "activitystreams" not in address  # they map anything to anything
    }
    return Contexts({**general, **bundled_contexts(), **bundled_clr_contexts()})
