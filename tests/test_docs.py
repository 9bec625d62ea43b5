"""The documentation names what there is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app.api.problems import FAULTS
from app.api.question_table import COLUMNS
from app.settings import ROOT, Settings
from tests.test_cases import test_case as check_case

PAGES = sorted(
    page
    for top in (ROOT, *(ROOT / name for name in ("docs", "data", "app", "migrations", "tests")))
    for page in (top.glob("*.md") if top == ROOT else top.rglob("*.md"))
)


def _page(name: str) -> str:
    return (ROOT / name).read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_setting_is_documented() -> None:
    text = _page("docs/operations.md")
    for name, field in Settings.model_fields.items():
        assert f"| `{name.upper()}` |" in text
        assert field.description


def test_every_kind_of_problem_is_documented() -> None:
    code = "".join(path.read_text() for path in (ROOT / "app/api").rglob("*.py"))
    kinds = {kind for _, kind in FAULTS.values()} | set(re.findall(r'problem\(\s*\d+,\s*"([a-z-]+)"', code))
    assert {"invalid-request", "body-too-large", "database-away", "internal-error"} <= kinds
    kinds |= {"not-found", "method-not-allowed"}  # named after the phrase of their status
    assert set(re.findall(r"\| `/problems/([a-z-]+)` \|", _page("docs/integrators.md"))) == kinds


def test_the_documented_commands_exist() -> None:
    makefile = _page("Makefile")
    for page in PAGES:
        for target in re.findall(r"`make ([\w-]+)", page.read_text()):
            assert f"\n{target}: " in makefile, f"{page.name}: make {target}"


def test_the_question_shown_to_integrators_can_be_asked(service: TestClient) -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", _page("docs/integrators.md"), flags=re.DOTALL)
    response = service.post("/v1/recognition", json=json.loads(shown))
    assert response.status_code == 200, response.text
    assert len(response.json()["outcomes"]) == 4


def test_every_column_of_a_table_of_questions_is_documented() -> None:
    text = _page("docs/integrators.md")
    assert [name for name in COLUMNS if f"`{name}`" not in text] == []


def test_the_fact_shown_to_advisers_is_one(service: TestClient) -> None:
    (shown,) = re.findall(r"`holder: (\{.*?\})`", _page("docs/advisers.md"))
    response = service.post("/v1/recognition", json={"credential": {"title": "A course"}, "holder": json.loads(shown)})
    assert response.status_code == 200, response.text


def test_the_case_shown_to_stewards_holds(service: TestClient) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", _page("docs/stewards.md"), flags=re.DOTALL)
    cases: list[dict[str, Any]] = yaml.load(shown, Loader=yaml.BaseLoader)
    for case in cases:
        assert service.get(f"/v1/sources/{case['source']}").status_code == 200
        for expected in case["expect"]:
            check_case(service, case, expected)
