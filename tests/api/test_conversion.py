"""Credit and levels in other units: exact, dated, cited, and never guessed."""

from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.problems import MEDIA_TYPE


def credits_of(client: TestClient, amount: str, start: str, to: str, **more: str) -> dict[str, Any]:
    query = {"amount": amount, "from": start, "to": to, "as_of": "2024-09-01", **more}
    response = client.get("/v1/convert/credits", params=query)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()["result"]
    return result


@pytest.mark.parametrize(
    ("amount", "least", "bookable"), [("5", "10", "10"), ("2.5", "5", "5"), ("10/3", "20/3", "6"), ("0", "0", "0")]
)
def test_amounts_may_be_whole_decimal_or_fractions_and_stay_exact(
    exland: TestClient, amount: str, least: str, bookable: str
) -> None:
    result = credits_of(exland, amount, "xf-point", "xg-unit")
    assert (result["min"], result["max"], result["bookable"]) == (least, least, bookable)


def test_notional_hours_give_an_interval_never_a_single_number(exland: TestClient) -> None:
    result = credits_of(exland, "4", "xf-point", "xh-credit")
    assert result["method"] == "notional_hours"
    assert (Fraction(result["min"]), Fraction(result["max"])) == (Fraction(100, 45), Fraction(120, 40))
    assert result["bookable"] == "2"


@pytest.mark.parametrize("amount", ["1", "7/3", "4.5", "1234.5"])
@pytest.mark.parametrize(("here", "there"), [("xf-point", "xg-unit"), ("xf-point", "xh-credit"), ("xg-unit", "hours")])
def test_there_and_back_never_gains(exland: TestClient, amount: str, here: str, there: str) -> None:
    once = credits_of(exland, amount, here, there)["bookable"]
    back = credits_of(exland, once, there, here)["bookable"]
    assert Fraction(back) <= Fraction(amount)


@pytest.mark.parametrize("name", ["xf-point", "point", "Exland Point", "EXLAND POINT"])
def test_units_are_found_by_id_name_and_alias(exland: TestClient, name: str) -> None:
    assert credits_of(exland, "1", name, "hours")["min"] == "25"


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ("amount=1&from=xf-poin&to=hours", "/from", "xf-point"),
        ("amount=1&from=xf-point&to=hour-ish", "/to", "hour"),
        ("amount=1&from=xf-point&to=bare-mark", "/to", "none is guessed"),
        ("amount=1&from=xf-point&to=hours&jurisdiction=ZZ", "/jurisdiction", "ZZ"),
        ("amount=1&from=xf-point&to=hours&recogniser=xf-colege", "/recogniser", "xf-college"),
        ("amount=-1&from=xf-point&to=hours", "/amount", "0"),
        ("amount=1/0&from=xf-point&to=hours", "/amount", "a number"),
        ("amount=nan&from=xf-point&to=hours", "/amount", "a number"),
        ("amount=1e99999999&from=xf-point&to=hours", "/amount", "a number"),
        ("amount=1000001&from=xf-point&to=hours", "/amount", "1000000"),
        ("amount=1&from=xf-point&to=hours&start=xf-point", "/start", "no such key"),
        ("amount=1&start=xf-point&to=hours", "/from", "'from'"),
        ("amount=1&from=xf-point&to=hours&as_of=2024-02-30", "/as_of", "date"),
    ],
)
def test_what_cannot_be_converted_is_told_where(exland: TestClient, query: str, pointer: str, words: str) -> None:
    response = exland.get(f"/v1/convert/credits?{query}")
    problem = response.json()
    assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE), problem
    assert pointer in {problem["pointer"], *(error["pointer"] for error in problem.get("errors", []))}, problem
    assert words in str(problem), problem


def test_a_table_counts_from_its_first_day(exland: TestClient) -> None:
    path = "/v1/convert/levels?framework=xfq&level=4&to=eqf&as_of="
    assert exland.get(f"{path}2020-01-01").json()["result"]["levels"] == ["6", "7"]
    problem = exland.get(f"{path}2019-12-31").json()
    assert (problem["type"], problem["pointer"]) == ("/problems/no-conversion", "/to")


def test_a_path_is_no_stronger_than_its_weakest_link(exland: TestClient) -> None:
    result = exland.get("/v1/convert/levels?framework=xfq&level=4&to=xgq&as_of=2024-09-01").json()["result"]
    assert (result["levels"], result["strength"]) == (["C", "D"], "compared")
    assert [step["link"] for step in result["path"]] == ["xfq-eqf", "xgq-eqf"]


@pytest.mark.parametrize(
    ("query", "pointer", "near"),
    [
        ("framework=xqf&level=4&to=eqf", "/framework", "xfq"),
        ("framework=xfq&level=Masters&to=eqf", "/level", "4"),
        ("framework=xfq&level=4&to=efq", "/to", "eqf"),
    ],
)
def test_unknown_levels_and_frameworks_list_the_nearest(
    exland: TestClient, query: str, pointer: str, near: str
) -> None:
    response = exland.get(f"/v1/convert/levels?{query}")
    assert response.status_code == 422
    assert response.json()["pointer"] == pointer
    assert near in response.json()["known"]


def test_a_conversion_can_be_pinned_to_a_release_and_is_cached_by_etag(exland: TestClient) -> None:
    path = "/v1/convert/credits?amount=5&from=xf-point&to=xg-unit&as_of=2024-09-01"
    first = exland.get(path)
    assert exland.get(f"{path}&release=1").content == first.content
    assert exland.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert exland.get(f"{path}&release=99").status_code == 404
