"""Documents of other projects, read where they lie."""

import base64
import json

import pytest

from tests import vectors
from tests.documents import third_party
from tests.documents.third_party import EXPECTED, HOLDS, NOT_CHECKED, check, first_letter_changed

pytestmark = pytest.mark.anyio


def test_something_is_said_of_every_document() -> None:
    vectors.folder("1edtech-validator")
    assert set(third_party.names()) == EXPECTED.keys() | NOT_CHECKED.keys()
    assert not EXPECTED.keys() & NOT_CHECKED.keys()


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_document_has_the_result_that_its_name_gives(name: str) -> None:
    vectors.folder(name.partition("/")[0])
    outcome = await third_party.outcome(name)
    assert outcome.as_expected, outcome.told


@pytest.mark.parametrize("name", NOT_CHECKED)
async def test_what_cannot_be_checked_is_never_called_genuine(name: str) -> None:
    vectors.folder(name.partition("/")[0])
    outcome = await third_party.outcome(name)
    assert outcome.as_expected is None, outcome.told


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name] == HOLDS])
async def test_a_document_of_which_a_letter_was_changed_fails(name: str) -> None:
    vectors.folder(name.partition("/")[0])
    file, _, where = name.partition(": ")
    held = next(held for held in third_party.opened(file) if held.where == (where or "the document"))
    if isinstance(held.token, str):
        head, body, signature = held.token.split(".")
        payload = json.loads(base64.urlsafe_b64decode(body + "=="))
        inner = first_letter_changed(payload.get("vc", payload))
        changed = {**payload, "vc": inner} if "vc" in payload else inner
        body = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
        found = await check(f"{head}.{body}.{signature}")
    elif held.token is not None:
        found = await check({**held.token, "payload": held.token["payload"].replace("Generic", "Generik", 1)})
    else:
        document = dict(held.content)
        if "name" not in document:  # a status list says nothing but its bits
            subject = document["credentialSubject"]
            document["credentialSubject"] = {**subject, "encodedList": subject["encodedList"] + "A"}
        else:
            document = first_letter_changed(document)
        found = await check(document)
    verification = found["the document"]
    (proof,) = [step for step in verification.steps if step.name == "proof"]
    assert proof.result == "failed", proof.reason
    assert verification.genuine == "failed"
