"""Looks up credentials of the catalogue without the framework's routing, once it knows how a query string asks.

Most look-ups ask in the same way about ever other credentials. What the framework does for each of them (finding the
route, reading and checking parameters, opening a session) takes many times as long as the answer. So the route answers
the first question of a kind, and whatever is out of the ordinary; the others are answered here, with the same bytes.
"""

import json
import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.bodies import App, Receive, Scope, Send
from app.api.dependencies import today
from app.api.metrics import count_outcomes
from app.api.negotiation import PRINTED, accept_of, liked
from app.api.responses import BY_ACCEPT, as_json, headers_of
from app.api.schemas import CredentialById, RecognitionRequest, permalink
from app.domain.credential import Credential
from app.domain.report import Report, UnderstoodCredential
from app.domain.ruleset import RuleSet
from app.services.answering import Shared, Way
from app.services.lookup import look_up_plainly, way_of
from app.store.database import DatabaseAway

PATH = re.compile(r"/v1/credentials/([^/]{1,200})/recognition")
ROUTE = SimpleNamespace(path_format="/v1/credentials/{credential_id}/recognition")
"""What is told of such a look-up as its route."""
KEPT = 1_024
"""Most query strings that are known at a time."""

_GAP = "\x00gap\x00"


@dataclass(frozen=True)
class _Asking:
    """How a query string asks, on one day of one release."""

    release: int
    as_of: date
    """The day on which it was asked."""
    way: Way
    pinned: tuple[str, str]
    """The text of a permalink before and after the id."""


class KnownQueries:
    """Ways of asking, each by the text that asks so; the least used forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, _Asking] = OrderedDict()

    def learn(self, query: bytes, body: RecognitionRequest, rules: RuleSet) -> None:
        """Remember how a query string, or the options in a batch, ask of this release: the question read from it."""
        if self._find(query, rules) is not None or body.genuineness is not None or body.release is not None:
            return
        question = body.question()
        way = way_of(question, rules)
        if way is None:
            return
        gap = body.model_copy(update={"credential": CredentialById(id=_GAP)})
        before, after = gap.pinned_text(question.as_of, rules.release.number).split(json.dumps(_GAP))
        self._kept[query] = _Asking(rules.release.number, today(), way, (before, after))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _find(self, query: bytes, rules: RuleSet) -> _Asking | None:
        """How a text asks of this release today, when that is known."""
        asking = self._kept.get(query)
        known = asking is not None and (asking.release, asking.as_of) == (rules.release.number, today())
        return asking if known else None

    async def answer(
        self, query: bytes, credential_id: str, engine: AsyncEngine, rules: RuleSet, public_url: str
    ) -> bytes | None:
        """The report on a credential in JSON, where it takes no more than what is known and one read by key."""
        asking = self._kept.get(query)
        if (
            not credential_id.isascii()
            or asking is None
            or asking.release != rules.release.number
            or asking.as_of != today()
        ):
            return None
        self._kept.move_to_end(query)
        try:
            found = await look_up_plainly(engine, rules, asking.way, credential_id)
        except DatabaseAway:  # the long way tries too, and tells of it
            return None
        if found is None:
            return None
        count_outcomes(found[0].report)
        before, after = asking.pinned
        told = json.dumps(credential_id, ensure_ascii=False)
        return report_in_json(*found, permalink(public_url, f"{before}{told}{after}"))


class KnownCredentials:
    """ASGI middleware: answers look-ups of which the query string is known; passes all else on."""

    def __init__(self, app: App, public_url: str) -> None:
        self._app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        body = await self._answer(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        if body is None:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers_of(body, vary=BY_ACCEPT)})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope) -> bytes | None:
        path = PATH.fullmatch(scope["path"])
        state = scope["app"].state
        rules = state.rulesets.serving
        if path is None or rules is None or liked(accept_of(scope["headers"]), PRINTED) is not None:
            return None
        known: KnownQueries = state.known_queries
        body = await known.answer(scope["query_string"], path[1], state.engine, rules, self._public_url)
        if body is not None:
            scope["route"] = ROUTE
        return body


def report_in_json(shared: Shared, credential: Credential, address: str) -> bytes:
    """The report on a credential, put together from what it shares with those that are alike and what is its own."""
    if "json" not in shared.forms:
        empty = UnderstoodCredential(credential=Credential(title=_GAP))
        whole = as_json(Report, replace(shared.report, credential=empty, permalink=_GAP))
        before, behind = whole.split(as_json(UnderstoodCredential, empty))
        middle, after = behind.split(json.dumps(_GAP).encode())
        shared.forms["json"] = before, middle, after
    before, middle, after = shared.forms["json"]
    own = as_json(UnderstoodCredential, shared.understood(credential))
    return b"".join((before, own, middle, b'"', address.encode(), b'"', after))
