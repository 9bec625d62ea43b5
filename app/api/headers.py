"""Headers by which browsers keep answers from being misused."""

import base64
import hashlib
import re

from starlette.middleware.cors import CORSMiddleware

from app.api.bodies import App, Message, Receive, Scope, Send
from app.api.responses import NO_GUESSING
from app.api.security import ADMIN

DOCUMENTATION = ("/docs",)
"""Pages that are built from constants alone, so that their own scripts may be told by their hashes."""
((_NAME, _VALUE),) = NO_GUESSING.items()
_GUESSING = (_NAME.lower().encode(), _VALUE.encode())
_STRICT = (b"strict-transport-security", b"max-age=63072000")
"""Two years, as preload lists ask for at least one. Other hosts below this one are not ours to speak for."""
_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SafeHeaders:
    """ASGI middleware: nobody guesses the kind of an answer; pages run their own scripts only and stay out of frames.

    A page that comes with a policy of its own keeps it.

    Answers that are data carry their one header from where they are made: look-ups need not come by here, and the
    other headers only mean something for pages.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add headers to the answer."""
        held: list[Message] = []

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                message = {**message, "headers": headers if _GUESSING in headers else [*headers, _GUESSING]}
                has_policy = any(name == b"content-security-policy" for name, _ in headers)
                if not has_policy and any(
                    name == b"content-type" and value.startswith(b"text/html") for name, value in headers
                ):
                    held.append(message)
                    return
            elif held:
                start = held.pop()
                own = message.get("body", b"") if scope["path"].startswith(DOCUMENTATION) else b""
                await send({**start, "headers": [*start["headers"], *_for_page(own)]})
            await send(message)

        await self._app(scope, receive, guarded)


def _for_page(body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of a page; the scripts that stand in the body may run."""
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _SCRIPT.findall(body)]
    policy = [
        "default-src 'self'",
        " ".join(["script-src 'self'", *(f"'sha256-{each}'" for each in hashes)]),
        "style-src 'self' 'unsafe-inline'",  # the viewers of the documentation set styles at their elements
        "img-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    return [(b"content-security-policy", "; ".join(policy).encode()), (b"referrer-policy", b"no-referrer")]


class CrossOrigin:
    """ASGI middleware: pages of any origin may read what is open, never with credentials of the browser.

    What administrators use is open to the origins that the operator names, to none by default. Over https, browsers
    are told to keep to it. Who names no origin is no page of another: their requests go the short way, and what caches
    may keep says by itself that it varies with the origin.
    """

    def __init__(self, app: App, *, admin_origins: list[str]) -> None:
        self._app = app
        self._public = CORSMiddleware(
            app, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], allow_headers=["*"],
            expose_headers=["ETag", "RateLimit", "RateLimit-Policy", "Retry-After"],
        )  # fmt: skip
        self._admin: App = app
        if admin_origins:
            self._admin = CORSMiddleware(
                app, allow_origins=admin_origins, allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["Authorization", "Content-Type"],
                expose_headers=["RateLimit", "RateLimit-Policy", "Retry-After"],
            )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer browsers that ask first, and say who may read the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        app: App = self._app
        if scope["path"].startswith(ADMIN):
            app = self._admin
        else:
            for name, _ in scope["headers"]:
                if name == b"origin":
                    app = self._public
        await app(scope, receive, _strictly(send) if scope["scheme"] == "https" else send)


def _strictly(send: Send) -> Send:
    """The same with the header that keeps browsers on https (RFC 6797: only ever sent over https)."""

    async def strict(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], _STRICT]}
        await send(message)

    return strict
