"""The published answers kept with the project, and the counting itself."""

import copy

import pytest
import yaml
from fastapi.testclient import TestClient

from tests.scorecard import GOLD, describe, run, summary


def test_no_published_answer_is_contradicted(service: TestClient) -> None:
    wrong = [verdict for verdict in run(service, GOLD) if verdict.result == "wrong"]
    assert wrong == [], "\n\n".join(map(describe, wrong))


@pytest.mark.parametrize(
    ("case_id", "change"),
    [
        ("gold-001", {"credit": {"amount": None, "min": None, "max": 15, "unit": "US semester credit"}}),
        ("gold-036", {"credit": {"amount": 15, "unit": "US semester credit"}}),
        ("gold-053", {"level": "SCQF 9"}),
        ("gold-051", {"recognised": "conditional"}),
        ("gold-130", {"share_of_programme": {"max_percent": 20}}),
        ("gold-071", {"valid_to": "2020-12-31"}),
    ],
)
def test_a_different_published_answer_is_counted_as_wrong(
    service: TestClient, tmp_path_factory: pytest.TempPathFactory, case_id: str, change: dict[str, object]
) -> None:
    case = next(case for case in yaml.safe_load(GOLD.read_text()) if case["id"] == case_id)
    changed = copy.deepcopy(case)
    changed["expected"].update(change)
    file = tmp_path_factory.mktemp("gold") / "gold.yaml"
    file.write_text(yaml.safe_dump([case, changed]))
    assert summary(run(service, file)) == "scorecard: 2 cases, 1 right, 1 wrong, 0 no information"
