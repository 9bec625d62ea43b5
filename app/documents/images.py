"""Badges baked into images: PNG and SVG (Open Badges 3.0 section 5.3, Open Badges 2.0 Baking Specification)."""

import struct
import zlib
from xml.etree.ElementTree import ParseError

import png
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openbadgeslib import baking
from openbadgeslib.errors import LibOpenBadgesException

from app.documents.json_text import MAX_BYTES
from app.domain.errors import UnopenedDocument

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_IMAGE_BYTES = 8_388_608
"""Largest image."""

_PNG_KEYWORDS = (baking.ITXT_KEYWORD_OB3, baking.ITXT_KEYWORD)
_SVG_ELEMENTS = (f"{{{baking.SVG_NS_OB3}}}credential", f"{{{baking.SVG_NS}}}assertion")


def badge_in_png(image: bytes, where: str) -> str:
    """The text that is baked into a PNG image, as an iTXt chunk that may be compressed.

    The library inflates at most MAX_BYTES. Raises UnopenedDocument where the image is broken or no badge is in it.
    """
    if len(image) > MAX_IMAGE_BYTES:
        raise UnopenedDocument(where, f"an image of {len(image):,} bytes", f"at most {MAX_IMAGE_BYTES:,}")
    try:
        for keyword in _PNG_KEYWORDS:
            text = baking.extract_png(image, MAX_BYTES, keyword=keyword)
            if text is not None:
                return text
    except LibOpenBadgesException:
        raise UnopenedDocument(
            where, "a badge that is too large when unpacked", f"at most {MAX_BYTES:,} bytes"
        ) from None
    except (png.Error, zlib.error, struct.error, UnicodeDecodeError, EOFError, IndexError):
        raise UnopenedDocument(where, "a broken PNG image", "a whole image with a badge in it") from None
    raise UnopenedDocument(where, "a PNG image without a badge in it", "an image downloaded as a badge")


def badge_in_svg(text: str, where: str) -> str:
    """The text that is baked into an SVG image: the attribute verify (a token) or the text of the element (JSON).

    Entities are refused, and nothing outside the text is read. The element is found by its namespace, whatever its
    prefix.
    """
    try:
        image = fromstring(text.encode(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise UnopenedDocument(where, "XML with entities", "SVG without them") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise UnopenedDocument(where, "broken XML", "a whole SVG image with a badge in it") from None
    for name in _SVG_ELEMENTS:
        for element in image.iter(name):
            found = element.get("verify") or "".join(element.itertext()).strip()
            if found:
                return str(found)
    raise UnopenedDocument(where, "XML without a badge in it", "an SVG image downloaded as a badge")
