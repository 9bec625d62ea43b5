"""What another verifier says of the same documents: ours must take no proof that the other one refuses.

``python -m tests.documents.differential 2000 [SEED]`` changes signed documents at random, that many, and asks both of
them and of those of other projects; it needs node. The other one (packages of Digital Bazaar, in JavaScript) is
installed under var/beside when it is not there. Nobody is asked for anything: documents whose key or context is
elsewhere are told apart.
"""

import asyncio
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.documents.opening import open_document
from app.documents.verification.asking import Asking
from app.documents.verification.verifying import verify
from app.domain.errors import UnopenedDocument
from app.settings import ROOT
from tests.documents.mutations import DOCUMENTS, changed_json
from tests.documents.third_party import CONTEXTS, DAY, files
from tests.vectors import VECTORS

SOURCE = Path(__file__).with_name("beside")
FOLDER = ROOT / "var" / "beside"


def others(documents: Sequence[Any]) -> list[dict[str, Any]]:
    """What the other verifier says of each document: whether it is ``verified``, and ``because``."""
    wanted = (SOURCE / "package.json").read_text(encoding="utf-8")
    installed = FOLDER / "package.json"
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        (FOLDER / "wanted").mkdir()
        (FOLDER / "wanted" / "package.json").write_text(wanted, encoding="utf-8")
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=FOLDER / "wanted", check=True)
        (FOLDER / "wanted" / "node_modules").rename(FOLDER / "node_modules")
        installed.write_text(wanted, encoding="utf-8")
    shutil.copy(SOURCE / "verify.mjs", FOLDER)
    given = FOLDER / "documents.json"
    given.write_text(json.dumps({"contexts": dict(CONTEXTS.documents), "documents": documents}), encoding="utf-8")
    told = subprocess.run(["node", "verify.mjs", given.name], cwd=FOLDER, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in told.stdout.splitlines()]


async def ours(document: Any) -> tuple[str, str]:
    """Whether the proof holds and the key is the issuer's: ``passed``, ``failed`` or ``could_not_be_checked``."""
    try:
        (held,) = [held for held in open_document(document) if held.record is None]
        verification = await verify(held, on=DAY, asking=Asking(None), contexts=CONTEXTS)
    except (UnopenedDocument, ValueError) as fault:
        return "failed", str(fault)
    steps = [step for step in verification.steps if step.name in ("proof", "key_control")]
    results = {step.result for step in steps}
    result = "failed" if "failed" in results else "passed" if results == {"passed"} else "could_not_be_checked"
    return result, " ".join(step.reason for step in steps if step.result != "passed")


def documents(many: int, seed: int) -> list[Any]:
    """Signed documents of other projects, our own, and our own changed at random."""
    found = []
    for file in files():
        if file.endswith((".json", ".jsonld")):
            read = json.loads((VECTORS / file).read_text(encoding="utf-8"))
            if isinstance(read, dict) and "proof" in read:
                found.append(read)
    draw = random.Random(seed)
    return [*found, *DOCUMENTS, *(changed_json(draw.choice(DOCUMENTS), draw) for _ in range(many))]


def main() -> int:
    """Print how often both say the same, and where they do not; 1 when ours takes what the other refuses."""
    many, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    asked = documents(many, seed)
    counts: Counter[tuple[str, str]] = Counter()
    against = 0
    for document, other in zip(asked, others(asked), strict=True):
        result, reason = asyncio.run(ours(document))
        their = "passed" if other["verified"] else "failed"
        counts[result, their] += 1
        if their != result and "passed" in (their, result):
            against += result == "passed"
            print(f"{result} ({reason[:150]}), theirs {their} ({other['because']}): {json.dumps(document)[:400]}")  # noqa: T201
    for (result, their), count in sorted(counts.items()):
        print(f"{count:6} ours {result}, theirs {their}")  # noqa: T201
    return against > 0


if __name__ == "__main__":
    sys.exit(main())
