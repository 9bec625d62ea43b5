"""The coverage report counts what there is, and the published one is current."""

from app.services.coverage import coverage_report
from app.settings import ROOT
from tests.factories import EXLAND


def test_the_published_report_is_current() -> None:
    published = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert published == coverage_report(ROOT / "data"), "run make coverage-report"


def test_it_counts_rules_by_place_and_purpose_and_says_on_what_they_rest() -> None:
    lines = coverage_report(EXLAND).splitlines()
    assert "| XF | Exland | 3 | - | 1 | 3 | - | - | 2 |" in lines
    assert "| XF | register | 3 | 1 | national framework | high | 2024 | - |" in lines
    assert "| XF | credit transfer | 3 | - | law | medium | 2024 | 2 |" in lines
    assert "| XR | funding | 1 | - | practice | low | undated | - |" in lines
