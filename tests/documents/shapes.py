"""The published shapes and schemas that what we write is checked against, read where they lie."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import rdflib
from jsonschema import Draft4Validator
from pyld import jsonld
from pyshacl import validate
from rdflib.namespace import OWL, RDF, SH

from tests.vectors import folder

EDC_CONTEXT = "http://data.europa.eu/snb/model/context/edc-ap"
BASE = "https://passerelle.example/"


@cache
def edc_context() -> dict[str, Any]:
    """The terms of the published context of the EDC application profile."""
    text = (folder("elm") / "rdf/ap/edc/edc-ap-context.jsonld").read_text(encoding="utf-8")
    terms: dict[str, Any] = json.loads(text)["@context"]
    return terms


def _loaded(address: str, options: Any = None) -> dict[str, Any]:
    """The one context that documents of ours may name; nothing is fetched."""
    assert address == EDC_CONTEXT
    document = {"@context": edc_context()}
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": document}


@cache
def _shapes() -> rdflib.Graph:
    graph = rdflib.Graph()
    for name in ("EDC-generic-no-cv.ttl", "EDC-generic-full.ttl"):
        graph.parse(folder("elm") / "rdf/ap/edc" / name)
    graph.remove((None, OWL.imports, None))  # it would be fetched; both files are read here
    return graph


def graph_of(document: dict[str, Any]) -> rdflib.Graph:
    """An ELM document as triples, with the published context."""
    options = {"documentLoader": _loaded, "format": "application/n-quads", "base": BASE}
    graph = rdflib.Graph()
    graph.parse(data=jsonld.to_rdf(document, options), format="nt")
    return graph


def faults(document: dict[str, Any]) -> list[str]:
    """What the SHACL shapes of the EDC application profile find wrong with an ELM document."""
    _, report, _ = validate(graph_of(document), shacl_graph=_shapes())
    return sorted(
        f"{report.value(result, SH.focusNode)} {report.value(result, SH.resultPath)} "
        f"{report.value(result, SH.sourceConstraintComponent)}"
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )


def references(schema: Any) -> Iterator[str]:
    """Every $ref in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for part in schema.values():
            yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


@cache
def ctdl_schema() -> dict[str, Any]:
    """The published JSON schema of a transfer value profile, as it is."""
    text = (folder("ctdl") / "schema-transfer_value_profile.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def lacking(schema: dict[str, Any]) -> set[str]:
    """Definitions that a schema refers to and does not have."""
    return {ref.removeprefix("#/definitions/") for ref in references(schema)} - set(schema["definitions"])


def usable(schema: dict[str, Any], ungiven: set[str]) -> Draft4Validator:
    """A validator for what the schema does define: what it lacks may be anything, what is not given is not asked."""
    definitions = {**schema["definitions"], **{name: {} for name in lacking(schema)}}
    profile = definitions["ceterms:TransferValueProfile"]
    asked = [name for name in profile["required"] if name not in ungiven]
    definitions["ceterms:TransferValueProfile"] = {**profile, "required": asked}
    return Draft4Validator({"$ref": "#/definitions/ceterms:TransferValueProfile", "definitions": definitions})
