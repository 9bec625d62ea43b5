"""Recognises the format of a document by what stands in it, and reads it."""

from collections.abc import Collection, Mapping
from typing import Any

from app.documents.reading import case, ctdl, elm, open_badges, verifiable_credentials
from app.documents.reading.parts import Ledger, Part, open_ledger
from app.documents.reading.result import DocumentFormat, ReadDocument
from app.domain.errors import UnknownDocument
from app.domain.ruleset import RuleSet

LOOKED_FOR = (
    "Open Badges 3.0 (OpenBadgeCredential, AchievementCredential)",
    "Open Badges 2 (Assertion, BadgeClass)",
    "Comprehensive Learner Record 2.0 (ClrCredential)",
    "European Digital Credentials and ELM 3 (EuropeanDigitalCredential, Qualification)",
    "CTDL (ceterms:)",
    "W3C Verifiable Credentials (VerifiableCredential)",
    "CASE (CFItems, fullStatement)",
)

_OB3_VERSIONS = {f"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.{n}.json": f"3.0.{n}" for n in range(10)}
_VC_VERSIONS = {"https://www.w3.org/ns/credentials/v2": "2.0", "https://www.w3.org/2018/credentials/v1": "1.1"}


def read_document(document: Any, rules: RuleSet) -> ReadDocument:
    """What a decoded JSON document says. No proof is checked and nothing is fetched.

    Raises UnknownDocument when it is of no format that is known here, and UnreadableDocument when it is of one and
    does not say what it must, or is too large.
    """
    ledger = open_ledger(document)
    top = _unwrapped(ledger.top)
    if case.is_case(top):
        return _case(top)
    for read in (_ctdl, _verifiable, _badge, _elm):
        found = read(top, rules)
        if found is not None:
            return found
    raise UnknownDocument(_seen(top), LOOKED_FOR)


def _unwrapped(top: Part) -> Part:
    """The document inside an envelope of a registry or of a tool that issues credentials."""
    if isinstance(top.value, dict):
        for name in ("decoded_resource", "credential"):
            inner = top.value.get(name)
            if isinstance(inner, dict) and not top.types and "@context" not in top.value:
                return Part(inner, f"/{name}", top.ledger)
    return top


def _seen(top: Part) -> str:
    """What is there, for people whose document is not known."""
    if not isinstance(top.value, dict):
        return "a list" if isinstance(top.value, list) else f"a {type(top.value).__name__}, not an object"
    if {"payload", "signatures"} <= set(top.value):
        return "a signed envelope (payload, signatures), which must be decoded first"
    if top.types:
        return f"the type {', '.join(top.types)}"[:300]
    keys = ", ".join(list(top.value)[:10])
    return f"an object with the keys {keys}"[:300] if keys else "an empty object"


def _contexts(part: Part) -> list[str]:
    value = part.value.get("@context") if isinstance(part.value, dict) else None
    values = value if isinstance(value, list) else [value]
    return [context for context in values if isinstance(context, str)]


def _finished(
    ledger: Ledger, form: DocumentFormat, because: str, known: Mapping[str, str] | Collection[str], **read: Any
) -> ReadDocument:
    ledger.finish(known)
    return ReadDocument(
        format=form,
        recognised_by=because,
        unknown=tuple(ledger.unknown),
        set_aside=tuple(ledger.set_aside),
        withheld=tuple(ledger.withheld),
        **read,
    )


def _case(top: Part) -> ReadDocument:
    top.ledger.open.add("")
    top.describes()
    because = next(name for name in ("CFItems", "CFItem", "fullStatement") if name in top.value)
    skills, found = case.read_items(top)
    return _finished(top.ledger, "case", f"the term {because}", case.KNOWN, skills=skills, found=found)


def _ctdl(top: Part, rules: RuleSet) -> ReadDocument | None:
    named = next((context for context in _contexts(top) if "credreg.net/ctdl" in context), None)
    classes = [name for node in [top, *top.many("@graph")] for name in node.types if name.startswith("ceterms:")]
    if named is None and not classes:
        return None
    top.ledger.open.add("")
    top.describes()
    credentials, decisions = ctdl.read_graph(top, rules)
    because = f"the context {named}" if named else f"the class {classes[0]}"
    return _finished(top.ledger, "ctdl", because, (), credentials=tuple(credentials), decisions=tuple(decisions))


def _verifiable(top: Part, rules: RuleSet) -> ReadDocument | None:
    """A verifiable credential: of the kind that its types name, else of an unknown one."""
    graph = [node for node in top.many("@graph") if isinstance(node.value, dict)]
    part = next((node for node in [top, *graph] if "VerifiableCredential" in node.types), None)
    if part is None:
        return None
    types = set(part.types)
    contexts = _contexts(part) or _contexts(top)
    version = next((_VC_VERSIONS[name] for name in contexts if name in _VC_VERSIONS), None)
    if "ClrCredential" in types:
        open_badges.enter_inside(part)
        return _finished(part.ledger, "clr", "the type ClrCredential", open_badges.KNOWN, version="2.0")
    if badge := types & {"OpenBadgeCredential", "AchievementCredential"}:
        exact = next((_OB3_VERSIONS[name] for name in contexts if name in _OB3_VERSIONS), "3.0")
        read = tuple(open_badges.read_achievement_credential(part, rules))
        because = f"the type {min(badge)}"
        return _finished(part.ledger, "open_badge", because, open_badges.KNOWN, version=exact, credentials=read)
    if "EuropeanDigitalCredential" in types:
        read = tuple(elm.read_credential(part, rules))
        because = "the type EuropeanDigitalCredential"
        return _finished(part.ledger, "elm", because, elm.KNOWN, version="3", credentials=read)
    if "EndorsementCredential" in types:
        raise UnknownDocument("an endorsement, which is no credential of a learner", LOOKED_FOR)
    read = tuple(verifiable_credentials.read_credential(part))
    return _finished(
        part.ledger, "verifiable_credential", "the type VerifiableCredential", verifiable_credentials.KNOWN,
        version=version, credentials=read,
    )  # fmt: skip


def _badge(top: Part, rules: RuleSet) -> ReadDocument | None:
    found = {"Assertion", "BadgeClass"} & set(top.types)
    if not found:
        return None
    read = tuple(open_badges.read_badge_2(top, rules))
    because = f"the type {min(found)}"
    return _finished(top.ledger, "open_badge", because, open_badges.KNOWN, version="2", credentials=read)


def _elm(top: Part, rules: RuleSet) -> ReadDocument | None:
    graph = [node for node in top.many("@graph") if isinstance(node.value, dict)]
    parts = [top, *graph, *top.many("learningAchievementSpecification")]
    found = next((part for part in parts if elm.is_specification(part)), None)
    if found is None:
        return None
    top.describes()
    read = tuple(elm.read_specifications(top, rules))
    because = f"the type {', '.join(found.types)}"
    return _finished(top.ledger, "elm", because, elm.KNOWN, version="3", credentials=read)
