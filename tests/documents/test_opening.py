"""What people hold is opened, or refused with what was found and what was expected."""

import base64
import io
import json
import struct
import zipfile
import zlib
from typing import Any

import pytest
from openbadgeslib import baking

from app.documents import archives, json_text, opening
from app.documents.opening import open_document
from app.domain.errors import UnopenedDocument
from tests import vectors
from tests.documents.issuing import ED25519, a_badge, did_key, method_of, private, signed, token

BADGE = signed(a_badge())
TOKEN = token({"vc": a_badge(), "iss": did_key(ED25519)}, private(ED25519), "EdDSA", kid=method_of(ED25519))
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'
PNG_KEYWORD, SVG_NAME = baking.ITXT_KEYWORD_OB3, (baking.SVG_ELEMENT_OB3, baking.SVG_NS_OB3)


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as opened:
        for name, content in files:
            opened.writestr(name, content)
    return archive.getvalue()


def png_with(chunk: bytes) -> bytes:
    head, end = PIXEL[:-12], PIXEL[-12:]
    return head + struct.pack("!I", len(chunk)) + b"iTXt" + chunk + struct.pack("!I", zlib.crc32(b"iTXt" + chunk)) + end


def svg_with(text: str) -> bytes:
    return baking.bake_svg(SVG, text, element=SVG_NAME[0], namespace=SVG_NAME[1], as_text=text.startswith("{"))


def presentation(*held: Any) -> dict[str, Any]:
    return {"@context": BADGE["@context"], "type": "VerifiablePresentation", "verifiableCredential": list(held)}


JSON = json.dumps(BADGE)
WAYS = {
    "decoded JSON": BADGE,
    "pasted JSON": f"\n {JSON} ",
    "a file with a byte order mark": b"\xef\xbb\xbf" + JSON.encode(),
    "a PNG image": baking.bake_png(PIXEL, JSON, keyword=PNG_KEYWORD),
    "a PNG image, compressed": png_with(PNG_KEYWORD + b"\0\1\0\0\0" + zlib.compress(JSON.encode())),
    "an SVG image": svg_with(JSON),
    "an archive": packed(("badge.json", JSON.encode())),
    "a presentation": presentation(BADGE),
    "as Europass hands it over": {"credential": BADGE, "deliveryDetails": {}},
}
TOKENS = {
    "a token": TOKEN,
    "a token in quotation marks": json.dumps(TOKEN),
    "a token in a PNG image": baking.bake_png(PIXEL, TOKEN, keyword=PNG_KEYWORD),
    "a token in an SVG image": svg_with(TOKEN),
    "an envelope": {"@context": BADGE["@context"][0], "type": "EnvelopedVerifiableCredential",
                    "id": f"data:application/vc+jwt,{TOKEN}"},
    "a data URL": f"data:application/vc+jwt;base64,{base64.b64encode(TOKEN.encode()).decode()}",
    "a presentation of tokens": presentation(TOKEN),
    "a presentation as a token": token({"vp": presentation(TOKEN), "iss": "did:example:x"}, private(ED25519), "EdDSA"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_badge_is_found_in_whatever_it_comes(way: str) -> None:
    (held,) = open_document(WAYS[way])
    assert held.content == BADGE
    assert held.secured == "embedded"


@pytest.mark.parametrize("way", TOKENS)
def test_a_token_is_found_in_whatever_it_comes(way: str) -> None:
    (held,) = open_document(TOKENS[way])
    assert held.content == a_badge()
    assert (held.secured, held.token, held.claims) == ("jwt", TOKEN, {"iss": did_key(ED25519)})


def test_a_credential_that_is_the_payload_itself_loses_the_claims_of_the_token() -> None:
    (held,) = open_document(token({**a_badge(), "iss": "x", "nbf": 1}, private(ED25519), "EdDSA"))
    assert held.content == a_badge()
    assert held.claims == {"iss": "x", "nbf": 1}


def test_all_credentials_of_a_presentation_and_an_archive_are_opened_with_their_place() -> None:
    found = open_document(presentation(BADGE, TOKEN))
    assert [held.where for held in found] == ["credential 1 of the presentation", "credential 2 of the presentation"]
    found = open_document(packed(("a.json", JSON.encode()), ("__MACOSX/._a", b"x"), ("b.jwt", TOKEN.encode())))
    assert [held.where for held in found] == ["file 1 of the archive", "file 2 of the archive"]


OLD_BADGE = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}


def test_badges_of_the_second_version_are_found_in_images_too() -> None:
    (held,) = open_document(baking.bake_png(PIXEL, json.dumps(OLD_BADGE)))
    assert held.content == OLD_BADGE


REFUSED = {
    "nothing": (b"", "found nothing"),
    "words": ("Dear Sir", "text of an unknown format"),
    "other bytes": (b"%PDF-1.7 \xff\xfe", "bytes of an unknown format"),
    "an address": ("https://issuer.example/badge", "found an address, expected the document itself"),
    "a list": (b"[]", "text of an unknown format"),
    "a number in quotation marks": ('"1"', "text of an unknown format"),
    "broken JSON": ('{"type": ', "broken JSON (character 9)"),
    "a key twice": ('{"type": "a", "type": "b"}', "a key that occurs twice"),
    "NaN": ('{"type": NaN}', "NaN"),
    "a number without bounds": ('{"type": 1e999}', "a number that is too large"),
    "a number of many digits": ('{"type": ' + "1" * 5000 + "}", "broken JSON"),
    "half a character": ('{"type": "\\ud800"}', "half of a character"),
    "deep nesting": ('{"type": ' + "[" * 100 + "]" * 100 + "}", "levels of nesting"),
    "very deep nesting": ('{"type": ' + "[" * 200_000 + "]" * 200_000 + "}", "nesting"),
    "many values": (json.dumps({"type": [0] * json_text.MAX_VALUES}), "more than 50,000 values"),
    "a large text": ("{" + " " * json_text.MAX_BYTES + "}", "at most 1,048,576"),
    "a token with selective disclosure": (f"{TOKEN}~abc~", "selective disclosure"),
    "a token about a list": (token([], private(ED25519), "EdDSA"), "a token about a list"),  # type: ignore[arg-type]
    "an envelope of an address": ({"type": "EnvelopedVerifiableCredential", "id": "https://a"}, "without a data: URL"),
    "an empty presentation": (presentation(), "no credential in it"),
    "a presentation of many": (presentation(*[TOKEN] * (opening.MAX_CREDENTIALS + 1)), "more than 50 credentials"),
    "a signature about a list": ({"payload": "[]", "signatures": []}, "broken"),
    "an image without a badge": (PIXEL, "a PNG image without a badge"),
    "a broken image": (PIXEL[:30], "a broken PNG image"),
    "an image with a bomb": (png_with(PNG_KEYWORD + b"\0\1\0\0\0" + zlib.compress(b" " * 5_000_000)), "too large"),
    "a drawing without a badge": (SVG, "XML without a badge"),
    "a drawing with entities": (b'<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>', "XML with entities"),
    "broken XML": (b"<svg>", "broken XML"),
    "an archive in an archive": (packed(("a.zip", packed(("b.json", JSON.encode())))), "an archive in an archive"),
    "an archive of many": (packed(*((f"{n}.json", b"{}") for n in range(archives.MAX_FILES + 1))), "51 files"),
    "an archive that leads out": (packed(("../a.json", JSON.encode())), "leads out of the archive"),
    "an archive that leads to the root": (packed(("/a.json", JSON.encode())), "leads out of the archive"),
    "an archive with a bomb": (packed(("a.json", b" " * 5_000_000)), "grows too large"),
    "an archive packed by LZMA": (packed(("a.json", b"{}"), method=zipfile.ZIP_LZMA), "packed in an unusual way"),
    "an empty archive": (packed((".hidden", b"")), "no credential in it"),
    "a broken archive": (packed(("a.json", JSON.encode()))[:60], "a broken archive"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_credential_is_refused_with_what_was_found(what: str) -> None:
    given, found = REFUSED[what]
    with pytest.raises(UnopenedDocument) as refusal:
        open_document(given)
    assert found in str(refusal.value)
    assert "Beekeeping" not in str(refusal.value)


def test_an_archive_that_lies_about_the_size_of_a_file_is_refused() -> None:
    archive = bytearray(packed(("a.json", b" " * 5_000_000)))
    for marker, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = archive.index(marker) + offset
        archive[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(UnopenedDocument):
        open_document(bytes(archive))


@pytest.mark.parametrize("name", ["xxe_base64", "xxe_dos", "xxe_entity", "xxe_file", "xxe_remote"])
def test_xml_with_entities_is_refused(name: str) -> None:
    folder = vectors.folder("edc") / "edci-commons/src/test/resources/xxeTest"
    with pytest.raises(UnopenedDocument, match="XML with entities"):
        open_document((folder / f"{name}.xml").read_bytes())
