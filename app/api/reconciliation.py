"""Shapes of the requests of the W3C Entity Reconciliation API, 0.2 and 1.0-draft, and what they ask."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from app.api.responses import page_headers
from app.domain.credential import CredentialKind
from app.services.reconciling import MOST_CANDIDATES, ROOT_TYPE, Asked, Condition

KINDS: tuple[str, ...] = get_args(CredentialKind)
BATCH = 100
"""Most queries in one request."""
MOST_ROWS = 500
"""Most credentials in one request for columns."""
PREVIEW = {"width": 420, "height": 220}
FRAMED = page_headers("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *")
"""Previews are shown in frames of the tools that reconcile, wherever these run; nothing in them can be pressed."""


class ReferredEntity(BaseModel):
    """An entity as a value."""

    id: str = Field(description="Its id.")
    name: str | None = Field(default=None, description="Its name.")


PropertyValue = str | bool | int | float | ReferredEntity


class PropertyOf02(BaseModel):
    """A property of a query."""

    pid: str = Field(description="Its id.")
    v: PropertyValue | list[PropertyValue] = Field(description="Its value or values.")


class QueryOf02(BaseModel):
    """A query of version 0.2."""

    model_config = ConfigDict(extra="forbid")

    query: str | None = Field(default=None, max_length=1000, description="The name.")
    type: str | list[str] | None = Field(default=None, description="Type or types.")
    limit: float | None = Field(default=None, gt=0, description="Most candidates.")
    properties: list[PropertyOf02] | None = Field(default=None, description="Properties.")
    type_strict: Literal["any", "should", "all"] | None = Field(default=None, description="Not used: types are strict.")

    @model_validator(mode="after")
    def _asks_something(self) -> "QueryOf02":
        if self.query is None and not self.properties:
            raise ValueError("a query, or at least one property")
        return self


class ConditionOfDraft(BaseModel):
    """A condition of a query."""

    matchType: Literal["name", "id", "property"] = Field(description="What is compared.")
    propertyId: str | None = Field(default=None, description="Id of the property.")
    propertyValue: PropertyValue | list[PropertyValue] = Field(description="Its value or values.")
    required: StrictBool = Field(default=False, description="Whether candidates must have it.")
    matchQuantifier: Literal["any", "all", "none"] = Field(default="any", description="Which values.")
    matchQualifier: str | None = Field(default=None, description="Not used.")


class QueryOfDraft(BaseModel):
    """A query of version 1.0-draft."""

    model_config = ConfigDict(extra="forbid")

    type: str | None = Field(default=None, description="Type.")
    limit: float | None = Field(default=None, gt=0, description="Most candidates.")
    lang: str | None = Field(default=None, description="Language of the query; not used.")
    dir: str | None = Field(default=None, description="Direction of the text; not used.")
    conditions: list[ConditionOfDraft] = Field(min_length=1, description="What candidates should match.")


class BatchOfDraft(BaseModel):
    """A batch of queries."""

    queries: list[QueryOfDraft] = Field(max_length=BATCH, description="The queries.")


class ExtendedProperty(BaseModel):
    """A column that is asked for."""

    id: str = Field(max_length=200, description="Id of the property.")
    settings: dict[str, str | int | float | bool] = Field(default_factory=dict, description="Its settings.")


class Extension(BaseModel):
    """A request for columns."""

    ids: list[str] = Field(max_length=MOST_ROWS, description="Ids of credentials.")
    properties: list[ExtendedProperty] = Field(max_length=30, description="The columns.")


def _kind(types: Iterable[str]) -> tuple[bool, str | None]:
    """Whether any such type exists, and the kind that it stands for."""
    wanted = list(types)
    kinds = [name for name in wanted if name in KINDS]
    return not wanted or ROOT_TYPE in wanted or bool(kinds), kinds[0] if kinds and ROOT_TYPE not in wanted else None


def _texts(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one.id if isinstance(one, ReferredEntity) else str(one) for one in values)


def _limit(limit: float | None) -> int:
    return min(int(limit or 10) or 1, MOST_CANDIDATES)


def of_02(query: QueryOf02) -> Asked | None:
    """What a query of version 0.2 asks; None when it wants a type that there is not."""
    types = [query.type] if isinstance(query.type, str) else query.type or []
    known, kind = _kind(types)
    if not known:
        return None
    return Asked(
        names=(query.query,) if query.query else (),
        kind=kind,
        limit=_limit(query.limit),
        conditions=tuple(Condition(property_id=p.pid, values=_texts(p.v)) for p in query.properties or ()),
    )


def of_draft(query: QueryOfDraft) -> Asked | None:
    """What a query of version 1.0-draft asks; None when it wants a type that there is not."""
    known, kind = _kind([query.type] if query.type else [])
    if not known:
        return None
    names = [text for c in query.conditions if c.matchType == "name" for text in _texts(c.propertyValue)]
    ids = [text for c in query.conditions if c.matchType == "id" for text in _texts(c.propertyValue)]
    return Asked(
        names=tuple(names),
        ids=tuple(ids),
        kind=kind,
        limit=_limit(query.limit),
        conditions=tuple(
            Condition(
                property_id=c.propertyId or "",
                values=_texts(c.propertyValue),
                required=c.required,
                quantifier=c.matchQuantifier,
            )
            for c in query.conditions
            if c.matchType == "property"
        ),
    )
