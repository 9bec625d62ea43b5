"""A report leaves the service as something that people can keep: a page, a PDF."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.examples import RECOGNITION_EXAMPLES
from app.domain.answers import NOTHING_KNOWN
from app.services import printing
from tests.api.test_documents import PATH, QUERY, QUESTION, SIGNED, TEXT
from tests.documents.printing import parsed, pdf_root, pdf_text, plain, rows, words_of

HTML, PDF = {"Accept": "text/html"}, {"Accept": "application/pdf"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
DUTCH = RECOGNITION_EXAMPLES["dutch-course-in-ireland"]["value"]
LOOK_UP = "/v1/credentials/us-google-it-support/recognition?jurisdictions=US,GB-SCT,BR"


def page(client: TestClient, body: dict[str, Any], **headers: str) -> Any:
    response = client.post("/v1/recognition", json=body, headers={**HTML, **headers})
    assert response.status_code == 200, response.text
    return parsed(response.text)


def says_something(outcome: dict[str, Any]) -> bool:
    """Whether anything is known: what held once, and what single bodies say, is."""
    return outcome["statement"] != NOTHING_KNOWN or bool(outcome["recognisers"])


# Which form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "given", "kind"),
    [
        ("*/*", "", "application/json"),
        ("application/json", "", "application/json"),
        (BROWSER["Accept"], "", "text/html; charset=utf-8"),
        ("text/html;q=0.5, application/json", "", "application/json"),
        ("application/pdf, text/html;q=0.9", "", "application/pdf"),
        ("application/ld+json, text/html;q=0.9", "", "text/html; charset=utf-8"),
        ("application/ld+json", "", "application/json"),
        ("text/html", "json", "application/json"),
        ("*/*", "html", "text/html; charset=utf-8"),
        ("*/*", "pdf", "application/pdf"),
    ],
)
def test_the_form_is_what_was_asked_for_by_name_or_by_header(
    service: TestClient, accept: str, given: str, kind: str
) -> None:
    query = f"&format={given}" if given else ""
    for _ in range(2):  # from memory too
        response = service.get(f"{LOOK_UP}{query}", headers={"Accept": accept})
        assert (response.status_code, response.headers["content-type"]) == (200, kind)
        assert response.headers["vary"].startswith("Accept,")


def test_a_short_way_to_json_is_no_way_to_a_page(service: TestClient) -> None:
    query = "jurisdictions=NZ&purposes=credit_transfer"
    known = [item["id"] for item in service.get("/v1/credentials?limit=20&fields=id").json()["items"]]
    for name in known:
        address = f"/v1/credentials/{name}/recognition?{query}"
        assert service.get(address).headers["content-type"] == "application/json"
        assert service.get(address, headers=BROWSER).text.startswith("<!DOCTYPE html>")


def test_a_permalink_opens_as_a_page_in_a_browser(service: TestClient) -> None:
    link = service.post("/v1/recognition", json=DUTCH).json()["permalink"]
    assert "Sustainable Water Management" in service.get(link, headers=BROWSER).text
    assert service.get(f"{link}&format=pdf").content.startswith(b"%PDF-")


@pytest.mark.parametrize("headers", [HTML, PDF])
def test_the_same_report_is_the_same_bytes_and_who_holds_them_gets_none(
    service: TestClient, headers: dict[str, str]
) -> None:
    first = service.get(LOOK_UP, headers=headers)
    second = service.get(LOOK_UP.replace(",", "&jurisdictions="), headers=headers)
    assert first.headers["etag"] == second.headers["etag"]
    assert first.content == second.content
    held = service.get(LOOK_UP, headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")
    assert service.get(LOOK_UP).headers["etag"] != first.headers["etag"]


# The page -----------------------------------------------------------------------------------------------------------


def test_the_page_tells_the_question_the_state_of_the_data_and_both_days(service: TestClient) -> None:
    body = {**DUTCH, "as_of": "2025-03-01"}
    told = service.post("/v1/recognition", json=body).json()
    words = plain(words_of(page(service, body)))
    assert "Sustainable Water Management" in words
    assert f"Answered on {datetime.now(UTC).date()}" in words
    assert "Day asked about 2025-03-01" in words
    assert f"release {told['release']['number']}, SHA-256 {told['release']['checksum']}" in words
    assert told["permalink"] in words
    assert "5 ECTS credit" in words
    assert "level 6 of Dutch Qualifications Framework" in words
    assert "Not given, and so unknown: notional hours," in words


@pytest.mark.parametrize("name", RECOGNITION_EXAMPLES)
def test_everything_that_json_says_in_sentences_stands_on_page_and_pdf(service: TestClient, name: str) -> None:
    body = RECOGNITION_EXAMPLES[name]["value"]
    told = service.post("/v1/recognition", json=body).json()
    words = plain(words_of(page(service, body)))
    printed = service.post("/v1/recognition?format=pdf", json=body).content
    letters = pdf_text(printed).replace(" ", "")
    for outcome in told["outcomes"]:
        if not says_something(outcome):
            continue
        sentences = [outcome["statement"], *outcome.get("warnings", [])]
        sentences += [one["text"] for one in outcome.get("conditions", [])]
        sentences += [one["text"] for one in outcome["explanation"]]
        sentences += [one["statement"] for one in outcome.get("recognisers", [])]
        for sentence in sentences:
            assert plain(sentence) in words
            assert plain(sentence).replace(" ", "") in letters, sentence
    for source in told["sources"]:
        for key in ("title", "publisher", "url", "published", "read_on"):
            if key in source:
                assert plain(source[key]) in words, source
                assert plain(source[key]).replace(" ", "") in letters, source


def test_each_answer_cites_its_sources_by_number(service: TestClient) -> None:
    root = page(service, DUTCH)
    targets = {element.get("id") for element in root.iter() if element.get("id")}
    links = [element.get("href", "") for element in root.iter("a")]
    inner = {link[1:] for link in links if link.startswith("#")}
    assert inner
    assert inner <= targets
    assert all(link.startswith(("https://", "http://", "#", "/v1/")) for link in links)


def test_a_report_on_the_whole_world_is_short_first_and_lists_the_silent_places_in_lines(service: TestClient) -> None:
    body = {"credential": {"id": "us-google-it-support"}}
    told = service.post("/v1/recognition", json=body).json()
    root = page(service, body)
    said = [outcome for outcome in told["outcomes"] if says_something(outcome)]
    assert len(rows(root, "In short")) == len(said)
    assert len(list(root.iter("article"))) == len(said)
    silent = {outcome["jurisdiction"] for outcome in told["outcomes"]} - {outcome["jurisdiction"] for outcome in said}
    assert silent
    (listed,) = [element for element in root.iter("ul") if element.get("class") == "silent"]
    words = plain(words_of(listed))
    names = {place["id"]: place["name"] for place in service.get("/v1/jurisdictions?limit=1000").json()["items"]}
    for code in silent:
        assert names[code] in words
    text = words_of(root)
    assert text.index("In short") < text.index("Nothing recorded, which is not a no") < text.index("Rests on")


def test_what_is_undetermined_says_what_would_decide_it(exland: TestClient) -> None:
    body = {"credential": {"title": "Bees"}, "jurisdictions": ["XF"], "as_of": "2024-09-01"}
    told = exland.post("/v1/recognition", json=body).json()
    undetermined = [outcome for outcome in told["outcomes"] if outcome["status"] == "undetermined"]
    assert undetermined
    root = page(exland, body)
    found = rows(root, "Not decided by the facts given")
    assert len(found) == len(undetermined)
    assert all(row["What would decide it"] for row in found)
    pointers = {row["In the question"] for row in rows(root, "What would change the answer if it were known")}
    assert pointers == {pointer for outcome in told["outcomes"] for pointer in outcome.get("missing", [])}


def test_nothing_recorded_anywhere_is_no_refusal(exland: TestClient) -> None:
    for form in ("html", "pdf"):
        body = {"credential": {"title": "Bees"}, "jurisdictions": ["BR"]}
        content = exland.post(f"/v1/recognition?format={form}", json=body).content
        words = plain(words_of(parsed(content.decode()))) if form == "html" else pdf_text(content)
        assert "That is not a no" in words
        assert "not recognised" not in words


def test_names_are_in_the_language_asked_for_and_marked_as_such(service: TestClient) -> None:
    root = page(service, {**DUTCH, "language": "ja"})
    marked = {element.text for element in root.iter("span") if element.get("lang") == "ja"}
    labels = service.post("/v1/recognition", json={**DUTCH, "language": "ja"}).json()["labels"]
    status = next(one["text"] for one in labels if one["kind"] == "status" and one["code"] == "discretionary")
    assert status in marked


NASTY = (
    "<script>alert(1)</script> & \"quotes\" 'x' {{ 7*7 }} {% raw %} #let x = [y] *b* "
    "\x01 \U0001f9ff \ue000 微学分 كتاب \u202e"
)


def test_whatever_stands_in_a_question_is_text(exland: TestClient) -> None:
    body = {
        "credential": {"title": NASTY, "issuer": {"name": NASTY}, "url": "javascript:alert(1)"},
        "jurisdictions": ["XF"],
        "recognisers": [{"name": NASTY, "country": "XF"}],
    }
    root = page(exland, body)
    assert list(root.iter("script")) == []
    assert NASTY.replace("\x01", "\ufffd") in words_of(root)
    assert "javascript:" not in {element.get("href", "")[:11] for element in root.iter("a")}
    printed = exland.post("/v1/recognition", json=body, headers=PDF)
    assert printed.status_code == 200, printed.text
    words = pdf_text(printed.content)
    assert "<script>alert(1)</script>" in words
    assert "#let x = [y] *b*" in words
    assert "微学分" in words
    assert "[U+E000]" in words
    assert "[U+0001]" in words


def test_the_page_needs_nothing_else_and_may_do_nothing_else(exland: TestClient) -> None:
    response = exland.post("/v1/recognition", json={"credential": {"title": "Bees"}}, headers=HTML)
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    root = parsed(response.text)
    assert {element.tag for element in root.iter()} & {"script", "img", "link", "iframe", "object", "form"} == set()
    assert root.get("lang") == "en"
    assert [element.tag for element in root.iter() if element.tag == "h1"] == ["h1"]
    for table in root.iter("table"):
        assert list(table.iter("caption"))
        assert all(cell.get("scope") in ("col", "row") for cell in table.iter("th"))


# Documents ----------------------------------------------------------------------------------------------------------


def test_a_document_is_told_with_every_step_and_what_was_not_checked_never_reads_as_valid(exland: TestClient) -> None:
    told = exland.post(PATH, json={"document": SIGNED, **QUESTION}).json()["documents"][0]
    root = parsed(exland.post(PATH, json={"document": SIGNED, **QUESTION}, headers=HTML).text)
    words = {"passed": "passed", "failed": "FAILED", "not_applicable": "not applicable",
             "could_not_be_checked": "could not be checked: nothing is known"}  # fmt: skip
    steps = rows(root, "Steps of the verification")
    assert [(row["Step"].replace(" ", "_"), row["Result"]) for row in steps] == [
        (step["name"], words[step["result"]]) for step in told["verification"]["steps"]
    ]
    assert "NOT KNOWN who its issuer is" in words_of(root)
    marks = {element.get("class") for element in root.iter("span") if "could not be checked" in (element.text or "")}
    assert marks == {"open"}


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        ({**SIGNED, "name": "Altered"}, "NOT genuine, or not in force"),
        ({name: value for name, value in SIGNED.items() if name != "proof"}, "NOT KNOWN whether it is genuine"),
    ],
)
def test_a_document_that_fails_or_proves_nothing_says_so_first(exland: TestClient, document: Any, verdict: str) -> None:
    for response in (
        exland.post(PATH, json={"document": document, **QUESTION}, headers=HTML),
        exland.post("/v1/recognition", json={"credential": {"document": document}, **QUESTION}, headers=HTML),
    ):
        root = parsed(response.text)
        (told,) = [element for element in root.iter("p") if element.get("class") == "verdict"]
        assert verdict in words_of(told)
        assert [row["Answer"] for row in rows(root, "In short")] != ["recognised"]
        assert (response.headers["cache-control"], "etag" in response.headers) == ("no-store", False)


def test_a_file_gives_a_page_with_the_question_in_the_query_or_in_a_form(exland: TestClient) -> None:
    asked = exland.post(PATH, params={**QUERY, "format": "pdf"}, content=TEXT)
    assert "Steps of the verification" in pdf_text(asked.content)
    sent = exland.post(f"{PATH}?format=html", files={"file": TEXT.encode()}, data=QUESTION)
    assert rows(parsed(sent.text), "Steps of the verification")


# The PDF ------------------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_and_tells_its_language_and_title(service: TestClient) -> None:
    response = service.post("/v1/recognition", json=DUTCH, headers=PDF)
    root = pdf_root(response.content)
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/Outlines" in root
    assert "recognition-" in response.headers["content-disposition"]
    assert b"CreationDate" not in response.content


def test_a_report_that_is_too_long_for_a_pdf_says_what_to_do(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "LARGEST", 1_000)
    response = service.post("/v1/recognition?format=pdf", json=DUTCH)
    assert (response.status_code, response.json()["pointer"]) == (422, "/jurisdictions")
    assert "expected at most 1,000" in response.json()["detail"]


def test_an_unknown_form_is_refused(exland: TestClient) -> None:
    response = exland.post("/v1/recognition?format=docx", json={"credential": {"title": "Bees"}})
    assert (response.status_code, response.json()["pointer"]) == (422, "/format")


def test_the_documentation_names_every_form(service: TestClient) -> None:
    paths = service.get("/openapi.json").json()["paths"]
    for path, method in (("/v1/recognition", "post"), ("/v1/recognition", "get"), (PATH, "post"),
                         ("/v1/credentials/{credential_id}/recognition", "get")):  # fmt: skip
        content = paths[path][method]["responses"]["200"]["content"]
        assert set(content) == {"application/json", "text/html", "application/pdf", "application/vc+jwt"}
    json.dumps(paths)
