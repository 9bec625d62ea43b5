"""The life of imports over HTTP, with a real server on both databases."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from tests.factories import EXLAND
from tests.importers import Server, prepared, serving

HEAD = "id,confidence,title,issuer_name,issuer_country,notional_hours,aliases"
GOOD = ["k1,low,Knots for Sailors,Harbour School,XF,20,", "k2,low,Knots II,Harbour School,XF,40,Ropes; Bends"]
BAD = "k3,low,Knots III,Harbour School,XF,many,"


@pytest.fixture
def server(empty_database: str, tmp_path: Path) -> Iterator[Server]:
    key = prepared(empty_database)
    with serving(empty_database, tmp_path / "imports", key) as server:
        yield server


@pytest.fixture(scope="module")
def exland_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for several tests of framework data, none of which is served."""
    folder = tmp_path_factory.mktemp("exland")
    with serving(url := f"sqlite:///{folder}/p.db", folder / "imports", prepared(url)) as server:
        yield server


def send(
    server: Server, content: bytes | str, file: str = "knots.csv", *, key: str | None = None, **fields: str
) -> Any:
    fields = {"name": "knots", **fields}
    headers = {"Idempotency-Key": key} if key else {}
    return server.client.post("/v1/admin/imports", files={"file": (file, content)}, data=fields, headers=headers)


def table(*rows: str) -> str:
    return "\n".join((HEAD, *rows)) + "\n"


def listed(server: Server, **query: Any) -> list[str]:
    page = server.client.get("/v1/credentials", params={"collection": "knots", **query})
    assert page.status_code == 200, page.text
    return [item["id"] for item in page.json()["items"]]


def active(server: Server) -> int:
    (number,) = [r["number"] for r in server.client.get("/v1/releases").json()["items"] if r["active"]]
    return int(number)


def until(server: Server, release: int) -> None:
    """Wait until the process serves a release."""
    for _ in range(400):
        if server.client.get("/v1/changes").json()["release"]["number"] == release:
            return
    raise AssertionError(f"release {release} is not served")


def test_a_catalogue_lives_from_a_bad_row_to_being_taken_back(server: Server) -> None:
    refused = server.finished(send(server, table(*GOOD, BAD), key="first"))
    assert (refused["state"], refused["rows"], refused["problems"]) == ("failed", 3, 1)
    assert (active(server), listed(server)) == (1, [])
    (problem,) = server.client.get("/v1/admin/imports/1/report").json()["items"]
    assert problem == {
        "row": 4, "place": "notional_hours", "found": "'many'", "expected": 'a number such as "5", "2.5" or "1/3"',
    }  # fmt: skip

    partly = server.finished(send(server, table(*GOOD, BAD), on_error="skip"))
    assert (partly["state"], partly["release"]) == ("succeeded", 2)
    assert {name: partly["counts"][name] for name in ("accepted", "rejected", "added")} == {
        "accepted": 2, "rejected": 1, "added": 2,
    }  # fmt: skip
    until(server, 2)
    assert listed(server) == ["k1", "k2"]
    rejected = server.client.get("/v1/admin/imports/2/rejected").text
    assert rejected == table(BAD)

    mended = server.finished(send(server, table(*GOOD, BAD.replace("many", "60")), dry_run="true"))
    assert (mended["state"], "release" in mended, mended["counts"]["added"]) == ("succeeded", False, 1)
    mended = server.finished(send(server, table(GOOD[1], BAD.replace("many", "60"))))
    assert mended["release"] == 3
    told = server.client.get(f"/v1/admin/imports/{mended['number']}/diff").json()
    assert [(item["id"], item["change"]) for item in told["items"]] == [("k1", "removed"), ("k3", "added")]

    early = server.client.post("/v1/admin/imports/2/undo")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/conflict")
    assert f"Import {mended['number']}" in early.json()["detail"]
    for number, release, left in ((mended["number"], 4, ["k1", "k2"]), (2, 5, [])):
        undone = server.client.post(f"/v1/admin/imports/{number}/undo")
        assert undone.json()["release"] == release, undone.text
        assert undone.json()["job"]["state"] == "undone"
        until(server, release)
        assert listed(server) == left
    assert server.client.get("/v1/releases/3").json()["collections"]["knots"]["credentials"] == 2


def test_a_repeated_request_gives_the_same_import(server: Server) -> None:
    first = send(server, table(*GOOD), key="once")
    again = send(server, table(*GOOD), key="once")
    assert first.json()["number"] == again.json()["number"]
    other = send(server, table(GOOD[0]), key="once")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/other-request")
    server.finished(first)
    assert len(server.client.get("/v1/admin/imports").json()["items"]) == 1


def test_framework_data_is_a_draft_until_it_is_activated(server: Server) -> None:
    text = (EXLAND / "frameworks" / "xf.yaml").read_text()
    changed = text.replace("name: Exland\n", "name: New Exland\n")
    assert changed != text
    draft = server.finished(send(server, changed, "xf.yaml"))
    assert (draft["state"], draft["kind"]) == ("succeeded", "framework"), server.client.get(
        "/v1/admin/imports/1/report"
    ).text
    assert draft["release"] == 2
    assert active(server) == 1
    server.finished(send(server, table(*GOOD)))
    until(server, 3)
    served = server.client.post("/v1/admin/releases/2/activate")
    assert served.json() == {"release": 4, "activated": 2}, served.text
    until(server, 4)
    assert listed(server) == ["k1", "k2"]
    differing = server.client.get("/v1/admin/releases/4/diff", params={"old": 3}).json()["items"]
    assert {item["section"] for item in differing} == {"jurisdictions"}
    assert server.client.get("/v1/admin/releases/3/impact").status_code == 200
    assert server.client.post("/v1/admin/releases/rollback").json()["release"] == 3
    assert active(server) == 3
    again = server.finished(send(server, changed.replace("New Exland", "Newer Exland"), "xf.yaml"))
    assert server.client.post("/v1/admin/releases/4/activate").json()["release"] == 4
    late = server.client.post(f"/v1/admin/releases/{again['release']}/activate")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/conflict"), late.text
    acts = [item["act"] for item in server.client.get("/v1/admin/audit").json()["items"]]
    assert {"release.activate", "release.rollback", "import.apply", "import.draft"} <= set(acts)


def archive(cases: str) -> bytes:
    """The data of the invented place as an archive, with worked cases."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for path in sorted(EXLAND.rglob("*.yaml")):
            out.write(path, f"data/{path.relative_to(EXLAND)}")
        out.writestr("data/cases/xf.yaml", cases)
    return packed.getvalue()


CASE = """\
- name: Level 4 is C
  source: xf-decree
  convert_level: {framework: eqf, level: 4, to: %s}
  expect: [{as_of: 2026-11-23, levels: ["%s"]}]
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("level: 4", "level: [4]"),
        ("convert_level: {framework: eqf, level: 4, to: eqf}", "credential: [a]"),
        (
            "convert_level: {framework: eqf, level: 4, to: eqf}",
            "convert: {amount: 1e999999999, from: xf-point, to: hours}",
        ),
        ("convert_level: {framework: eqf, level: 4, to: eqf}", "convert: {amount: 1/0, from: xf-point, to: hours}"),
        ('levels: ["5"]', "decided_by: [5]"),
        ('levels: ["5"]', "levels: [1e999999999]"),
    ],
)
def test_a_case_that_makes_no_sense_fails_and_says_so(exland_server: Server, before: str, after: str) -> None:
    case = CASE % ("eqf", "5")
    assert before in case
    draft = exland_server.finished(send(exland_server, archive(case.replace(before, after)), "data.zip"))
    told = exland_server.client.get(f"/v1/admin/releases/{draft['release']}/impact")
    assert told.status_code == 200, told.text
    assert "Level 4 is C" in told.json()["failing"][0]


def test_a_draft_whose_cases_fail_is_activated_only_with_a_reason(server: Server) -> None:
    draft = server.finished(send(server, archive(CASE % ("eqf", "5")), "data.zip"))
    assert draft["state"] == "succeeded", draft
    told = server.client.get(f"/v1/admin/releases/{draft['release']}/impact").json()
    assert told["cases"] == 1
    assert "Level 4 is C" in told["failing"][0]
    refused = server.client.post(f"/v1/admin/releases/{draft['release']}/activate")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/failing-cases")
    forced = server.client.post(
        f"/v1/admin/releases/{draft['release']}/activate", params={"reason": "The case is wrong."}
    )
    assert forced.status_code == 200, forced.text
    (entry,) = [e for e in server.client.get("/v1/admin/audit").json()["items"] if e["act"] == "release.activate"]
    assert entry["after"]["forced"] == "The case is wrong."


@pytest.mark.parametrize("form", ["ndjson", "csv", "xlsx", "parquet"])
def test_an_export_can_be_imported_again_unchanged(server: Server, form: str) -> None:
    rows = [
        {"id": "=1", "confidence": "low", "credential": {"title": "=SUM(A1)", "aliases": ["+1", "'-2", "a; b"]}},
        {"id": "k2", "confidence": "low", "credential": {
            "title": "\tTab", "schemes": [], "assessed": False, "notional_hours": {"min": "10", "max": "41/2"},
            "issuer": {"name": "@school", "accredited_by": ["x"]}, "awarded_on": "2024-01-02",
            "level": {"framework": "xgq", "min": "A", "max": "B"}, "skills": [{"label": "Éclair, \"fin\"\n2"}]}},
    ]  # fmt: skip
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    first = server.finished(send(server, lines, "k.ndjson"))
    assert first["release"] == 2, (first, server.client.get("/v1/admin/imports/1/report").text)
    asked = "csv" if form == "xlsx" else form
    exported = server.client.get("/v1/export/credentials", params={"format": asked, "release": 2}).content
    exported = without_curated(exported, form)
    again = server.finished(send(server, exported, f"again.{form}"))
    assert again["state"] == "succeeded", (again, server.client.get("/v1/admin/imports/2/report").text)
    assert (again["counts"]["unchanged"], "release" in again) == (2, False), again


def without_curated(exported: bytes, form: str) -> bytes:
    """The export without the credential of the data folder."""
    if form == "ndjson":
        return b"".join(line + b"\n" for line in exported.splitlines() if b"xf-beekeeping" not in line)
    if form == "parquet":
        table = pq.read_table(io.BytesIO(exported))
        out = io.BytesIO()
        pq.write_table(table.filter(pa.compute.not_equal(table["id"], "xf-beekeeping")), out)
        return out.getvalue()
    rows = [row for row in csv.reader(io.StringIO(exported.decode())) if row[0] != "xf-beekeeping"]
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        assert all(cell[:1] not in "=+-@\t\r" for row in rows[1:] for cell in row if cell)
        return text.getvalue().encode()
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_rejected_rows_of_a_workbook_come_back_as_one(server: Server) -> None:
    book = Workbook()
    for row in (["Nr", "Course", "confidence", "hours"], ["k1", "Knots", "low", 20], ["k2", "Bends", "low", -3]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    mapping = json.dumps({"Nr": "id", "Course": "title", "hours": "notional_hours"})
    job = server.finished(send(server, out.getvalue(), "k.xlsx", on_error="skip", mapping=mapping, kind="catalogue"))
    assert (job["state"], job["counts"]["rejected"]) == ("succeeded", 1), job
    back = server.client.get(f"/v1/admin/imports/{job['number']}/rejected").content
    assert list(load_workbook(io.BytesIO(back)).active.values) == [
        ("Nr", "Course", "confidence", "hours"), ("k2", "Bends", "low", -3),
    ]  # fmt: skip


def test_decisions_become_a_collection(server: Server) -> None:
    exported = server.client.get("/v1/export/decisions").content
    rows = [json.loads(line) for line in exported.splitlines()]
    own = [{**row, "id": f"new-{row['id']}"} for row in rows]
    content = "".join(json.dumps(row) + "\n" for row in own)
    job = server.finished(send(server, content, "d.ndjson"))
    assert (job["kind"], job["state"], job["counts"]["added"]) == ("decisions", "succeeded", len(own)), job
    until(server, 2)
    found = server.client.get("/v1/decisions", params={"credential": "xf-beekeeping"}).json()["items"]
    assert len(found) == 2 * len(rows)
    stranger = json.dumps({**own[0], "credentials": ["nobody"]})
    refused = server.finished(send(server, stranger, "d.ndjson"))
    (problem,) = server.client.get(f"/v1/admin/imports/{refused['number']}/report").json()["items"]
    assert (problem["place"], problem["found"]) == ("/credentials", "'nobody'")
    other = server.finished(send(server, table(*GOOD)))
    assert (other["state"], other["failure"]) == ("failed", "The collection 'knots' holds decisions.")


def test_what_is_not_plain_is_refused_at_once(server: Server) -> None:
    for response, kind in (
        (send(server, table(*GOOD), format="pdf"), "invalid-request"),
        (send(server, "what?", "knots.bin"), "unreadable-question"),
        (send(server, table(*GOOD), mapping="[]"), "invalid-request"),
        (server.client.post("/v1/admin/imports", data={"name": "x"}), "unreadable-question"),
        (server.client.post("/v1/admin/imports", files={"file": ("k.csv", table(*GOOD))}), "unreadable-question"),
    ):
        assert response.status_code == 422, response.text
        assert response.json()["type"] == f"/problems/{kind}", response.text
    assert server.client.get("/v1/admin/imports").json()["items"] == []


def test_a_file_above_the_limit_is_refused_with_the_limit(empty_database: str, tmp_path: Path) -> None:
    key = prepared(empty_database)
    with serving(empty_database, tmp_path / "imports", key, max_import_bytes=2000) as server:
        told = send(server, "x" * 3_000)
        streamed = server.client.post(
            "/v1/admin/imports?name=x", content=iter([b"x" * 1500] * 2), headers={"Content-Type": "text/csv"}
        )
        for response in (told, streamed):
            assert (response.status_code, response.json()["type"]) == (413, "/problems/body-too-large")
            assert "2000 bytes" in response.json()["detail"]
        assert list((tmp_path / "imports").iterdir()) == []


def test_a_waiting_import_can_be_stopped(empty_database: str, tmp_path: Path) -> None:
    key = prepared(empty_database)
    with serving(empty_database, tmp_path / "imports", key, run_imports=False) as server:
        job = send(server, table(*GOOD))
        stopped = server.client.post(f"{job.headers['location']}/cancel")
        assert stopped.json()["state"] == "cancelled"
        assert server.client.post(f"{job.headers['location']}/cancel").status_code == 409
        assert server.client.get("/v1/admin/imports/99").status_code == 404


def test_nobody_imports_without_a_key(server: Server) -> None:
    address = str(server.client.base_url)
    assert httpx.post(f"{address}/v1/admin/imports", files={"file": ("k.csv", table(*GOOD))}).status_code == 401


def test_two_imports_and_an_activation_at_once_while_people_read(server: Server) -> None:
    """Readers see one state or another, whole; afterwards everything that was sent is there."""
    text = (EXLAND / "frameworks" / "xf.yaml").read_text()
    draft = server.finished(send(server, text.replace("name: Exland\n", "name: New Exland\n"), "xf.yaml"))
    rows = [
        json.dumps({"id": f"%s-{n}", "confidence": "low", "credential": {"title": f"Course {n}"}}) for n in range(3_000)
    ]
    whole = {"red": 3_000, "blue": 3_000}

    def imported(name: str) -> Any:
        return server.finished(send(server, "\n".join(row % name for row in rows), "k.ndjson", name=name))

    def read(_: int) -> None:
        for name, size in whole.items():
            page = server.client.get("/v1/export/credentials", params={"format": "ndjson"})
            found = sum(json.loads(line)["id"].startswith(f"{name}-") for line in page.content.splitlines())
            assert found in (0, size), (name, found)

    with ThreadPoolExecutor(8) as pool:
        importing = [pool.submit(imported, name) for name in whole]
        activating = pool.submit(server.client.post, f"/v1/admin/releases/{draft['release']}/activate")
        reading = [pool.submit(read, n) for n in range(12)]
        for job in importing:
            assert job.result()["state"] == "succeeded", job.result()
        assert activating.result().status_code == 200, activating.result().text
        for one in reading:
            one.result()
    number = active(server)
    until(server, number)
    assert set(server.client.get(f"/v1/releases/{number}").json()["collections"]) == set(whole)
    place = server.client.get("/v1/jurisdictions/XF").json()
    assert "New Exland" in json.dumps(place)
