"""The question over HTTP: by description and by id, pinned and reproduced."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.datasets.reader import read_files
from app.domain.dataset import merged
from app.main import create_app
from app.services.administration import load
from app.settings import Settings
from app.store import releases
from app.store.database import open_database, open_session
from tests.conftest import EXLAND
from tests.databases import migrated

BEES = {"title": "Beekeeping", "issuer": {"name": "Apiary Ltd"}}
PILOT = {"title": "Bees", "schemes": ["xf-pilot"], "assessed": True, "credit": {"amount": "2.5", "system": "xf-point"}}


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    response = client.post("/v1/recognition", json=body)
    assert response.status_code == 200, response.json()
    report: dict[str, Any] = response.json()
    return report


def one(client: TestClient, credential: dict[str, Any], **body: Any) -> dict[str, Any]:
    asked = {"jurisdictions": ["XF"], "purposes": ["credit_transfer"], "as_of": "2024-09-01", **body}
    (outcome,) = ask(client, credential=credential, **asked)["outcomes"]
    return dict(outcome)


def test_only_a_title_is_needed_and_every_place_with_rules_answers(exland: TestClient) -> None:
    report = ask(exland, credential={"title": "Bees"})
    assert {outcome["jurisdiction"] for outcome in report["outcomes"]} == {"XF"}
    assert len(report["outcomes"]) == 6
    assert "/credential/assessed" in report["credential"]["not_given"]


def test_a_place_of_which_nothing_is_recorded_answers_no_information(exland: TestClient) -> None:
    outcome = one(exland, {"title": "Bees"}, jurisdictions=["BR"])
    assert outcome["status"] == "no_information"
    assert "not a no" in outcome["statement"]


def test_amounts_are_exact_text(exland: TestClient) -> None:
    outcome = one(exland, {**PILOT, "credit": {"amount": "10/3", "system": "Exland point"}})
    assert outcome["status"] == "recognised"
    assert (outcome["credit"]["amount"], outcome["credit"]["bookable"]) == ("10/3", "3")


def test_a_requirement_that_fails_is_told_with_its_condition(exland: TestClient) -> None:
    credential = {**PILOT, "credit": {"amount": "50", "system": "xf-point"}, "issuer": {"country": "XF"}}
    outcome = one(exland, credential, purposes=["register"])
    assert outcome["status"] == "not_recognised"
    assert [c["text"] for c in outcome["conditions"] if c["state"] == "failed"] == ["Size of 1 to 40 xf-point"]


def test_a_described_credential_is_matched_to_the_catalogue_and_says_so(exland: TestClient) -> None:
    report = ask(exland, credential=BEES, jurisdictions=["XF"], purposes=["credit_transfer"], as_of="2023-06-01")
    assert report["credential"]["catalogue_id"] == "xf-beekeeping"
    assert report["credential"]["readings"][0]["attribute"] == "/credential/id"
    assert report["outcomes"][0]["because"] == ["xf-authority-beekeeping"]


@pytest.mark.parametrize(
    "credential",
    [
        {"title": "Beekeeping"},
        {"title": "Beekeeping", "issuer": {"name": "Somebody Else"}},
        {"title": "Beekeeping 2", "issuer": {"name": "Apiary Ltd"}},
        {"title": "Keeping Sheep", "issuer": {"name": "Apiary Ltd"}},
    ],
)
def test_what_is_not_clearly_meant_is_not_matched(exland: TestClient, credential: dict[str, Any]) -> None:
    assert "catalogue_id" not in ask(exland, credential=credential, jurisdictions=["XF"])["credential"]


@pytest.mark.parametrize("title", ["Beekeeping, not claimed in time", "Bee-keeping in practice", "BEEKEEPING"])
def test_spelling_and_remarks_do_not_hide_a_credential(exland: TestClient, title: str) -> None:
    report = ask(exland, credential={**BEES, "title": title}, jurisdictions=["XF"])
    assert report["credential"]["catalogue_id"] == "xf-beekeeping"


def test_what_the_question_states_overrules_the_catalogue(exland: TestClient) -> None:
    report = ask(exland, credential={**BEES, "assessed": False}, jurisdictions=["XF"])
    assert report["credential"]["credential"]["assessed"] is False


@pytest.mark.parametrize(
    ("name", "found"),
    [("xf-university", "xf-university"), ("UoE", "xf-university"), ("university of exland", "xf-university"),
     ("Universty of Exland", "xf-university"), ("Academy of Nowhere", None)],
)  # fmt: skip
def test_recognisers_are_found_by_id_name_alias_and_near_spelling(
    exland: TestClient, name: str, found: str | None
) -> None:
    assert one(exland, {"title": "Bees"}, recognisers=[name])["recogniser"].get("id") == found


def test_facts_of_holder_and_programme_are_heard(exland: TestClient) -> None:
    asked = {"recognisers": [{"name": "xf-university"}], "credential": {"title": "Bees", "awarded_on": "2024-01-01"}}
    (outcome,) = ask(exland, **asked, purposes=["credit_transfer"], as_of="2024-09-01", holder={"final_score": "59"},
                     programme={"title": "Diploma in Farming", "level": "diploma"})["outcomes"]  # fmt: skip
    assert outcome["status"] == "not_recognised"
    assert outcome["jurisdiction"] == "XF"


def test_a_score_may_be_a_number_or_text(exland: TestClient) -> None:
    asked = {"credential": {"title": "Bees", "awarded_on": "2024-01-01"}, "recognisers": ["xf-university"]}
    for scores, state in (((59, "59", 59.5), "failed"), ((60, "60", 100, "181/3"), "met"), ((1, 0), "failed")):
        for score in scores:
            conditions = one(exland, **asked, holder={"final_score": score})["conditions"]
            assert [c["state"] for c in conditions if "score of 60" in c["text"]] == [state], score


def test_a_known_credential_is_asked_by_its_address(exland: TestClient) -> None:
    query = "jurisdictions=XF,XG&purposes=credit_transfer&purposes=funding&as_of=2023-06-01"
    response = exland.get(f"/v1/credentials/xf-beekeeping/recognition?{query}")
    assert response.status_code == 200
    outcomes = [(o["jurisdiction"], o["purpose"]) for o in response.json()["outcomes"]]
    assert outcomes == [("XF", "credit_transfer"), ("XF", "funding"), ("XG", "credit_transfer"), ("XG", "funding")]


def test_asking_by_id_and_by_body_is_the_same_question(exland: TestClient) -> None:
    by_body = ask(exland, credential={"id": "xf-beekeeping"}, jurisdictions=["XF"], as_of="2023-06-01")
    by_address = exland.get("/v1/credentials/xf-beekeeping/recognition?jurisdictions=XF&as_of=2023-06-01").json()
    assert by_body == by_address


def test_the_permalink_gives_the_same_bytes(exland: TestClient) -> None:
    body = {"credential": {**BEES, "notional_hours": {"min": 90, "max": 110}}, "recognisers": ["xf-college"],
            "holder": {"final_score": "70"}, "as_of": "2023-06-01"}  # fmt: skip
    first = exland.post("/v1/recognition", json=body)
    again = exland.get(first.json()["permalink"])
    assert again.content == first.content


def test_an_older_release_answers_as_it_did(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    migrated(url)
    asyncio.run(load(url, EXLAND))
    data = merged(f.dataset for f in read_files([EXLAND / "frameworks", EXLAND / "catalogue"]))
    changed = tuple(replace(r, status="not_recognised") if r.id == "xf-boards-decide" else r for r in data.rules)

    async def add() -> None:
        engine = open_database(url)
        async with open_session(engine) as session, session.begin():
            await releases.activate(session, await releases.add_release(session, replace(data, rules=changed), "x"))
        await engine.dispose()

    credential = {"title": "Sheep", "schemes": []}
    with TestClient(create_app(Settings(database_url=url))) as client:
        before = client.post("/v1/recognition", json={"credential": credential, "jurisdictions": ["XF"]})
    asyncio.run(add())
    with TestClient(create_app(Settings(database_url=url))) as client:
        assert one(client, credential)["status"] == "not_recognised"
        assert one(client, credential, release=1)["status"] == "discretionary"
        assert client.get(before.json()["permalink"]).content == before.content
        assert client.get("/v1/releases").json()["items"][0]["number"] == 2
        assert client.post("/v1/recognition", json={"credential": credential, "release": 3}).status_code == 404


def test_reads_carry_an_etag_and_save_the_body(exland: TestClient) -> None:
    path = "/v1/credentials/xf-beekeeping/recognition?as_of=2023-06-01"
    etag = exland.get(path).headers["etag"]
    for header in (etag, f'"other", W/{etag}', "*"):
        response = exland.get(path, headers={"If-None-Match": header})
        assert (response.status_code, response.content) == (304, b"")
    assert exland.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
