"""CASE 1.0 and 1.1 (Competencies and Academic Standards Exchange): items of a framework, read as skills."""

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
