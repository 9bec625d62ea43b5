"""Who calls, and what they may do.

``Gate`` (``app.api.gate``) finds out who calls; a route says with ``needs`` what its caller must be allowed.
"""

from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from app.api.bodies import Scope as AsgiScope
from app.documents.signed_reports import CONTEXT_PATH, DID_PATHS
from app.domain.access import PREFIX, Caller, Scope
from app.domain.errors import NotAllowed, NotAuthenticated

ADMIN = "/v1/admin"
"""Addresses below this one are never open."""
OPEN = frozenset({"/", "/docs", "/openapi.json", "/health/live", "/health/ready", "/metrics", CONTEXT_PATH, *DID_PATHS})
"""Addresses that are open to everybody, always, and not counted."""
OPEN_FILES = "/static-offline-docs/"
"""Files of the documentation page."""

_BEARER = HTTPBearer(
    scheme_name="bearer",
    bearerFormat=f"{PREFIX}_...",
    description="An API key, or a token of the OpenID Connect provider that the operator named. The scopes that it "
    "must hold stand at each operation.",
    auto_error=False,
)


def needs(scope: Scope) -> Any:
    """What a route's caller must be allowed: ``caller: Annotated[Caller, needs("import")]``.

    Gives the Caller. Answers 401 when nobody knows who calls, 403 when they may not.
    """
    return Security(_allowed, scopes=[scope])


async def _allowed(request: Request, required: SecurityScopes, _: Annotated[Any, Security(_BEARER)]) -> Caller:
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise nobody()
    for scope in required.scopes:
        check_scope(caller, scope)
    return caller


def check_scope(caller: Caller, scope: str) -> None:
    """Raise NotAllowed unless the caller holds the scope."""
    if scope not in caller.scopes:
        raise NotAllowed(f"This needs the scope {scope!r}, which you do not hold.", scope)


def nobody() -> NotAuthenticated:
    """The fault of a caller who presents nothing."""
    return NotAuthenticated("This needs a key or a token: send it as 'Authorization: Bearer ...'.")


def presented_in(scope: AsgiScope) -> str | None:
    """What a request presents as a bearer token, or None. Raises NotAuthenticated when it cannot be read."""
    found: list[bytes] = [value for name, value in scope["headers"] if name == b"authorization"]
    if not found:
        return None
    scheme, _, value = found[0].partition(b" ")
    value = value.strip(b" ")
    sound = len(found) == 1 and scheme.lower() == b"bearer" and value.isascii() and b" " not in value
    if not sound or not value.decode("latin-1").isprintable():
        raise NotAuthenticated("The Authorization header cannot be read, expected one 'Bearer' and a key.", True)
    return value.decode("ascii")


def is_open(path: str) -> bool:
    """Whether an address is open to everybody, always."""
    return path in OPEN or path.startswith(OPEN_FILES)


def tell_gate(document: dict[str, Any], *, reads_closed: bool, limited: bool) -> dict[str, Any]:
    """The OpenAPI document with what the gate asks of readers, where it asks anything."""
    told = document["paths"][f"{ADMIN}/keys"]["get"]["responses"]
    statuses = [*(("401", "403") if reads_closed else ()), *(("429",) if limited else ())]
    for path, operations in document["paths"].items():
        for operation in () if is_open(path) else operations.values():
            operation["responses"].update({status: told[status] for status in statuses})
            if reads_closed:
                operation.setdefault("security", [{_BEARER.scheme_name: ["read"]}])
    return document
