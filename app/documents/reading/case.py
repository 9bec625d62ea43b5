"""CASE 1.0 and 1.1 (Competencies and Academic Standards Exchange): items of a framework, read as skills."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.documents.reading import values
from app.documents.reading.parts import Part, written
from app.documents.reading.result import Found
from app.domain.credential import Skill
from app.domain.errors import UnreadableDocument

KNOWN = frozenset(
    (
        "CFDocument", "CFAssociations", "CFDefinitions", "CFRubrics", "identifier", "uri", "CFItemType",
        "CFItemTypeURI",
        "CFDocumentURI", "CFPackageURI", "humanCodingScheme", "listEnumeration", "abbreviatedStatement",
        "alternativeLabel",
        "notes", "conceptKeywords", "conceptKeywordsURI", "educationLevel", "language", "licenseURI", "statusStartDate",
        "statusEndDate", "lastChangeDateTime", "title", "creator", "publisher", "description", "subject", "subjectURI",
        "version", "adoptionStatus", "frameworkType", "caseVersion", "officialSourceURL", "@context", "type",
        "extensions",
    )
)  # fmt: skip
"""Terms of the specification that no skill is made of."""


def is_case(part: Part) -> bool:
    """Whether a document is a package, a list of items, or one item."""
    value = part.value
    return isinstance(value, dict) and ("CFItems" in value or "CFItem" in value or "fullStatement" in value)


def read_items(part: Part) -> tuple[tuple[Skill, ...], tuple[Found, ...]]:
    """The items as skills, in their order, and where they stand. Raises UnreadableDocument when there is none."""
    items = part.all("CFItems", "CFItem") or [part]
    skills: list[Skill] = []
    found: list[Found] = []
    for item in items:
        statement = item.one("fullStatement")
        if statement is None or statement.text is None:
            continue
        address = item.one("uri")
        if address is not None and isinstance(address.value, dict):
            address = address.one("uri")
        for told in (statement, address if address is not None and address.text else None):
            if told is not None:
                told.take()
                found.append(Found(attribute="skills", pointer=told.pointer, written=written(told.value)))
        skills.append(Skill(label=statement.text, uri=address.text if address is not None else None))
    if not skills:
        raise UnreadableDocument("no item with a fullStatement", "at least one", part.pointer or "/CFItems")
    return tuple(dict.fromkeys(skills)), tuple(found)


def is_placing(node: Mapping[str, Any]) -> bool:
    """Whether a node is an association that says of what an item is a part."""
    return node.get("associationType") == "isChildOf"


def placed(node: Mapping[str, Any]) -> list[str]:
    """The identifier of the item of which an association says something."""
    origin = node.get("originNodeURI")
    name = origin.get("identifier") if isinstance(origin, dict) else None
    return [name] if isinstance(name, str) else []


def read_item(item: Part, framework: Part | None, around: Sequence[Part]) -> Mapping[str, tuple[Any, Part]]:
    """What an item says of a skill, by the attributes of a listed skill, and where each is said.

    ``framework`` is the document that lists it or a link to that, ``around`` has the associations that begin at it. The
    day on which its status ended is the first on which it no longer holds.
    """
    told: dict[str, tuple[Any, Part]] = {}
    for name, holder, term in (
        ("uri", item, "uri"), ("label", item, "fullStatement"), ("code", item, "humanCodingScheme"),
        ("kind", item, "CFItemType"), ("framework", framework, "title"), ("framework_uri", framework, "uri"),
    ):  # fmt: skip
        part = holder.one(term) if holder is not None else None
        if part is not None and part.text is not None:
            told[name] = part.text, part
    for name, term in (("valid_from", "statusStartDate"), ("valid_to", "statusEndDate")):
        part = item.one(term)
        if part is not None and (day := values.day(part)) is not None:
            told[name] = day, part
    part = item.one("language") or (framework.one("language") if framework is not None else None)
    if part is not None and (language := values.language(part.text)) is not None:
        told["language"] = language, part
    above: dict[str, Part] = {}
    for link in _above(framework, around):
        address = link.one("uri")
        if address is not None and address.text is not None:
            above.setdefault(address.text, address)
    if above:
        told["broader"] = tuple(above), next(iter(above.values()))
    return told


def unaddressed(framework: Part | None, around: Sequence[Part]) -> list[Part]:
    """The links to broader items that lack the address, without which the broader skill cannot be told."""
    links = ((link, link.one("uri")) for link in _above(framework, around))
    return [link for link, address in links if address is None or address.text is None]


def _above(framework: Part | None, around: Sequence[Part]) -> Iterator[Part]:
    """Links to what an item is a part of, the framework itself left out."""
    for association in around:
        link = association.one("destinationNodeURI") if is_placing(association.value) else None
        if link is not None and not _is_same(link, framework):
            yield link


def _is_same(part: Part, framework: Part | None) -> bool:
    """Whether a link leads to the framework itself, of which its topmost items are said to be a part."""
    if framework is None or not isinstance(framework.value, dict) or not isinstance(part.value, dict):
        return False
    told = framework.value
    return any(told.get(key) is not None and part.value.get(key) == told[key] for key in ("uri", "identifier"))
