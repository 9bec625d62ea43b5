"""What is true of every document that is read: real ones of other projects, and any that can be made of them."""

import copy
import json
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.reading.parts import MAX_DEPTH, MAX_PARTS, MAX_SHOWN, MAX_TEXT
from app.documents.reading.result import ReadDocument
from app.domain.errors import Fault, UnknownDocument, UnreadableDocument
from tests.documents.reading import documents, named, read, unaccounted

FOLDERS = ("elm", "edc", "ctdl", "1edtech-validator")

HOLDERS = {
    "elm": ("ana.andromeda", "Andromeda", "1999-10-01"),
    "edc": ("Max Power", "Maxi"),
    "1edtech-validator": ("student@1edtech.edu", "somebody@gmail.com", "did:example:ebfeb1f712ebc6f1c276e12ec21",
                          "Ellis Monday", "sha256$ecf5409f3f"),
}  # fmt: skip
"""Names, addresses and days of birth of the holders in the test data."""


@pytest.mark.parametrize("name", FOLDERS)
def test_every_document_is_read_without_a_gap_or_refused_in_words(name: str) -> None:
    read_ones, refused = 0, {}
    for path, document in documents(name).items():
        try:
            result = read(document)
        except (UnknownDocument, UnreadableDocument) as fault:
            refused[path] = str(fault)
            continue
        read_ones += 1
        assert result.credentials or result.decisions or result.format == "clr", path
        assert unaccounted(document, result) == [], path
        assert all(entry.credential.title for entry in result.credentials), path
    assert [path for path, text in refused.items() if "found" not in text.lower()] == []
    assert read_ones >= {"elm": 4, "edc": 8, "ctdl": 7, "1edtech-validator": 50}[name]


@pytest.mark.parametrize("name", HOLDERS)
def test_nothing_of_the_holder_is_told(name: str) -> None:
    for path, document in documents(name).items():
        try:
            result = read(document)
        except Fault:
            continue
        for private in HOLDERS[name]:
            assert private not in repr(result), path
        assert "base64" not in repr(result.credentials), path


@pytest.mark.parametrize(
    ("name", "path", "reason"),
    [
        ("1edtech-validator", "basic-assertion.json", "is not fetched"),
        ("1edtech-validator", "organization.json", "the type Issuer"),
        ("1edtech-validator", "endorsement-valid.json", "an endorsement, which is no credential of a learner"),
        ("1edtech-validator", "simple-err-issuer.json", "found no achievement"),
        (
            "elm",
            "Sample-MC-Annex1-signed.jsonld",
            "a signed envelope (payload, signatures), which must be decoded",
        ),
        ("edc", "acc.json", "the type Accreditation"),
        ("ctdl", "CostManifest.json", "found CostManifest"),
    ],
)
def test_a_refusal_says_what_was_found(name: str, path: str, reason: str) -> None:
    with pytest.raises(Fault) as caught:
        read(named(name, path))
    assert reason in str(caught.value)


@pytest.mark.parametrize("document", [None, 3, "text", [], {}, {"a": 1}, {"type": "Nonsense"}, {"type": None}])
def test_an_unknown_document_is_told_what_was_looked_for(document: Any) -> None:
    with pytest.raises(UnknownDocument) as caught:
        read(document)
    assert "Open Badges 3.0" in str(caught.value)
    assert "CASE" in str(caught.value)


def test_a_signed_document_reads_like_the_unsigned_one_once_it_is_decoded() -> None:
    signed = named("elm", "Sample-MC-Annex1-signed.jsonld")
    plain = read(named("elm", "Sample-MC-Annex1-unsigned.jsonld"))
    decoded = read(json.loads(signed["payload"]))
    assert [c.credential for c in decoded.credentials] == [c.credential for c in plain.credentials]


def deep(levels: int) -> Any:
    document: Any = {"type": "BadgeClass", "name": "x"}
    inner = document
    for _ in range(levels):
        inner["a"] = {}
        inner = inner["a"]
    return document


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (deep(MAX_DEPTH + 1), "levels"),
        (deep(100_000), "levels"),
        ({"type": "BadgeClass", "name": "x", "a": [0] * MAX_PARTS}, "parts"),
        ({"type": "BadgeClass", "name": "x" * (MAX_TEXT + 1)}, "characters"),
    ],
)
def test_what_is_too_deep_or_too_large_is_refused_before_it_is_read(document: Any, found: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        read(document)
    assert found in str(caught.value)


def test_what_is_shown_is_shortened() -> None:
    result = read({"type": "BadgeClass", "name": "Bees", "nectar": "x" * 10_000})
    (unknown,) = result.unknown
    assert (unknown.pointer, unknown.term) == ("/nectar", "nectar")
    assert len(unknown.written or "") == MAX_SHOWN + 1


def test_things_that_point_to_each_other_in_a_circle_are_read_once() -> None:
    document = {
        "@context": "http://data.europa.eu/snb/model/context/edc-ap",
        "@graph": [
            {"id": "a", "type": "Qualification", "title": {"en": "A"}, "accreditation": "b", "isPartOf": "a"},
            {"id": "b", "type": "Accreditation", "accreditingAgent": "b", "legalName": {"en": "B"}, "title": "a"},
        ],
    }
    (only,) = read(document).credentials
    assert only.credential.quality_assured_by == ("B",)


TEXTS = (
    "http://data.europa.eu/snb/eqf/6", "PT5H", "2020-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:01Z",
    "en", "-1", "1e9",
)  # fmt: skip
KEYS = ("id", "type", "name", "en", "@value", "@language", "@graph", "title")
EXAMPLES = int(os.environ.get("READING_EXAMPLES", "150"))
"""How many changed documents are tried; more take longer."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(TEXTS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=6,
)  # fmt: skip


def paths(value: Any) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(), *((key, *path) for key, part in below for path in paths(part))]


def small(document: Any) -> bool:
    return len(json.dumps(document)) < 30_000


def samples() -> list[Any]:
    return [document for name in FOLDERS for document in documents(name).values() if small(document)]


def changed(document: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    mutant = copy.deepcopy(document)
    here = mutant
    for key in path[:-1]:
        here = here[key]
    change(here, path[-1])
    return mutant


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_a_document_says_it_is_read_without_a_gap_or_refused(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(samples()))
    for _ in range(data.draw(st.integers(1, 3))):
        if inside := [path for path in paths(document) if path]:
            path = data.draw(st.sampled_from(inside))
            if data.draw(st.booleans()):
                document = changed(document, path, lambda here, key: here.__delitem__(key))
            else:
                value = data.draw(JSON)
                document = changed(document, path, lambda here, key: here.__setitem__(key, value))  # noqa: B023
    try:
        result = read(document)
    except Fault:
        return
    assert isinstance(result, ReadDocument)
    assert unaccounted(document, result) == []


@settings(max_examples=EXAMPLES, deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused(document: Any) -> None:
    with suppress(Fault):
        assert unaccounted(document, read(document)) == []
