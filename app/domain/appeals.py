"""What can be done against a refusal: who hears an appeal or a complaint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.described import described
from app.domain.recognisers import Recogniser, RecogniserKind
from app.domain.rules import Purpose
from app.domain.sources import Citation, Confidence, Statement


@described
@dataclass(frozen=True, kw_only=True)
class AppealRoute(Statement):
    """Who hears an appeal or a complaint in a place when recognition is refused."""

    jurisdiction: str
    """Code of the place."""
    purposes: tuple[Purpose, ...] = ()
    """Purposes for which it is open. Empty: all."""
    recogniser: str | None = None
    """Id of the body whose decisions it is about; absent: anybody's in the place."""
    recogniser_kinds: tuple[RecogniserKind, ...] = ()
    """Kinds of bodies whose decisions it is about. Empty: any."""
    to: str | None = None
    """Id of the recogniser that hears it."""
    text: str
    """What can be brought before whom, and after which earlier step, in a sentence."""
    within: str | None = None
    """The time limit in words."""
    url: str | None = None
    """Public page of the route."""


@described
@dataclass(frozen=True, kw_only=True)
class Appeal:
    """A way to have a refusal looked at again."""

    by: str
    """Id of the appeal route."""
    text: str
    """What can be brought before whom."""
    recogniser_kinds: tuple[RecogniserKind, ...] = ()
    """Kinds of bodies whose decisions it is about. Empty: any."""
    to: str | None = None
    """Name of the body that hears it."""
    within: str | None = None
    """The time limit in words."""
    url: str | None = None
    """Where to go."""
    confidence: Confidence = "low"
    """How well it is known."""
    sources: tuple[Citation, ...] = ()
    """What it rests on."""


def find_appeals(
    routes: Iterable[AppealRoute],
    chain: tuple[str, ...],
    purpose: Purpose,
    on: date,
    *,
    recogniser_ids: frozenset[str],
    kind: RecogniserKind | None,
    recognisers: Mapping[str, Recogniser],
) -> tuple[Appeal, ...]:
    """What is open in a place on a day: one body's own route first, then the nearer place.

    ``recogniser_ids`` and ``kind`` are those of the body asked about. When none is, routes against the decisions of
    some kinds of bodies are told too, but not those against one body's own.
    """
    found = [
        route
        for route in routes
        if route.jurisdiction in chain
        if route.holds_on(on)
        if not route.purposes or purpose in route.purposes
        if route.recogniser is None or route.recogniser in recogniser_ids
        if not route.recogniser_kinds or kind is None or kind in route.recogniser_kinds
    ]
    found.sort(key=lambda route: (route.recogniser is None, chain.index(route.jurisdiction), route.id))
    return tuple(_appeal(route, recognisers.get(route.to or "")) for route in found)


def _appeal(route: AppealRoute, body: Recogniser | None) -> Appeal:
    return Appeal(
        by=route.id,
        text=route.text,
        recogniser_kinds=route.recogniser_kinds,
        to=body.name if body else None,
        within=route.within,
        url=route.url or (body.url if body else None),
        confidence=route.confidence,
        sources=route.sources,
    )
