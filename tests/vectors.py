"""Third-party test data, read where it lies beside the project and never copied into it."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from app.settings import ROOT

VECTORS = Path(os.environ.get("PASSERELLE_VECTORS", ROOT.parent / "shared" / "vectors"))


def folder(name: str) -> Path:
    """A folder of test data. Where there is none the test says that it was not run; in CI that is a failure."""
    path = VECTORS / name
    if not path.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"test data {name!r} is missing")
        pytest.skip(f"not run: test data {name!r} is missing")
    return path


def examples(path: Path) -> Iterator[tuple[str, Any]]:
    """Name and content of every JSON file in a folder."""
    for file in sorted(path.glob("*.json")):
        yield file.name, json.loads(file.read_text(encoding="utf-8"))


@cache
def validator(version: str, schema: str) -> Draft7Validator:
    """A validator for a schema of the reconciliation specification."""
    schemas = folder("reconciliation") / version / "schemas"
    documents = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in schemas.glob("*.json")}
    wanted = documents[f"{schema}.json"]
    base = str(wanted["$id"]).rpartition("/")[0]
    resources = [(name, Resource(contents=text, specification=DRAFT7)) for name, text in documents.items()]
    registry: Registry[Any] = Registry().with_resources(
        [*resources, *((f"{base}/{name}", resource) for name, resource in resources)]
    )
    registry = registry.with_resource(
        "http://swagger.io/v2/schema.json", Resource(contents={"definitions": {}}, specification=DRAFT7)
    )
    return Draft7Validator(wanted, registry=registry)


def check(version: str, schema: str, content: Any) -> None:
    """Fail with every fault that the specification's schema finds."""
    faults = [f"{error.json_path}: {error.message}" for error in validator(version, schema).iter_errors(content)]
    assert faults == []
