"""Keys to what is not open to everybody, and the record of who did what."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, Field

from app.api.days import Day, Moment
from app.api.dependencies import Session
from app.api.examples import KEY_EXAMPLES
from app.api.numbers import WholeNumber
from app.api.one_way import OneWayRoute
from app.api.problems import CLOSED, PROBLEMS
from app.api.responses import private
from app.api.schemas import Closed, Nothing
from app.api.security import ADMIN, needs
from app.domain.access import LONGEST_NAME, ApiKey, Caller, Scope
from app.services.auditing import list_entries
from app.services.keys import create_key, list_keys, revoke_key
from app.store.audit import AuditEntry, Wanted

router = APIRouter(prefix=ADMIN, tags=["Access"], responses={**PROBLEMS, **CLOSED}, route_class=OneWayRoute)

KeyHolder = Annotated[Caller, needs("keys")]
Auditor = Annotated[Caller, needs("audit")]


Text = Annotated[str, Field(max_length=600, pattern=r"^[^\x00]*$")]
"""Without the one character that PostgreSQL cannot look for."""


class KeyRequest(Closed):
    """A key to make."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, description="Whose key it is, or what for.")
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=20,
        description="What its holder may do: only what you may do yourself.",
    )
    expires_on: Day | None = Field(
        default=None, description="First day (UTC) on which it no longer works. Without it: it works until revoked."
    )


class NewKey(BaseModel):
    """A key that was made."""

    key: ApiKey = Field(description="The key as it is listed.")
    secret: str = Field(description="The key itself. It is shown this once and stored nowhere: keep it now.")


class KeyList(BaseModel):
    """All keys."""

    items: list[ApiKey] = Field(description="Keys, revoked and expired ones too, the newest first.")


@router.post(
    "/keys", response_model=NewKey, status_code=201, summary="Make a key; its secret is shown once",
    description="It may be given the scopes that your own key holds, and no others.",
)  # fmt: skip
async def create(
    body: Annotated[KeyRequest, Body(openapi_examples=KEY_EXAMPLES)], session: Session, caller: KeyHolder
) -> Response:
    """A new key."""
    key, secret = await create_key(session, caller, body.name, body.scopes, body.expires_on)
    return private(NewKey, NewKey(key=key, secret=secret), status=201)


@router.get("/keys", response_model=KeyList, summary="All keys, without their secrets")
async def listing(nothing: Annotated[Nothing, Query()], session: Session, caller: KeyHolder) -> Response:
    """All keys."""
    return private(KeyList, KeyList(items=list(await list_keys(session))))


@router.delete(
    "/keys/{key_id}", response_model=ApiKey, summary="Revoke a key, for good",
    description="It works no longer, but stays in the list. Revoking it again changes nothing.",
)  # fmt: skip
async def revoke(
    key_id: Annotated[str, Path(description="Id of the key.", pattern="^[0-9a-f]{12}$", examples=["0123456789ab"])],
    nothing: Annotated[Nothing, Query()],
    session: Session,
    caller: KeyHolder,
) -> Response:
    """The key as it is then."""
    return private(ApiKey, await revoke_key(session, caller, key_id))


def _with_zone(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


class AuditQuery(Closed):
    """Which entries."""

    act: Text | None = Field(default=None, description="Only these acts, such as `key.create`.")
    caller: Text | None = Field(default=None, description="Only acts of this caller, by id.")
    target: Text | None = Field(default=None, description="Only acts on this.")
    since: Moment | None = Field(default=None, description="Only from this moment on; without a zone: UTC.")
    until: Moment | None = Field(default=None, description="Only before this moment; without a zone: UTC.")
    after: WholeNumber | None = Field(default=None, ge=1, le=2**31 - 1, description="Read on behind this entry.")
    limit: WholeNumber = Field(default=100, ge=1, le=1000, description="Most entries on a page.")


class AuditPage(BaseModel):
    """A page of the audit log."""

    items: list[AuditEntry] = Field(description="Entries, the newest first.")
    next: int | None = Field(default=None, description="Give this as ?after= to read on. Absent: there are no more.")


@router.get(
    "/audit", response_model=AuditPage, summary="Who did what, when and from where",
    description="Every act of an administrator with what it changed, and attempts that were refused, of which at most "
    "ten for each address and minute are kept. Entries cannot be changed or deleted.",
)  # fmt: skip
async def audit(query: Annotated[AuditQuery, Query()], session: Session, caller: Auditor) -> Response:
    """A page of entries."""
    wanted = Wanted(
        act=query.act,
        caller=query.caller,
        target=query.target,
        since=_with_zone(query.since),
        until=_with_zone(query.until),
        older_than=query.after,
    )
    items, following = await list_entries(session, wanted, query.limit)
    return private(AuditPage, AuditPage(items=list(items), next=following))
