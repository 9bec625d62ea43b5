"""The only place that compares days.

A period is half open: it holds from its first day up to, but not on, the day it ends.
An open end holds for ever. So a rule that ends on 1 January 2024 and one that starts on
that day never both hold and never leave a gap.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.described import described


@described
@dataclass(frozen=True, kw_only=True)
class Dated:
    """Something that holds during a period."""

    valid_from: date | None = None
    """First day on which it holds. Absent: it has held for as long as anybody has asked."""
    valid_to: date | None = None
    """First day on which it no longer holds (the end is not included). Absent: no end is known."""

    def holds_on(self, day: date) -> bool:
        """Say whether the period includes this day.

        >>> Dated(valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1)).holds_on(date(2025, 1, 1))
        False
        """
        return not self.starts_after(day) and not self.ended_by(day)

    def starts_after(self, day: date) -> bool:
        """Say whether the period is still to come on this day."""
        return self.valid_from is not None and day < self.valid_from

    def ended_by(self, day: date) -> bool:
        """Say whether the period is already over on this day."""
        return self.valid_to is not None and day >= self.valid_to

    def is_empty(self) -> bool:
        """Say whether no day at all lies in the period: its end is not after its start."""
        return None not in (self.valid_from, self.valid_to) and self.ended_by(self.valid_from or date.min)

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, as people usually write an end."""
        return None if self.valid_to is None else self.valid_to - timedelta(days=1)


@described
@dataclass(frozen=True, kw_only=True)
class DayRange:
    """Some day of these, where the very day is not known."""

    min: date
    """First day that it can be."""
    max: date
    """Last day that it can be."""

    def within(self, first: date | None, end: date | None) -> bool | None:
        """Whether it lies from a first day up to, not on, an end; None when only some of its days do.

        >>> DayRange(min=date(2024, 1, 1), max=date(2024, 12, 31)).within(date(2024, 6, 1), None) is None
        True
        """
        if (first is None or self.min >= first) and (end is None or self.max < end):
            return True
        return False if (first is not None and self.max < first) or (end is not None and self.min >= end) else None


def as_days(value: date | DayRange) -> DayRange:
    """A single day as the range that holds only it."""
    return value if isinstance(value, DayRange) else DayRange(min=value, max=value)


def overlap(one: Dated, other: Dated) -> bool:
    """Whether there is a day on which both hold.

    >>> overlap(Dated(valid_to=date(2024, 1, 1)), Dated(valid_from=date(2024, 1, 1)))
    False
    """
    starts = [day for day in (one.valid_from, other.valid_from) if day is not None]
    ends = [day for day in (one.valid_to, other.valid_to) if day is not None]
    return not starts or not ends or max(starts) < min(ends)


def years_before(day: date, years: int) -> date:
    """The same calendar day some years earlier; 29 February becomes 28 February.

    >>> years_before(date(2024, 2, 29), 5)
    datetime.date(2019, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
