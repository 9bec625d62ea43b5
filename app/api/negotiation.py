"""Which form of an answer a caller wants (RFC 9110 section 12.5.1)."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

JSON_LD = "application/ld+json"
HTML, PDF, VC = "text/html", "application/pdf", "application/vc+jwt"

Form = Literal["json", "html", "pdf", "vc"]
"""Forms of a report."""

FORMS: Mapping[str, Form] = {HTML: "html", PDF: "pdf", VC: "vc"}
"""Forms of a report besides JSON, by media type."""

PRINTED = tuple(FORMS)
"""Their media types."""

_JSON = ("application/json", "application/*", "*/*")


def wants_linked_data(accept: str) -> bool:
    """Whether an Accept header names JSON-LD, and likes nothing that is plain JSON better.

    >>> wants_linked_data("text/turtle, application/ld+json;q=0.9, */*;q=0.1"), wants_linked_data("*/*")
    (True, False)
    """
    return liked(accept, (JSON_LD,)) is not None


def wanted_form(accept: str, given: Form | None = None) -> Form:
    """The form of a report that is asked for, by its name or by an Accept header.

    >>> wanted_form("text/html,application/xhtml+xml,*/*;q=0.8"), wanted_form("*/*"), wanted_form("text/html", "pdf")
    ('html', 'json', 'pdf')
    """
    return given or FORMS.get(liked(accept, PRINTED) or "", "json")


@lru_cache(maxsize=256)
def liked(accept: str, offered: tuple[str, ...]) -> str | None:
    """The media type offered that the header names and likes best; None where it likes plain JSON better."""
    accept = accept.lower()
    if not any(kind in accept for kind in offered):
        return None
    weights: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weights[kind] = _weight(parameters)
    best = max(offered, key=lambda kind: weights.get(kind, 0.0))
    weight = weights.get(best, 0.0)
    is_liked = weight > 0 and weight >= next((weights[kind] for kind in _JSON if kind in weights), 0.0)
    return best if is_liked else None


@lru_cache(maxsize=256)
def told_apart(accept: str) -> tuple[str | None, str | None]:
    """What an answer depends on of an Accept header, whichever forms its address has."""
    return liked(accept, (JSON_LD,)), liked(accept, PRINTED)


def accept_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The Accept header of a request; several count as one."""
    found = [value for name, value in headers if name == b"accept"]
    return b",".join(found).decode("latin-1")


def _weight(parameters: list[str]) -> float:
    given = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0
