"""The catalogue over HTTP: the real one and an invented one."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.problems import MEDIA_TYPE


def pages(client: TestClient, **query: Any) -> list[list[dict[str, Any]]]:
    """All pages of a list of credentials, until none follows."""
    found, after = [], ""
    while True:
        page = client.get("/v1/credentials", params={**query, "after": after}).json()
        found.append(page["items"])
        if "next" not in page:
            return found
        after = page["next"]


def test_the_real_catalogue_is_walked_page_by_page_without_loss(service: TestClient) -> None:
    (whole,) = pages(service, limit=1000)
    several = pages(service, limit=37)
    assert [item for page in several for item in page] == whole
    assert {len(page) for page in several[:-1]} == {37}


def test_a_page_that_is_exactly_full_has_no_next(service: TestClient) -> None:
    (whole,) = pages(service, limit=1000)
    before_last_ten = whole[-11]["id"]
    page = service.get("/v1/credentials", params={"after": before_last_ten, "limit": 10}).json()
    assert len(page["items"]) == 10
    assert "next" not in page


@pytest.mark.parametrize(
    "query", [{"issuer_country": "US"}, {"kind": "badge"}, {"issuer_country": "GB", "kind": "exam"}]
)
def test_filters_pick_what_the_whole_list_holds(service: TestClient, query: dict[str, str]) -> None:
    def fits(credential: dict[str, Any]) -> bool:
        mine = {"issuer_country": credential["issuer"].get("country"), "kind": credential.get("kind")}
        return all(mine[key] == value for key, value in query.items())

    (whole,) = pages(service, limit=1000)
    (found,) = pages(service, limit=1000, **query)
    assert found == [entry for entry in whole if fits(entry["credential"])]


def test_every_decision_on_a_credential_has_an_address_and_sources(service: TestClient) -> None:
    page = service.get("/v1/credentials/us-google-it-support").json()
    assert page["decisions"]
    known = {source["id"] for source in page["sources"]}
    for decision in page["decisions"]:
        assert service.get(f"/v1/decisions/{decision['id']}").json() == decision
        assert {citation["source"] for citation in decision["sources"]} <= known


@pytest.mark.parametrize("path", ["/v1/credentials/xf-nothing", "/v1/decisions/xf-nothing",
                                  "/v1/credentials/xf-nothing/recognition"])  # fmt: skip
def test_an_unknown_id_is_not_found_at_any_address(exland: TestClient, path: str) -> None:
    response = exland.get(path)
    assert (response.status_code, response.headers["content-type"]) == (404, MEDIA_TYPE)
    assert "xf-nothing" in response.json()["detail"]


@pytest.mark.parametrize("odd", ["%00", "%F0%9F%90%9D", "..%2F..", "'%20OR%201=1", "%25", "a" * 200])
def test_odd_ids_are_only_unknown_ids(exland: TestClient, odd: str) -> None:
    assert exland.get(f"/v1/credentials/{odd}").status_code == 404
    assert exland.get(f"/v1/decisions/{odd}").status_code == 404


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("limit=0", "/limit"), ("limit=1001", "/limit"), ("limit=x", "/limit"), ("kind=medal", "/kind"),
     ("release=0", "/release"), (f"release={2**31}", "/release"), ("page=2", "/page")],
)  # fmt: skip
def test_a_list_refuses_parameters_that_make_no_sense(exland: TestClient, query: str, pointer: str) -> None:
    response = exland.get(f"/v1/credentials?{query}")
    assert (response.status_code, response.json()["pointer"]) == (422, pointer)


def test_lists_and_entries_carry_an_etag(exland: TestClient) -> None:
    for path in ("/v1/credentials", "/v1/credentials/xf-beekeeping", "/v1/decisions/xf-college-beekeeping"):
        etag = exland.get(path).headers["etag"]
        response = exland.get(path, headers={"If-None-Match": f"W/{etag}"})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
