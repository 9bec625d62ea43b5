"""Refuses request bodies that are too large before they are read."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from app.api.problems import problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class _TooLarge(Exception):
    pass


class BoundedBodies:
    """ASGI middleware: a body above the limit gets 413, told from its length or found while it arrives."""

    def __init__(self, app: App, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        told = headers.get(b"content-length", b"0")
        arrived = 0
        answered = False

        async def bounded() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._max:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            if told.isdigit() and int(told) > self._max:
                raise _TooLarge
            await self._app(scope, bounded, watched)
        except _TooLarge:
            if answered:
                raise
            text = f"The body is larger than {self._max} bytes."
            await problem(413, "body-too-large", text)(scope, receive, send)
