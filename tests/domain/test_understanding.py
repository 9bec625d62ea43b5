"""What a title plainly says."""

from datetime import date

import pytest

from app.domain.levels import LevelReference
from app.domain.report import Question
from app.domain.understanding import read_title
from app.domain.validity import DayRange
from tests.factories import a_credential, exland, rules_of

AS_OF = date(2026, 11, 28)
START = date.min


@pytest.mark.parametrize(
    ("title", "awarded"),
    [
        ("Course awarded six years ago", date(2020, 11, 28)),
        ("Course passed a year ago", date(2025, 11, 28)),
        ("Course passed 18 months ago", date(2025, 5, 28)),
        ("Certificate more than five years old", DayRange(min=START, max=date(2021, 11, 27))),
        ("Certification older than 5 years", DayRange(min=START, max=date(2021, 11, 27))),
        ("Course passed less than two years ago", DayRange(min=date(2024, 11, 28), max=AS_OF)),
        ("SOC101, completed in 2024", DayRange(min=date(2024, 1, 1), max=date(2024, 12, 31))),
        ("Course, taken after 2005", DayRange(min=date(2006, 1, 1), max=AS_OF)),
        ("Course earned before 2010", DayRange(min=START, max=date(2009, 12, 31))),
        ("Course earned since 2020", DayRange(min=date(2020, 1, 1), max=AS_OF)),
        ("Microsoft Office Specialist 2007", None),
        ("Course completed after 2030", None),
        ("Office 2003 and 2007 in two years", None),
    ],
)
def test_when_it_was_earned_is_read_where_the_title_says_so(title: str, awarded: date | DayRange | None) -> None:
    question, readings = read_title(Question(credential=a_credential(title=title), as_of=AS_OF), rules_of())
    assert question.credential.awarded_on == awarded
    assert ("/credential/awarded_on" in {reading.attribute for reading in readings}) == (awarded is not None)


def test_a_day_that_is_stated_is_never_overruled() -> None:
    told = a_credential(title="Course awarded six years ago", awarded_on=date(2026, 1, 1))
    question, _ = read_title(Question(credential=told, as_of=AS_OF), rules_of())
    assert question.credential.awarded_on == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Course at XFQ level 3", LevelReference(framework="xfq", value="3")),
        ("Course, XFQ levels 3 to 4", LevelReference(framework="xfq", min="3", max="4")),
        ("Exland Qualifications Framework level 2: bees", LevelReference(framework="xfq", value="2")),
        ("Course at XFQ level 9", None),
        ("Course at level 3", None),
        ("XFQ level 3 and EQF level 5", None),
    ],
)
def test_a_level_is_read_with_its_framework(title: str, level: LevelReference | None) -> None:
    question, _ = read_title(Question(credential=a_credential(title=title), as_of=AS_OF), exland())
    assert question.credential.level == level
