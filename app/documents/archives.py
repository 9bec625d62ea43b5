"""ZIP archives of credentials, unpacked in memory and within bounds."""

import io
import zipfile
import zlib
from collections.abc import Iterator

from app.documents.images import MAX_IMAGE_BYTES
from app.domain.errors import UnopenedDocument

ZIP_SIGNATURE = b"PK\x03\x04"
MAX_ARCHIVE_BYTES = 16_777_216
"""Largest archive, and most that all its files together may have when unpacked."""
MAX_FILES = 50
"""Most files in an archive."""
MAX_RATIO = 200
"""How many times larger a file may become when unpacked. JSON and images stay far below."""


def read_archive(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in an archive, in its order; nothing is written to a disk.

    Raises UnopenedDocument for one that is broken, encrypted, larger than it says, or names files outside itself.
    """
    where = "the archive"
    if len(archive) > MAX_ARCHIVE_BYTES:
        raise UnopenedDocument(where, f"{len(archive):,} bytes", f"at most {MAX_ARCHIVE_BYTES:,}")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if not _is_ballast(entry)]
            if len(entries) > MAX_FILES:
                raise UnopenedDocument(where, f"{len(entries)} files", f"at most {MAX_FILES}")
            left = MAX_ARCHIVE_BYTES
            for n, entry in enumerate(entries, start=1):
                content = _read(opened, entry, min(left, MAX_IMAGE_BYTES), f"file {n} of the archive")
                left -= len(content)
                yield f"file {n} of the archive", content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise UnopenedDocument(where, "a broken archive, or one packed in an unusual way", "a ZIP file") from None


def _read(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, where: str) -> bytes:
    if entry.flag_bits & 0x1:
        raise UnopenedDocument(where, "an encrypted file", "one without a password")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others may ask for gigabytes of memory
        raise UnopenedDocument(where, "a file packed in an unusual way", "one packed by the usual method (deflate)")
    if entry.filename.startswith("/") or "\\" in entry.filename or ".." in entry.filename.split("/"):
        raise UnopenedDocument(where, "a name that leads out of the archive", "a plain name")
    if entry.file_size > most or entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise UnopenedDocument(where, "a file that grows too large when unpacked", f"at most {most:,} bytes")
    with opened.open(entry) as packed:
        content = packed.read(most + 1)
    if len(content) > most:
        raise UnopenedDocument(where, "a file larger than the archive says", f"at most {most:,} bytes")
    return content


def _is_ballast(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what operating systems add of their own."""
    name = entry.filename.rpartition("/")[2]
    return entry.is_dir() or name.startswith(".") or entry.filename.startswith("__MACOSX/")
