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


def everything(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    """All items of a list of credentials."""
    return [item for page in pages(client, limit=1000, **query) for item in page]


def test_the_real_catalogue_is_walked_page_by_page_without_loss(service: TestClient) -> None:
    whole = everything(service)
    several = pages(service, limit=37)
    assert [item for page in several for item in page] == whole
    assert {len(page) for page in several[:-1]} == {37}


def test_a_page_that_is_exactly_full_has_no_next(service: TestClient) -> None:
    whole = everything(service)
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

    assert everything(service, **query) == [entry for entry in everything(service) if fits(entry["credential"])]


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


# Finding -------------------------------------------------------------------------------------------------------


def ids(client: TestClient, **query: Any) -> list[str]:
    response = client.get("/v1/credentials", params=query)
    assert response.status_code == 200, response.json()
    return [item["id"] for item in response.json()["items"]]


@pytest.mark.parametrize("words", ["google it support", "Gogle IT Suport", "support google", "GOOGLE it supp"])
def test_a_credential_is_found_as_people_type_it(service: TestClient, words: str) -> None:
    assert "us-google-it-support" in ids(service, q=words, limit=5)


def test_a_match_says_how_well_it_fits_and_what_was_corrected(service: TestClient) -> None:
    page = service.get("/v1/credentials", params={"q": "gogle it support professional certificate"}).json()
    first = page["matches"][0]
    assert page["items"][0]["id"] == first["id"] == "us-google-it-support"
    assert first["score"] == pytest.approx(
        0.4 * first["exact"] + 0.2 * first["beginning"] + 0.2 * first["together"] + 0.2 * first["coverage"], abs=1e-4
    )
    assert "google" in page["corrected"]["gogle"]
    scores = [match["score"] for match in page["matches"]]
    assert scores == sorted(scores, reverse=True)


def test_found_credentials_are_walked_page_by_page_without_loss(service: TestClient) -> None:
    whole = everything(service, q="certificate")
    several = pages(service, q="certificate", limit=7)
    assert [item["id"] for page in several for item in page] == [item["id"] for item in whole]
    assert len({item["id"] for item in whole}) == len(whole) > 20


def test_words_that_nothing_has_find_nothing(service: TestClient) -> None:
    assert ids(service, q="zzzzqqq") == []
    assert ids(service, q="?!") == []


def test_filters_and_counts_go_with_words(service: TestClient) -> None:
    query = {"q": "google", "issuer_country": "US", "total": True, "facets": "kind,issuer_country"}
    page = service.get("/v1/credentials", params=query).json()
    assert page["total"] == len(page["items"]) > 1
    assert page["facets"]["issuer_country"] == [{"value": "US", "count": page["total"]}]
    assert sum(count["count"] for count in page["facets"]["kind"]) <= page["total"]


def test_sizes_are_asked_in_any_unit(exland: TestClient) -> None:
    assert ids(exland, credit_min=100, credit_max=100) == ["xf-beekeeping"]
    assert ids(exland, credit_min=4, credit_system="Exland point") == ["xf-beekeeping"]
    assert ids(exland, credit_min=5, credit_system="xf-point") == []
    problem = exland.get("/v1/credentials", params={"credit_min": 1, "credit_system": "bare-mark"}).json()
    assert problem["pointer"] == "/credit_min"


def test_a_place_finds_what_was_decided_there(exland: TestClient) -> None:
    assert ids(exland, recognised_in="XF") == ["xf-beekeeping"]
    assert ids(exland, recognised_in="XG") == []


def test_a_credential_is_found_by_its_name_elsewhere(exland: TestClient) -> None:
    assert ids(exland, identifier="https://apiary.example/bees") == ["xf-beekeeping"]
    assert ids(exland, identifier="ce-0000") == ["xf-beekeeping"]
    assert ids(exland, identifier="ce-0001") == []


@pytest.mark.parametrize(
    "query", ["facets=", "facets=kind,", "fields=", "fields=id,,title", "&".join(["fields=id"] * 41)]
)
def test_an_empty_value_of_a_list_is_refused_like_any_that_does_not_fit(exland: TestClient, query: str) -> None:
    refused = exland.get(f"/v1/credentials?{query}")
    assert refused.status_code == 422, refused.text
    assert refused.json()["pointer"].startswith(f"/{query.partition('=')[0]}")


def test_only_the_fields_asked_for_are_told(exland: TestClient) -> None:
    page = exland.get("/v1/credentials", params={"fields": "id,credential.title,credential.issuer.name,nothing"}).json()
    assert page["items"] == [
        {"id": "xf-beekeeping", "credential": {"title": "Beekeeping in Practice", "issuer": {"name": "Apiary Ltd"}}}
    ]


def test_suggestions_follow_what_is_typed(exland: TestClient) -> None:
    for typed in ("b", "beek", "beekeeping in", "apiary bee"):
        (item,) = exland.get("/v1/suggest", params={"q": typed}).json()["items"]
        assert (item["id"], item["title"], item["issuer"]) == ("xf-beekeeping", "Beekeeping in Practice", "Apiary Ltd")


def test_decisions_issuers_and_programmes_can_be_listed(exland: TestClient) -> None:
    def listed(path: str, **query: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = exland.get(path, params=query).json()["items"]
        return items

    assert [d["id"] for d in listed("/v1/decisions", recogniser="xf-college")] == ["xf-college-beekeeping"]
    assert len(listed("/v1/decisions", credential="xf-beekeeping", jurisdiction="XF")) == 2
    assert listed("/v1/decisions", status="not_recognised") == []
    assert listed("/v1/issuers") == [{"name": "Apiary Ltd", "country": "XG", "credentials": 1}]
    assert listed("/v1/programmes") == [{"recogniser": "xf-college", "programme": "Diploma in Farming", "decisions": 1}]


@pytest.mark.parametrize("path", ["/v1/programmes", "/v1/issuers"])
def test_page_by_page_a_list_is_the_whole_list(service: TestClient, path: str) -> None:
    whole = service.get(path, params={"limit": 1000}).json()
    assert "next" not in whole
    items: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 7}
    while query:
        page = service.get(path, params=query).json()
        items += page["items"]
        query = {"limit": 7, "after": page["next"]} if "next" in page else {}
    assert items == whole["items"]


def test_a_programme_of_two_bodies_is_not_lost_between_pages(service: TestClient) -> None:
    whole = service.get("/v1/programmes", params={"limit": 1000}).json()["items"]
    titles = [item["programme"] for item in whole]
    twice = next(n for n in range(1, len(titles)) if titles[n] == titles[n - 1])
    first = service.get("/v1/programmes", params={"limit": twice}).json()
    second = service.get("/v1/programmes", params={"limit": 1, "after": first["next"]}).json()
    assert second["items"] == [whole[twice]]
