"""Answers HEAD as GET without the body (RFC 9110 section 9.3.2)."""

from app.api.bodies import App, Message, Receive, Scope, Send


class HeadAsGet:
    """ASGI middleware: every address that takes GET takes HEAD."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask with GET and keep the body back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, without_body)
        finally:
            scope["route"] = asked.get("route")
