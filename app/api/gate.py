"""Lets in who belongs in: finds out who calls before anything else is done for them."""

import logging

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.requests import Request
from starlette.responses import Response

from app.api.bodies import App, Message, Receive, Scope, Send
from app.api.limiting import Limit, Standing, network_of
from app.api.problems import on_database, respond_to
from app.api.security import ADMIN, check_scope, is_open, nobody, presented_in
from app.domain.access import Caller
from app.domain.errors import Fault, NotAuthenticated
from app.services.auditing import record
from app.services.identity import Identities
from app.store.database import open_session

log = logging.getLogger(__name__)

REFUSALS_OF_ADDRESS = "10/minute"
REFUSALS_OF_ALL = "100/minute"
"""How many refused attempts each process writes into the audit log: enough to see them, too few to fill it."""


class Gate:
    """ASGI middleware: what is closed asks for a key or a token, and what is limited is counted.

    It stands before the answers that are remembered, so these are closed and counted like others. What is open and
    not limited passes without being looked at further.
    """

    def __init__(self, app: App, *, reads_closed: bool, limit: str, admin_limit: str) -> None:
        self._app = app
        self._reads_closed = reads_closed
        self._limit = Limit("reads", limit) if limit else None
        self._admin_limit = Limit("admin", admin_limit) if admin_limit else None
        self._refusals = Limit("refusals", REFUSALS_OF_ADDRESS)
        self._all_refusals = Limit("all-refusals", REFUSALS_OF_ALL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(ADMIN):
            await self._guard(scope, receive, send, self._admin_limit, admin=True)
        elif (self._limit is None and not self._reads_closed) or is_open(scope["path"]):
            await self._app(scope, receive, send)
        else:
            await self._guard(scope, receive, send, self._limit, admin=False)

    async def _guard(self, scope: Scope, receive: Receive, send: Send, limit: Limit | None, *, admin: bool) -> None:
        """Pass on the request of a caller who may be there and does not come too often."""
        caller, fault = await _who(scope, kept=not admin)
        scope["state"] = {**scope.get("state", {}), "caller": caller}
        try:
            if fault is None and caller is None:
                raise nobody()
            if caller is not None and not admin and self._reads_closed:
                check_scope(caller, "read")
        except Fault as refused:
            fault = refused
        standing = limit.hit(caller.id if caller else network_of(_address(scope))) if limit else None
        if standing is not None and standing.is_over:
            await standing.refusal()(scope, receive, send)
            return
        closed = fault is not None and (admin or self._reads_closed)
        app = await _refusal(scope, fault) if closed and fault is not None else self._app
        status = await _pass(app, scope, receive, send, standing)
        if admin and status in (401, 403):
            key = fault.key if isinstance(fault, NotAuthenticated) else ""
            await self._note_refusal(scope, caller or Caller(id=key or "unknown", name="", scopes=frozenset(),
                                                             address=_address(scope)), status)  # fmt: skip

    async def _note_refusal(self, scope: Scope, caller: Caller, status: int) -> None:
        """Write a refused attempt into the audit log, unless many were written this minute."""
        if self._refusals.hit(network_of(caller.address)).is_over or self._all_refusals.hit("").is_over:
            return
        try:
            async with open_session(scope["app"].state.engine) as session, session.begin():
                await record(session, caller, "refused", f"{scope['method']} {scope['path']}", after={"status": status})
        except Exception:  # the attempt is refused all the same
            log.warning("could not write a refused attempt into the audit log", exc_info=True)


async def _who(scope: Scope, *, kept: bool) -> tuple[Caller | None, Fault | DBAPIError | NoConnection | None]:
    """Who calls, or what keeps us from knowing; neither when nothing is presented."""
    identities: Identities = scope["app"].state.identities
    try:
        presented = presented_in(scope)
        return (await identities.who(presented, _address(scope), kept=kept) if presented else None), None
    except (Fault, DBAPIError, NoConnection) as fault:
        return None, fault


async def _refusal(scope: Scope, fault: Fault | DBAPIError | NoConnection) -> Response:
    return respond_to(fault) if isinstance(fault, Fault) else await on_database(Request(scope), fault)


async def _pass(app: App, scope: Scope, receive: Receive, send: Send, standing: Standing | None) -> int:
    """Let the application answer, tell how the caller stands, and give the status of the answer."""
    status = 0

    async def watched(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            if standing is not None:
                message = {**message, "headers": [*message["headers"], *standing.headers()]}
        await send(message)

    await app(scope, receive, watched)
    return status


def _address(scope: Scope) -> str:
    """The address that the connection comes from; behind a proxy, the one that a trusted proxy tells."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"
