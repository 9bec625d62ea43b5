"""Days and moments as callers write them."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator


def _day(value: Any) -> Any:
    """Refuse what would be read as seconds since 1970: a day is written as one, or it may be quite another."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        return value
    raise ValueError("a date such as 2026-11-28")


def _moment(value: Any) -> Any:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        return value
    raise ValueError("a date and time such as 2026-11-28T12:00:00Z")


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
