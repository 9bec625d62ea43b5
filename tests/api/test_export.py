"""Whole sections as files: complete, of one state, the same in every form."""

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

SECTIONS = ("rules", "decisions", "credentials", "sources", "frameworks", "equivalences", "terms")


def fetch(client: TestClient, section: str, form: str, **query: Any) -> bytes:
    response = client.get(f"/v1/export/{section}", params={"format": form, **query})
    assert response.status_code == 200, response.text
    assert f".{form}" in response.headers["content-disposition"]
    return response.content


def listed(client: TestClient, path: str) -> list[dict[str, Any]]:
    items, after = [], ""
    while True:
        page = client.get(path, params={"limit": 1000, "after": after}).json()
        items += page["items"]
        if "next" not in page:
            return items
        after = page["next"]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_form_has_every_statement_in_the_order_of_ids(service: TestClient, section: str) -> None:
    lines = [json.loads(line) for line in fetch(service, section, "ndjson").splitlines()]
    ids = [line["id"] for line in lines]
    assert ids == sorted(ids)
    assert ids == [item["id"] for item in listed(service, f"/v1/{section}")]
    table = list(csv.DictReader(io.StringIO(fetch(service, section, "csv").decode())))
    assert [row["id"] for row in table] == ids
    parquet = pq.read_table(io.BytesIO(fetch(service, section, "parquet")))
    assert parquet["id"].to_pylist() == ids
    assert [{k: v for k, v in row.items() if v} for row in table] == [
        {k: v for k, v in row.items() if v} for row in parquet.to_pylist()
    ]


def test_nothing_of_a_statement_is_lost_in_a_table(service: TestClient) -> None:
    lines = {line["id"]: line for line in map(json.loads, fetch(service, "rules", "ndjson").splitlines())}
    for row in csv.DictReader(io.StringIO(fetch(service, "rules", "csv").decode())):
        for key, value in lines[row["id"]].items():
            told = row[key] if isinstance(value, str) else json.loads(row[key])
            assert told == value


def test_a_credential_has_columns_of_its_own(exland: TestClient) -> None:
    (row,) = csv.DictReader(io.StringIO(fetch(exland, "credentials", "csv").decode()))
    assert (row["id"], row["title"], row["issuer_name"], row["issuer_country"], row["notional_hours"]) == (
        "xf-beekeeping", "Beekeeping in Practice", "Apiary Ltd", "XG", "100",
    )  # fmt: skip


def test_an_older_state_can_be_had_and_one_that_is_not_cannot(exland: TestClient) -> None:
    assert fetch(exland, "rules", "ndjson", release=1) == fetch(exland, "rules", "ndjson")
    assert exland.get("/v1/export/rules", params={"release": 9}).status_code == 404
    assert exland.get("/v1/export/rules", params={"format": "xml"}).status_code == 422
    assert exland.get("/v1/export/everything").status_code == 422
