from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.validity import Dated, years_before


def test_a_period_holds_on_its_first_day_and_not_on_its_end() -> None:
    period = Dated(valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1))
    assert period.holds_on(date(2024, 1, 1))
    assert period.holds_on(date(2024, 12, 31))
    assert not period.holds_on(date(2025, 1, 1))
    assert not period.holds_on(date(2023, 12, 31))
    assert period.last_day == date(2024, 12, 31)


def test_open_ends_hold_for_ever() -> None:
    assert Dated().holds_on(date.min)
    assert Dated().holds_on(date.max)


@given(st.dates(), st.dates(), st.dates())
def test_periods_that_meet_leave_neither_gap_nor_overlap(start: date, meeting: date, day: date) -> None:
    first, second = Dated(valid_to=meeting), Dated(valid_from=meeting)
    assert first.holds_on(day) != second.holds_on(day)


@pytest.mark.parametrize(("start", "end", "empty"), [(2, 1, True), (1, 1, True), (1, 2, False), (None, 1, False)])
def test_a_period_that_ends_before_it_begins_is_empty(start: int | None, end: int, empty: bool) -> None:
    first = None if start is None else date(2024, 1, start)
    assert Dated(valid_from=first, valid_to=date(2024, 1, end)).is_empty() == empty


def test_years_before_a_leap_day() -> None:
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
