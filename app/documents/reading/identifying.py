"""The ids that things of a document get here."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from app.documents.graphs import LONGEST_LIST
from app.documents.reading import values
from app.documents.reading.parts import Part, at

LONGEST_NAME = 150
"""Most characters of an address that become an id."""

CTID = re.compile(r"ce-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
"""How identifiers of the Credential Registry look."""
OWN = re.compile(r"/v1/(?:credentials|decisions|recognisers)/([^/?#]+)$")
"""How addresses of a service like this one end."""
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._~]+")


def id_of(part: Part, said: Mapping[str, str]) -> str:
    """The id here of what a part describes.

    That which the sender says (``said``, by what the file calls it), the id that the address has at a service like this
    one, the CTID, or the address in letters that ids have. What has no address is known by its description: the same
    words give the same id.
    """
    node = part.value
    ctid = node.get("ceterms:ctid")
    title = next((values.best(part.one(key)) for key in ("ceterms:name", "title", "name") if part.one(key)), None)
    for name in (part.id, ctid, title and title.text):
        if isinstance(name, str) and name in said:
            return said[name]
    if isinstance(ctid, str) and ctid and OWN.search(part.id or "") is None:
        return ctid
    if part.id is not None and not is_blank(part.id):
        return id_at(part.id)
    digest = hashlib.sha256(json.dumps(_described(node, part, 0), sort_keys=True).encode()).hexdigest()[:16]
    return f"{_slug(title.text if title else '')[:80]}-{digest}".strip("-")


def is_blank(name: str | None) -> bool:
    """Whether a thing has no name outside of its document: none at all, or one that every document gives anew."""
    return name is None or name.startswith(("_:", "urn:epass:"))


def _described(value: Any, part: Part, depth: int) -> Any:
    """A value with what it names by names of the document alone in their place, and without these names."""
    if isinstance(value, dict):
        return {
            key: _described(inner, part, depth)
            for key, inner in value.items()
            if not (key in ("@id", "id") and isinstance(inner, str) and is_blank(inner))
            and not (isinstance(inner, list) and len(inner) > LONGEST_LIST)
        }
    if isinstance(value, list):
        return [_described(inner, part, depth) for inner in value]
    if isinstance(value, str) and is_blank(value):
        place = part.ledger.places.get(value)
        return _described(at(part.ledger, place).value, part, depth + 1) if place and depth < 3 else None
    return value


def id_at(address: str) -> str:
    """The id of what stands at an address.

    >>> id_at("https://p.example/v1/credentials/knots"), id_at("https://badges.example/a/7")
    ('knots', 'badges.example-a-7')
    """
    if own := OWN.search(address):
        return unquote(own[1])
    if ctid := CTID.search(address):
        return ctid[0]
    name = _slug(re.sub(r"^https?://", "", address))
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[:LONGEST_NAME]}-{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def _slug(text: str) -> str:
    return _NOT_IN_IDS.sub("-", text).strip("-")
