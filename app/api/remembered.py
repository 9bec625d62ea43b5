"""Keeps the bytes of answers, and answers 304 to callers that hold them already."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

from app.api import metrics
from app.api.bodies import App, Message, Receive, Scope, Send
from app.api.dependencies import today
from app.api.negotiation import accept_of, told_apart

KEPT = ("/v1/recognition", "/v1/credentials", "/v1/suggest", "/v1/convert/")
"""Addresses whose answers follow from the release, the day, the address and the form wanted alone."""

ASKED_ONCE = 65_536
"""Most answers that are known to have been asked for once and are not kept."""

Key = tuple[int, date, str, bytes, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True)
class _Answer:
    start: Message
    etag: bytes
    body: bytes
    route: object

    async def send(self, held: bytes | None, send: Send) -> None:
        """The whole answer, or 304 without a body when the caller holds it.

        What is sent is a copy: whoever passes it on may add headers to it.
        """
        headers = list(self.start["headers"])
        if held is None or not _names(held, self.etag):
            await send({**self.start, "headers": headers})
            await send({"type": "http.response.body", "body": self.body})
            return
        headers = [pair for pair in headers if pair[0] not in (b"content-length", b"content-type")]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class RememberedAnswers:
    """ASGI middleware: a GET that was answered before on the same release and day gets the same bytes.

    What has no ETag (streams, problems) is passed on. The least used answers are forgotten first. Once the memory is
    full, an answer must be asked for a second time to get in: who reads a whole catalogue leaves no trace.
    """

    def __init__(self, app: App, most_bytes: int) -> None:
        self._app = app
        self._most = self._room = most_bytes
        self._kept: OrderedDict[Key, _Answer] = OrderedDict()
        self._asked_once: set[int] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass on and remember."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        key = _key(scope)
        answer = self._kept.get(key) if key is not None else None
        if answer is None:
            answer = await self._ask(scope, receive, send)
            if answer is None:
                return
            # A release that was activated meanwhile may have answered already: then it is not known whose answer it is.
            if key is not None and key[:2] == _state(scope):
                metrics.MISSES.inc()
                self._keep(key, answer)
        elif key is not None:
            metrics.HITS.inc()
            scope["route"] = answer.route
            self._kept.move_to_end(key)
        await answer.send(dict(scope["headers"]).get(b"if-none-match"), send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> _Answer | None:
        """The answer gathered, or None when it had no ETag and was passed on."""
        start: list[Message] = []
        body: list[bytes] = []

        async def gather(message: Message) -> None:
            if message["type"] == "http.response.start" and b"etag" in dict(message["headers"]):
                start.append(message)
            elif start:
                body.append(message.get("body", b""))
            else:
                await send(message)

        await self._app(scope, receive, gather)
        if not start:
            return None
        return _Answer(start[0], dict(start[0]["headers"])[b"etag"], b"".join(body), scope.get("route"))

    def _keep(self, key: Key, answer: _Answer) -> None:
        if key in self._kept:  # by another request, while this one was being answered
            return
        size = _size(key, answer)
        if size > self._room and self._is_new(hash(key)):
            return
        self._kept[key] = answer
        self._room -= size
        while self._room < 0:
            self._room += _size(*self._kept.popitem(last=False))
        metrics.REMEMBERED.set(self._most - self._room)

    def _is_new(self, asked: int) -> bool:
        """Whether nobody asked for this lately."""
        if asked in self._asked_once:
            self._asked_once.discard(asked)
            return False
        if len(self._asked_once) == ASKED_ONCE:
            self._asked_once.clear()
        self._asked_once.add(asked)
        return True


def _key(scope: Scope) -> Key | None:
    """What an answer follows from; None where it follows from more."""
    active, day = _state(scope)
    if active is None or not scope["path"].startswith(KEPT):
        return None
    form = told_apart(accept_of(scope["headers"]))
    return active, day, scope["path"], scope["query_string"], form


def _state(scope: Scope) -> tuple[int | None, date]:
    """The release that is served, and the day."""
    return scope["app"].state.rulesets.active, today()


def _size(key: Key, answer: _Answer) -> int:
    """Bytes that an answer takes in memory, roughly: its own, its address, and what holds them together."""
    return len(answer.body) + len(key[2]) + len(key[3]) + 1_000


def _names(header: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match header names this ETag (weak comparison, RFC 9110 section 13.1.2)."""
    held = [part.strip().removeprefix(b"W/") for part in header.split(b",")]
    return etag in held or b"*" in held
