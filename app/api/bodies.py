"""Refuses request bodies that are too large before they are read."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from app.api.problems import problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class BoundedBodies:
    """ASGI middleware: a body above the limit gets 413, told by its length or found while it arrives.

    The body is gathered here, at most the limit, and handed on in one piece. ``other`` gives some addresses a limit of
    their own. Addresses that take in a stream and bound it themselves are left alone.
    """

    def __init__(self, app: App, max_bytes: int, other: Mapping[str, int], streamed: frozenset[str]) -> None:
        self._app = app
        self._max = max_bytes
        self._other = other
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body, or refuse it."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or scope["path"] in self._streamed:
            await self._app(scope, receive, send)
            return
        most = self._other.get(scope["path"], self._max)
        told = dict(scope["headers"]).get(b"content-length", b"0")
        body, more = bytearray(), not (told.isdigit() and int(told) > most)
        too_large = not more
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                too_large, more = True, False
        if too_large:
            await problem(413, "body-too-large", f"The body is larger than {most} bytes.")(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def gathered() -> Message:
            return whole.pop() if whole else await receive()

        await self._app(scope, gathered, send)
