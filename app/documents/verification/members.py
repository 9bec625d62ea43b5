"""Members of a document, which hold one value or a list of several."""

from typing import Any


def values_of(member: Any) -> list[Any]:
    """What a member holds: one value alone counts as a list of it, and null as none."""
    return member if isinstance(member, list) else [] if member is None else [member]
