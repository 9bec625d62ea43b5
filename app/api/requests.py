"""Gives every request an id, a line in the log and its place in the metrics."""

import re
import secrets
from asyncio import CancelledError
from itertools import count
from time import perf_counter

from app.api import metrics
from app.api.bodies import App, Message, Receive, Scope, Send
from app.api.problems import RETRY, problem
from app.logs import REQUEST_ID, RequestLines, Told

HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,100}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_PROCESS = secrets.token_hex(8)
_NUMBERS = count(1)
GONE = 499
"""What stands for a status where the caller went away before there was one."""


class ToldRequests:
    """ASGI middleware, the outermost: id, log line and metrics of each request.

    A line tells the route as it is written in the documentation, not the address that was asked, and never the query,
    a body or a header other than the id: what a caller says of a person or a credential stays out of the log.
    """

    def __init__(self, app: App, lines: RequestLines | None) -> None:
        self._app = app
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when it is over."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _id_of(scope)
        REQUEST_ID.set(request_id)
        status, sent = 0, 0

        async def told(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id.encode())]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, told)
        except CancelledError:  # the time for stopping is over
            if not status:
                await problem(503, "not-ready", "The service is stopping.", headers=RETRY)(scope, receive, told)
            raise
        except Exception:
            status = status or 500
            raise
        finally:
            seconds = perf_counter() - started
            route = getattr(scope.get("route"), "path_format", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            status = status or GONE
            metrics.count_request(route, method, status, seconds)
            if self._lines is not None:
                release = scope["app"].state.rulesets.active
                self._lines.add(Told(request_id, method, route, status, seconds, sent, release))


def _id_of(scope: Scope) -> str:
    """The id that the caller or a proxy gave, when it is short and plain, else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER and _SANE.fullmatch(value):
            return str(value.decode())
    return f"{_PROCESS}-{next(_NUMBERS):x}"
