"""The data behind the answers: lists, single statements, places."""

import pytest
from fastapi.testclient import TestClient

LISTS = [
    "frameworks", "credit-systems", "credit-readings", "equivalences", "level-links", "schemes", "recognisers",
    "registers", "circumstances", "sources", "rules", "authorities", "jurisdictions", "credentials",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_pages_together_are_the_whole_list(exland: TestClient, name: str) -> None:
    whole = exland.get(f"/v1/{name}").json()["items"]
    assert whole
    paged, after = [], ""
    while True:
        page = exland.get(f"/v1/{name}", params={"limit": 1, "after": after}).json()
        paged += page["items"]
        if "next" not in page:
            break
        after = page["next"]
    assert paged == whole
    assert [item["id"] for item in whole] == sorted(item["id"] for item in whole)


@pytest.mark.parametrize(
    "name", [name for name in LISTS if name not in ("authorities", "jurisdictions", "credentials")]
)
def test_every_entry_has_an_address(exland: TestClient, name: str) -> None:
    for item in exland.get(f"/v1/{name}").json()["items"]:
        assert exland.get(f"/v1/{name}/{item['id']}").json() == item


def test_rules_are_filtered_by_place_purpose_body_and_day(exland: TestClient) -> None:
    def ids(query: str) -> list[str]:
        return [rule["id"] for rule in exland.get(f"/v1/rules?{query}").json()["items"]]

    assert ids("purpose=funding") == ["xr-funding-hearsay"]
    assert ids("recogniser=xf-university") == ["xf-university-rpl"]
    assert ids("jurisdiction=XF&purpose=register&in_force_on=2020-01-01") == ["xf-register-old"]


def test_authorities_speak_for_their_place_and_show_their_succession(exland: TestClient) -> None:
    found = {item["id"]: item for item in exland.get("/v1/authorities?jurisdiction=XF").json()["items"]}
    assert set(found) == {"xf-authority", "xf-naric", "xf-old-authority"}
    assert found["xf-authority"]["succeeds"] == ["xf-old-authority"]


def test_a_place_tells_everything_on_one_page(exland: TestClient) -> None:
    page = exland.get("/v1/jurisdictions/XF?as_of=2024-12-31").json()
    assert page["inherits_from"] == ["XR", "WORLD"]
    assert exland.get("/v1/jurisdictions/XF?as_of=2025-01-01").json()["inherits_from"] == ["WORLD"]
    for section in ("rules", "schemes", "frameworks", "level_links", "credit_systems", "credit_readings",
                    "equivalences", "recognisers", "registers", "sources"):  # fmt: skip
        assert page[section], section


def test_a_credential_comes_with_its_decisions(exland: TestClient) -> None:
    page = exland.get("/v1/credentials/xf-beekeeping").json()
    assert page["entry"]["credential"]["title"] == "Beekeeping in Practice"
    assert [d["id"] for d in page["decisions"]] == ["xf-authority-beekeeping", "xf-college-beekeeping"]
    assert exland.get("/v1/decisions/xf-college-beekeeping").json() in page["decisions"]


def test_credentials_are_filtered(exland: TestClient) -> None:
    assert len(exland.get("/v1/credentials?issuer_country=XG&kind=professional_certificate").json()["items"]) == 1
    assert exland.get("/v1/credentials?issuer_country=XF").json()["items"] == []


def test_credit_is_converted_with_path_and_sources(exland: TestClient) -> None:
    body = exland.get("/v1/convert/credits?amount=2.5&from=point&to=Gealand unit&as_of=2024-09-01").json()
    assert body["given"] == {"amount": "5/2", "system": "xf-point"}
    assert (body["result"]["min"], body["result"]["max"], body["result"]["method"]) == ("5", "5", "equivalence")
    assert [source["id"] for source in body["sources"]] == ["decree-12"]


def test_a_place_or_a_body_may_read_a_unit_in_its_own_way(exland: TestClient) -> None:
    def hours(query: str) -> str:
        return str(exland.get(f"/v1/convert/credits?amount=1&from=xf-point&to=hours&{query}").json()["result"]["max"])

    assert hours("") == "30"
    assert hours("jurisdiction=XF") == "28"
    own = exland.get("/v1/convert/credits?amount=3&from=xf-point&to=xh-credit&recogniser=College of Exland").json()
    assert own["result"]["min"] == own["result"]["max"] == "1"


@pytest.mark.parametrize(("level", "levels"), [("4", ["6", "7"]), ("Honours degrees", ["6", "7"]), ("5", [])])
def test_levels_are_converted_by_number_or_qualification(exland: TestClient, level: str, levels: list[str]) -> None:
    body = exland.get("/v1/convert/levels", params={"framework": "XFQ", "level": level, "to": "EQF"}).json()
    assert body["result"]["levels"] == levels
    assert body["sources"]
