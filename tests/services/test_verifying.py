"""Files are opened and verified with what the settings allow."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.domain.errors import UnopenedDocument
from app.services.verifying import load_trust_lists, verify_document, verify_once
from app.settings import ROOT
from tests.conftest import EXLAND
from tests.documents.hosting import World
from tests.documents.issuing import ED25519, OB3, a_badge, did_key, signed

pytestmark = pytest.mark.anyio

TODAY = date(2026, 6, 1)

LIST = f"""
title: Schools
publisher: Ministry
url: https://ministry.example/schools
read_on: 2026-05-01
means: May teach beekeeping.
issuers:
  - {{id: "{did_key(ED25519)}", name: Apiary}}
"""


async def test_several_credentials_share_their_questions(world: World) -> None:
    issuer = world.did_web()
    badges = [signed(a_badge(issuer), verificationMethod=f"{issuer}#key-1") for _ in range(3)]
    presentation = {"@context": OB3, "type": "VerifiablePresentation", "verifiableCredential": badges}
    async with world.fetcher() as fetch:
        found = await verify_document(presentation, on=TODAY, fetch=fetch)
    assert len(found) == 3
    assert [len(verified.verification.fetched) for verified in found] == [1, 1, 1]
    assert len(world.asked) == 1


async def test_there_is_a_bound_on_questions(world: World) -> None:
    badges = [
        signed(a_badge(world.did_web(str(n))), verificationMethod=f"{world.did_web(str(n))}#k") for n in range(22)
    ]
    presentation = {"@context": OB3, "type": "VerifiablePresentation", "verifiableCredential": badges}
    async with world.fetcher() as fetch:
        found = await verify_document(presentation, on=TODAY, fetch=fetch)
    assert len(world.asked) == 20
    assert "more than 20 addresses would have to be asked" in found[-1].verification.reason


async def test_with_fetching_switched_off_nothing_is_asked() -> None:
    badge = signed(a_badge("did:web:issuer.example"), verificationMethod="did:web:issuer.example#k")
    (found,) = await verify_once(json.dumps(badge).encode(), on=TODAY, fetching=False)
    assert found.verification.genuine == "unknown"
    assert "fetching is switched off" in found.verification.reason
    assert found.verification.fetched == ()


def test_lists_of_issuers_are_read_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "schools.yaml").write_text(LIST)
    (tmp_path / "notes.txt").write_text("no list")
    (loaded,) = load_trust_lists(tmp_path)
    assert loaded.issuers == {did_key(ED25519): "Apiary"}
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(UnopenedDocument, match=r"other\.json, /title: found no text, expected text"):
        load_trust_lists(tmp_path)


def test_a_file_is_verified_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FETCHING", "false")
    monkeypatch.setenv("TRUST_LISTS", str(tmp_path))
    (tmp_path / "schools.yaml").write_text(LIST)
    badge = tmp_path / "badge.txt"
    badge.write_text(json.dumps(signed(a_badge())))
    told = CliRunner().invoke(cli, ["verify", str(badge), "--on", "2026-06-01"])
    assert told.exit_code == 0, told.output
    assert told.output.startswith("the document: genuine: passed.")
    assert "trust: passed." in told.output
    assert CliRunner().invoke(cli, ["verify", str(badge), "--on", "2023-06-01"]).exit_code == 1
    badge.write_text("Dear Sir")
    told = CliRunner().invoke(cli, ["verify", str(badge)])
    assert (told.exit_code, "text of an unknown format" in told.output) == (2, True)


def test_without_the_extra_it_is_said_what_is_missing(tmp_path: Path) -> None:
    """The service runs without the libraries of the extra; only what needs them is not there."""
    code = f"""
import sys
for name in ("openvc", "openbadgeslib", "pyld", "rfc8785", "defusedxml", "png"):
    sys.modules[name] = None
import asyncio
from pathlib import Path
from fastapi.testclient import TestClient
from app.main import create_app
from app.services.administration import load, migrate
from app.settings import Settings
url, data = "sqlite:///{tmp_path}/p.db", Path("{EXLAND}")
migrate(url)
asyncio.run(load(url, data))
with TestClient(create_app(Settings(database_url=url, data_dir=data))) as client:
    told = client.post("/v1/recognition/document", json={{"document": {{}}}})
    print(told.status_code, told.json()["detail"])
    told = client.post("/v1/recognition", json={{"credential": {{"title": "Bees"}}}})
    print(told.status_code)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-2:] == [
        "501 The reading of signed documents is not installed here; it comes with 'pip install passerelle[documents]'.",
        "200",
    ]
