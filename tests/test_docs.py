"""The documentation names what there is."""

import re
from pathlib import Path

import pytest

from app.api.problems import FAULTS
from app.settings import ROOT, Settings

PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "data").glob("*.md"),
    ROOT / "data/frameworks/README.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"`{name.upper()}`" in text
        assert field.description


def test_every_kind_of_problem_is_documented() -> None:
    text = (ROOT / "docs/integrators.md").read_text()
    for _, kind in FAULTS.values():
        assert f"`/problems/{kind}`" in text


def test_the_documented_commands_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        for target in re.findall(r"`make (\w+)", page.read_text()):
            assert f"\n{target}: " in makefile, f"{page.name}: make {target}"
