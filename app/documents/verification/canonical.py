"""What a signature covers: the one form of a document that is hashed, and whether its JSON says the same.

Canonical forms are RDFC-1.0 (W3C RDF Dataset Canonicalization) and JCS (RFC 8785). The work that RDFC-1.0 may do is
bounded here, because documents can be built so that it grows without limit.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from math import factorial
from threading import Lock
from typing import Any

import rfc8785
from pyld import jsonld
from pyld.canon import URDNA2015
from pyld.context_resolver import ContextResolver

from app.documents.verification.contexts import BASE, Contexts, UnknownContext

MAX_VALUES = 10_000
"""Most values in a document whose graph is canonicalised."""
MAX_ALIKE = 500
"""Most values of one property of one node: they are compared with each other."""
MAX_WORK = 20_000
"""Most steps for telling unnamed nodes apart; credentials need a few dozen."""

_ONE_AT_A_TIME = Lock()
"""The processor keeps caches for the whole process that are not made for threads."""

_LITERAL_KEYS = frozenset({"@value", "@language", "@type"})

_DETACHED = frozenset({"@included", "@reverse", "@index", "@direction"})
"""What JSON-LD can say and the graph of a document does not carry, or carries elsewhere."""

_FULL_NAME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*|_):\S*")

Meanings = Mapping[str, set[str]]

READ = frozenset({
    "validFrom", "validUntil", "issuanceDate", "expirationDate", "credentialStatus", "credentialSchema", "issuer",
    "credentialSubject", "proof",
})  # fmt: skip
"""Members of a credential that other steps read."""


class NotCanonical(Exception):
    """A document whose signed form cannot be worked out; the text says why."""


class NotAsSigned(Exception):
    """A document whose JSON says something else than what a signature over its graph covers; the text says where."""


class OwnWords(NotCanonical):
    """A document that defines words of its own in @context, so that nobody can tell what the known ones mean in it."""


def canonical_json(value: Any) -> bytes:
    """The JCS form. Raises NotCanonical for what has none, such as whole numbers beyond 2^53."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical(f"It has no canonical JSON form: {type(error).__name__}.") from None


def canonical_graph(document: Mapping[str, Any], contexts: Contexts) -> bytes:
    """The RDFC-1.0 form, as N-Quads.

    Raises NotCanonical for a document that would take too long or is no JSON-LD, and UnknownContext.
    """
    _check_size(document)
    _check_contexts(document)
    with _ONE_AT_A_TIME:
        dataset = _processed(jsonld.to_rdf, document, contexts)
        text = _Bounded().main(dataset, {"format": "application/n-quads"})
    return str(text).encode()


def check_form(document: Mapping[str, Any], contexts: Contexts) -> None:
    """Raise NotAsSigned unless every member of the JSON is what the signed graph says, under the name we read.

    A signature over a graph covers neither members that no context defines nor the names of members. So a document
    must be what JSON-LD makes of its own graph: compacted with its contexts, all of the fixed set, it gives itself
    (Data Integrity section 2.4.1). Stricter than the text there: members are named by words of the contexts only,
    and what other steps read is described in one place. Raises OwnWords for words defined in the document.
    """
    _check_names(document)
    _check_places(document)
    with _ONE_AT_A_TIME:
        expanded = _processed(jsonld.expand, document, contexts)
        _check_graph(expanded)
        compacted = _processed(jsonld.compact, expanded, contexts, document["@context"], skipExpansion=True)
    plain = _without_inner_contexts(document)
    path = _difference(plain, _without_inner_contexts(compacted), contexts.meanings)
    if path is not None:
        raise NotAsSigned(f"The signature does not cover what stands at {path or '/'}: no context defines it so.")


def _processed(process: Any, document: Any, contexts: Contexts, *more: Any, **further: Any) -> Any:
    options = {
        "documentLoader": contexts, "contextResolver": ContextResolver(contexts.resolved, contexts), **further,
    }  # fmt: skip
    try:
        return process(document, *more, options)
    except (jsonld.JsonLdError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, UnknownContext):
                raise cause from None
            cause = cause.__cause__ or cause.__context__
        raise NotCanonical("It is no JSON-LD that can be processed.") from None


class _Bounded(URDNA2015):  # type: ignore[misc]
    """The algorithm, giving up when unnamed nodes are too alike: all orders of each group are tried (section 4.8)."""

    work = 0

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        groups = super().create_hash_to_related(id_, issuer)
        self.work += 1 + sum(factorial(min(len(group), 20)) for group in groups.values())
        if self.work > MAX_WORK:
            raise NotCanonical("Telling its unnamed parts apart would take too long.")
        return groups


def _check_size(document: Mapping[str, Any]) -> None:
    alike: Counter[tuple[Any, str]] = Counter()
    waiting: list[Any] = [document]
    seen = 0
    while waiting:
        here = waiting.pop()
        seen += 1
        if isinstance(here, Mapping):
            name = here.get("id", here.get("@id"))
            name = name if isinstance(name, str) else id(here)
            for key, item in here.items():
                alike[name, key] += len(item) if isinstance(item, list) else 1
                if alike[name, key] > MAX_ALIKE:
                    raise NotCanonical(f"It has more than {MAX_ALIKE} values of one kind in one place.")
                waiting.append(item)
        elif isinstance(here, list):
            waiting += here
        if seen > MAX_VALUES:
            raise NotCanonical(f"It has more than {MAX_VALUES:,} values.")


def _check_contexts(document: Mapping[str, Any]) -> None:
    """Every @context is a list of addresses, and the first is that of credentials: nothing is defined in a document."""
    waiting: list[Any] = [document]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            if "@context" in here and not _addresses(here["@context"]):
                raise OwnWords("It defines words of its own in @context; what they change cannot be told.")
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    if (_addresses(document.get("@context")) or [""])[0] not in BASE:
        raise OwnWords("Its @context does not begin with that of verifiable credentials.")


def _addresses(context: Any) -> list[str]:
    """The addresses in a @context; none when it holds anything else."""
    entries = context if isinstance(context, list) else [context]
    return entries if all(isinstance(entry, str) for entry in entries) else []


def _check_names(value: Any, path: str = "") -> None:
    """Members are named by words, not by what words stand for, and a list stands in no list."""
    if isinstance(value, list):
        for n, item in enumerate(value):
            if isinstance(item, list):
                raise NotAsSigned(f"The signature does not cover the list within a list at {path}/{n}.")
            _check_names(item, f"{path}/{n}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            literal = "@value" in value and key in _LITERAL_KEYS
            if ":" in key or (key.startswith("@") and key != "@context" and not literal):
                raise NotAsSigned(f"The member at {path}/{key[:100]} is not named by a word of its contexts.")
            if key != "@context":
                _check_names(item, f"{path}/{key[:100]}")


def _check_graph(expanded: Any) -> None:
    """Nothing is left out of the graph on the way: statements of or about what has no full name are dropped."""
    waiting: list[Any] = [expanded]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, Mapping) and "@value" not in here:
            for key, item in here.items():
                named = [item] if key == "@id" else item if key == "@type" else [key] if key[:1] != "@" else []
                if key in _DETACHED or not all(isinstance(name, str) and _FULL_NAME.fullmatch(name) for name in named):
                    raise NotAsSigned("The signature does not cover a part of it that has no full name.")
                if key not in ("@id", "@type"):
                    waiting.append(item)


def _check_places(document: Mapping[str, Any]) -> None:
    """What other steps read stands in its place: a graph is the same when a statement moves, and then nobody reads it.

    So nothing else in the document may state what belongs to the credential, to its status or to its subject.
    Credentials inside, of the same subject, say so for themselves.
    """
    statuses, subjects = (_objects(document.get(member)) for member in ("credentialStatus", "credentialSubject"))
    named = [{str(item["id"]): item for item in found if "id" in item} for found in (statuses, subjects)]
    apart = ("proof", "credentialStatus", "credentialSubject")
    waiting = [(item, False) for member, item in document.items() if member not in apart]
    for item in (*statuses, *subjects):
        _check_self(document, item)
        waiting += [(inner, False) for inner in item.values()]
    while waiting:
        here, inside = waiting.pop()
        if isinstance(here, Mapping):
            inside = inside or "issuer" in here
            _check_self(document, here)
            status, subject = (found.get(str(here.get("id"))) for found in named)
            if status is not None and len(here) > 1 and here != status:
                raise NotAsSigned("Its status is described in a second place, where nobody would read it.")
            # words of a subject have their meaning with its type only
            if subject is not None and here != subject and not inside and _types(here) & _types(subject):
                raise NotAsSigned("Its subject is described in a second place, where nobody would read it.")
            waiting += [(item, inside) for item in here.values()]
        elif isinstance(here, list):
            waiting += [(item, inside) for item in here]


def _types(value: Mapping[str, Any]) -> set[str]:
    found = value.get("type")
    return {item for item in (found if isinstance(found, list) else [found]) if isinstance(item, str)}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def _check_self(document: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    if "id" in here and here["id"] == document.get("id") and READ & here.keys():
        raise NotAsSigned("It describes itself in a second place, where nobody would read it.")


def _without_inner_contexts(value: Any, *, top: bool = True) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _without_inner_contexts(item, top=False) for key, item in value.items() if top or key != "@context"
        }
    return [_without_inner_contexts(item, top=False) for item in value] if isinstance(value, list) else value


def _folded(value: Any) -> Any:
    """A list of one is its member, and a node of which only the id is told is that id: JSON-LD writes both ways."""
    if isinstance(value, list):
        return _folded(value[0]) if len(value) == 1 else value
    if isinstance(value, Mapping) and set(value) == {"id"}:
        return value["id"]
    return value


def _difference(one: Any, other: Any, meanings: Meanings, path: str = "") -> str | None:
    """Where a document differs from its compacted form, apart from the two ways of writing; None where it does not."""
    one, other = _folded(one), _folded(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        left = dict(other)
        for key, item in one.items():
            here = f"{path}/{key[:100]}"
            full = (f"#{key}", f"/{key}")  # a context may prefer the full name for some values
            name = key if key in left else next((name for name in left if name.endswith(full)), None)
            if name is None:
                return here
            match = left.pop(name)
            same = _same_types(item, match, meanings) if key == "type" else False
            if not same and (found := _difference(item, match, meanings, here)) is not None:
                return found
        return f"{path}/{min(left)[:100]}" if left else None
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for n, (here, there) in enumerate(zip(one, other, strict=True)):
            if (found := _difference(here, there, meanings, f"{path}/{n}")) is not None:
                return found
        return None
    return None if json.dumps(one) == json.dumps(other) else path


def _same_types(one: Any, other: Any, meanings: Meanings) -> bool:
    """Whether two lists of types are the same, though some are called by another word for the same."""
    ours, theirs = (value if isinstance(value, list) else [value] for value in (one, other))
    return len(ours) == len(theirs) and all(
        a == b or (isinstance(a, str) and isinstance(b, str) and bool(meanings.get(a, set()) & meanings.get(b, set())))
        for a, b in zip(ours, theirs, strict=True)
    )
