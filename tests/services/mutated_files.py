"""Files changed at random: each is refused with a clear problem or imported, in bounded memory.

``python -m tests.services.mutated_files 20000 --on sqlite --whole 5`` tries that many, one in five of them as a whole
import with its job in a database, the others by reading and checking alone, which is what a file can make go wrong and
goes ten times faster. A run is repeated with the seed that it prints. The tests try a few.
"""

import argparse
import asyncio
import io
import json
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from sqlalchemy.ext.asyncio import AsyncEngine

from app.datasets.problems import InvalidData
from app.documents.rows import format_of, read_rows
from app.documents.things import format_of_document
from app.documents.unreadable import UnreadableFile
from app.domain.dataset import Dataset
from app.domain.errors import UnreadableQuestion
from app.domain.ruleset import RuleSet
from app.services.administration import load, operator
from app.services.cases import failing_cases
from app.services.importing import framework
from app.services.importing.chunks import SECTIONS
from app.services.importing.preparing import Preparer, Section
from app.services.importing.requests import Wish, add_import
from app.services.importing.running import Runner
from app.store import jobs, releases
from app.store.database import open_database, open_session
from app.store.jobs import LONGEST_TEXT, Job, Kind, short
from tests.databases import migrated
from tests.factories import EXLAND

LONGEST_SENTENCE = 3 * LONGEST_TEXT + 100
MOST_MEMORY = 512_000
"""Kibibytes that a run may need besides those that it needs for sound files."""
TOLD_EVERY = 20.0


def workbook(rows: list[list[Any]], **replaced: bytes) -> bytes:
    """A workbook, with some of its parts replaced by others."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return repacked(out.getvalue(), lambda name, content: replaced.get(name.rpartition("/")[2], content))


def repacked(packed: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """An archive with other contents of the same names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return out.getvalue()


def archive(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


ROW = {"id": "a", "confidence": "low", "credential": {"title": "Ants", "issuer": {"name": "School"}}}
LINE = json.dumps(ROW).encode() + b"\n"
FULL: dict[str, Any] = {
    "id": "b", "confidence": "low", "valid_from": "2024-01-01",
    "sources": [{"source": "decree-12", "locator": "art. 1"}],
    "credential": {
        "title": "Bees", "aliases": ["Apis"], "notional_hours": "20", "delivery": ["online"], "language": "en",
        "level": {"framework": "eqf", "value": "5"}, "credit": {"amount": "5", "system": "xf-point"}, "field": "0811",
        "issuer": {"name": "School", "country": "XF"}, "identifiers": [{"scheme": "x", "value": "1"}],
    },
}  # fmt: skip
DECISION: dict[str, Any] = {
    "id": "d", "confidence": "low", "recogniser": "xf-university", "status": "recognised", "basis": "decision",
    "binding": True, "statement": "Five points.", "purposes": ["credit_transfer"],
    "credentials": ["xf-beekeeping"],
    "credit": {"amount": "5", "system": "xf-point", "meaning": "exact"},
}  # fmt: skip
FRAMEWORK = (EXLAND / "frameworks" / "xf.yaml").read_bytes()
CASES = b"""
- name: a course in beekeeping is worth points
  source: decree-12
  credential: {title: Beekeeping, notional_hours: 125}
  jurisdictions: [XF]
  expect:
    - {as_of: 2024-09-01, purpose: credit_transfer, status: discretionary, because: [xf-five-points], missing: [/x]}
- name: points and units
  source: decree-12
  convert: {amount: 5, from: xf-point, to: xg-unit}
  expect:
    - {as_of: 2024-09-01, min: 5, max: 10}
"""
LINK = {"title": "Rope Work", "identifier": "1", "uri": "https://skills.example/1"}
ITEM = {
    "identifier": "2", "uri": "https://skills.example/2", "fullStatement": "Ties knots.", "CFItemType": "Skill",
    "humanCodingScheme": "K.1", "statusStartDate": "2024-01-01", "language": "en", "CFDocumentURI": LINK,
}  # fmt: skip
PLACE = {
    "identifier": "4", "associationType": "isChildOf", "originNodeURI": {**ITEM, "identifier": "3"},
    "destinationNodeURI": ITEM,
}  # fmt: skip
PACKAGE = {
    "CFDocument": LINK, "CFItems": [ITEM, {**ITEM, "identifier": "3", "uri": "https://skills.example/3"}],
    "CFAssociations": [PLACE],
}  # fmt: skip
TABLE = {"id": ["a", "b"], "confidence": ["low", "low"], "title": ["Ants", "5"], "aliases": ["A; B", None]}
SOUND: dict[str, tuple[Kind, str, bytes]] = {
    "lines": ("catalogue", "x.ndjson", LINE + json.dumps(FULL).encode() + b"\n"),
    "table": (
        "catalogue", "x.csv",
        b"id,confidence,title,aliases,notional_hours,features\na,low,Ants,A; B,20,{}\nb,low,Bees,,,\n",
    ),
    "workbook": ("catalogue", "x.xlsx", workbook([list(TABLE), ["a", "low", "Ants", "A; B"], ["b", "low", 5, None]])),
    "Parquet": ("catalogue", "x.parquet", parquet(**TABLE, delivery=[["online"], None], notional_hours=[1.5, None])),
    "lines of decisions": ("decisions", "x.ndjson", json.dumps(DECISION).encode() + b"\n"),
    "CASE": ("skills", "x.json", json.dumps(PACKAGE).encode()),
    "framework file": ("framework", "x.yaml", FRAMEWORK),
    "framework archive": (
        "framework", "x.zip",
        archive(
            *((str(path.relative_to(EXLAND)), path.read_bytes()) for path in sorted(EXLAND.rglob("*.yaml"))),
            ("cases/xf.yaml", CASES),
        ),
    ),
}  # fmt: skip
"""What is changed: a file of every kind and format, which is imported as it is."""
PACKED = ("workbook", "framework archive")
"""Which of them are archives: of these, half the changes are made within, as most others only break the archive."""
PIECES = [
    b"\0", b"\xff", b'"', b"{", b"}", b"]", b"[" * 50, b"\n", b",", b"'", b"=", b"-", b": ", b"\\ud800", b"NaN",
    b"1e9999", b"\r", b"null", b"true", b"[]", b"{}", b"5", b"-1", b"1/0", b"9" * 400, b"\xe2\x80\xae", b"&a ", b"*a",
    b"!!x ", b"#", b" ", b"a", b"Caf\xc3\xa9",
    b"<", b"&#0;", b"2024-02-30", b"\xef\xbb\xbf", b"\\u0000", b"PK\x03\x04", b"x" * 5_000,
]  # fmt: skip


def changed(chance: random.Random, content: bytes) -> bytes:
    """The same with one to four places written over, cut out, doubled or exchanged."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        at, other = sorted((chance.randrange(len(content) + 1), chance.randrange(len(content) + 1)))
        part = content[at : min(other, at + 200)]
        match chance.randrange(6):
            case 0:
                content = content[:at] + content[at + chance.randint(1, 40) :]
            case 1:
                content = content[:at] + part * chance.randint(2, 5) + content[at + len(part) :]
            case 2:
                content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
            case _:
                content = content[:at] + chance.choice(PIECES) + content[at + chance.randint(0, 8) :]
    return content


def mutated(chance: random.Random, what: str) -> bytes:
    """A sound file, changed at random."""
    content = SOUND[what][2]
    if what not in PACKED or chance.random() < 0.5:
        return changed(chance, content)
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    chosen = chance.choice([name for name in names if "sheet1" in name or name.endswith(".yaml")] + names[:2])
    return repacked(content, lambda name, part: changed(chance, part) if name == chosen else part)


def sentence(place: str, found: str, expected: str) -> str:
    """A problem as it is told."""
    return f"{short(place)}: found {short(found)}, expected {short(expected)}"


@dataclass
class Trial:
    """A database in which mutated files are tried, and a folder where they lie."""

    engine: AsyncEngine
    folder: Path
    rules: RuleSet
    base: Dataset
    job: Job
    """Any job, for what only needs one to be named."""
    outcomes: Counter[str] = field(default_factory=Counter)

    async def read(self, what: str, content: bytes) -> list[str]:
        """What is wrong with a file that is read and checked, in sentences; nothing when it could be imported.

        Worked cases that an archive brings are asked, as they are before its data is served.
        """
        kind, name, _ = SOUND[what]
        file = self.folder / "read"
        file.write_bytes(content)
        try:
            if kind == "framework":
                job = replace(self.job, file=str(file), file_name=name, format=name[2:])
                if name.endswith(".zip"):
                    cases = framework._from_archive(job)[1]
                    async with open_session(self.engine) as session:
                        await failing_cases(session, self.rules, cases)
                else:
                    framework._with_file(job, self.base, "release 1")
                return []
            section: Section = SECTIONS[kind]
            form = format_of_document(content[:65_536]) or format_of(name, content[:65_536])
            if form is None:
                return ["It is not plain which format it has."]
            done = Preparer(section, self.rules, 1, form).prepare(read_rows(file, form, section, {}), "")
            return [sentence(p.place, p.found, p.expected) for p in done.problems]
        except UnreadableFile as fault:
            return [str(fault)]
        except InvalidData as fault:
            return [sentence(p.pointer, p.found, p.expected) for p in fault.problems]

    async def imported(self, kind: Kind, name: str, content: bytes, *, dry_run: bool = False) -> list[str]:
        """What is wrong with a file that is sent to be imported, in sentences; nothing when it was imported."""
        file = self.folder / "sent"
        await asyncio.to_thread(file.write_bytes, content)
        wish = Wish(kind=kind, collection=None if kind == "framework" else f"hostile-{kind}", dry_run=dry_run)
        async with open_session(self.engine) as session:
            before = await releases.find_active_number(session)
        try:
            job = await add_import(self.engine, file, name, wish, caller=operator())
        except UnreadableQuestion as refused:
            return [str(refused)]
        assert await Runner(self.engine).run_next(job.number)
        async with open_session(self.engine) as session:
            done = await jobs.find_job(session, job.number)
            problems = await jobs.list_problems(session, job.number, after=0, limit=50)
            after = await releases.find_active_number(session)
        assert done is not None
        if done.state == "succeeded":
            assert not problems
            assert not dry_run or (done.release, after) == (None, before)
            return []
        assert (done.state, done.release, after) == ("failed", None, before)
        assert done.failure is not None
        assert "our side" not in done.failure, done.failure
        return [done.failure, *(sentence(p.place, p.found, p.expected) for _, p in problems)]

    async def try_one(self, chance: random.Random, *, whole: bool) -> None:
        """Change a file and see what comes of it: any fault but a clear problem is raised, with the file."""
        (what,) = chance.choices(list(SOUND), [1 if what.startswith("framework") else 3 for what in SOUND])
        content = mutated(chance, what)
        kind, name, _ = SOUND[what]
        try:
            if whole:
                told = await self.imported(kind, name, content, dry_run=chance.random() < 0.8)
            else:
                told = await self.read(what, content)
            assert all(0 < len(sentence) < LONGEST_SENTENCE for sentence in told), max(told, key=len)[:3_000]
        except Exception as fault:
            kept = Path(tempfile.gettempdir()) / f"mutated-{what.replace(' ', '-')}{Path(name).suffix}"
            await asyncio.to_thread(kept.write_bytes, content)
            fault.add_note(f"The {what} that shows it is kept as {kept}.")
            raise
        self.outcomes[f"{what}, {'whole' if whole else 'read'}, {'refused' if told else 'taken'}"] += 1


async def opened(url: str, folder: Path) -> Trial:
    """A trial in a new database with the invented place."""
    await asyncio.to_thread(migrated, url)
    await load(url, EXLAND)
    engine = open_database(url)
    async with open_session(engine) as session:
        rules, base = await releases.find_rules(session, 1), await releases.find_dataset(session, 1)
    assert rules is not None
    file = folder / "first.csv"
    await asyncio.to_thread(file.write_bytes, SOUND["table"][2])
    job = await add_import(engine, file, "x.csv", Wish(kind="catalogue", collection="first"), caller=operator())
    return Trial(engine, folder, rules, base, job)


async def run(url: str, folder: Path, files: int, seed: int, whole: int, seconds: float = 1e9) -> Counter[str]:
    """Try so many files, or as many as there is time for, one in ``whole`` as a whole import: what came of them.

    The memory of the process stays bounded.
    """
    chance, until, told_at = random.Random(seed), time.monotonic() + seconds, time.monotonic()
    trial = await opened(url, folder)
    try:
        for what, (kind, name, content) in SOUND.items():
            assert (told := await trial.read(what, content)) == [], (what, told)
            assert await trial.imported(kind, name, content) == [], what
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for n in range(files):
            if time.monotonic() > until:
                break
            if time.monotonic() - told_at > TOLD_EVERY:
                told_at = time.monotonic()
                sys.stderr.write(f"{n} of {files}\n")
            await trial.try_one(chance, whole=n % whole == 0)
    finally:
        await trial.engine.dispose()
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert more < MOST_MEMORY, f"{more} KiB more"
    return trial.outcomes


def main() -> None:
    """Try many on one database and print what came of them."""
    from tests.fuzz import database

    parser = argparse.ArgumentParser(description="Import files that were changed at random.")
    parser.add_argument("files", type=int, help="how many")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--whole", type=int, default=5, help="one in how many is a whole import")
    parser.add_argument("--seconds", type=float, default=1e9, help="when to stop at the latest")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats a run")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerelle-mutated-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with database(wanted.on, folder) as url:
            outcomes = asyncio.run(run(url, folder, wanted.files, wanted.seed, wanted.whole, wanted.seconds))
    for outcome, count in sorted(outcomes.items()):
        sys.stdout.write(f"{count:8} {outcome}\n")
    whole = sum(count for outcome, count in outcomes.items() if ", whole, " in outcome)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{wanted.on}, seed {wanted.seed}: {outcomes.total()} files, {whole} as whole imports, {memory} MiB at most\n"
    )


if __name__ == "__main__":
    main()
