"""Adding a replica, upgrading and taking it back, as docs/operations.md says, on both databases behind a real nginx."""

import re
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from app.settings import ROOT
from tests.conftest import EXLAND, client_for
from tests.proxies import Proxied, proxy
from tests.servers import PASSERELLE, Server, environment, eventually, serving

ASKED = "/v1/credentials/xf-beekeeping/recognition?as_of=2024-09-02"
DRAINING = {"DRAIN_SECONDS": "1", "RELEASE_POLL_SECONDS": "0.1"}
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "newer", "{head}", None, None


def upgrade():
    op.create_table("of_the_newer", sa.Column("id", sa.Integer, primary_key=True))
    op.add_column("audit", sa.Column("of_the_newer", sa.Integer))


def downgrade():
    pass
"""


def newer(folder: Path) -> dict[str, str]:
    """A newer program, with a migration and data of its own, as variables with which it runs."""
    for part in ("app", "migrations"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("*.pyc.*"))  # being written
    shutil.copytree(EXLAND, folder / "data")
    head = max(path.name.partition("_")[0] for path in (folder / "migrations/versions").glob("0*.py"))
    (folder / "migrations/versions/9999_newer.py").write_text(MIGRATION.format(head=head))
    data = folder / "data/catalogue/xf.yaml"
    text = data.read_text()
    assert "Beekeeping" in text
    data.write_text(text.replace("Beekeeping", "Beekeeping anew", 1))
    return {"PYTHONPATH": str(folder), "DATA_DIR": str(folder / "data"), **DRAINING}


class Callers:
    """Somebody who asks through the proxy all the time, and what they were told."""

    def __init__(self, through: Proxied) -> None:
        self.statuses: Counter[int | str] = Counter()
        self.releases: set[int] = set()
        self._url, self._over = str(through.client.base_url), threading.Event()
        self._callers = [threading.Thread(target=self._call) for _ in range(3)]

    def _call(self) -> None:
        with httpx.Client(base_url=self._url, timeout=20) as client:
            while not self._over.wait(0.05):  # below the rate that nginx lets through
                response = client.get(ASKED)
                self.statuses[response.status_code] += 1
                if response.status_code == 200:
                    self.releases.add(response.json()["release"]["number"])

    def __enter__(self) -> "Callers":
        for caller in self._callers:
            caller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for caller in self._callers:
            caller.join()


def asked_of(server: Server) -> float:
    """How many look-ups a process has answered."""
    counted = re.findall(r"request_seconds_count\{.*credential_id.*\} (\S+)", server.client.get("/metrics").text)
    return sum(float(number) for number in counted)


def run(url: str, variables: dict[str, str], *command: str) -> None:
    """Run a command of a program to its end."""
    done = subprocess.run([PASSERELLE, *command], env=environment(url, variables), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def tools(url: str) -> tuple[str, dict[str, str]]:
    """The address as PostgreSQL's own tools take it, and variables with which they are found."""
    from pgserver._commands import POSTGRES_BIN_PATH

    plain = make_url(url).set(drivername="postgresql").render_as_string(False)
    return plain, environment(plain, {"PATH": f"{POSTGRES_BIN_PATH}:/usr/bin:/bin"})


def back_up(url: str, folder: Path) -> None:
    """Back up as the recipe says."""
    if url.startswith("sqlite"):
        run(url, {}, "backup", f"{folder}/copy.db")
        return
    pytest.importorskip("pgserver")
    plain, variables = tools(url)
    command = ["pg_dump", "--format=custom", f"--file={folder}/copy.dump", plain]
    subprocess.run(command, env=variables, check=True)


def restored(url: str, folder: Path) -> str:
    """Put the back-up back as the recipe says; the address of the database that it is in."""
    if url.startswith("sqlite"):
        path = make_url(url).database
        line = f"cp {folder}/copy.db {path} && rm -f {path}-wal {path}-shm"
        subprocess.run(["sh", "-c", line], check=True)
        return url
    plain, variables = tools(url)
    name = f"{make_url(url).database}_restored"
    there = make_url(plain).set(database=name).render_as_string(False)
    subprocess.run(["psql", plain, "-qc", f"CREATE DATABASE {name}"], env=variables, check=True)
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={there}", f"{folder}/copy.dump"], env=variables, check=True)
    return there


@pytest.fixture
def database(empty_database: str) -> Iterator[str]:
    for _ in client_for(empty_database, EXLAND):
        pass
    yield empty_database
    if empty_database.startswith("postgresql"):
        plain, variables = tools(empty_database)
        name = f"{make_url(plain).database}_restored"
        subprocess.run(
            ["psql", plain, "-qc", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"], env=variables, check=True
        )


def test_a_replica_that_is_added_takes_its_share(database: str, tmp_path: Path) -> None:
    with (
        serving(database, tmp_path, **DRAINING) as first,
        serving(database, tmp_path, **DRAINING) as second,
        proxy(tmp_path, first, second) as through,
        Callers(through) as callers,
        serving(database, tmp_path, **DRAINING) as third,
    ):
        through.add(third)
        for server in (first, second, third):
            before = asked_of(server)
            eventually(lambda: asked_of(server) > before + 5)  # noqa: B023
    assert set(callers.statuses) == {200}


def test_an_upgrade_is_noticed_by_nobody_and_can_be_taken_back(database: str, tmp_path: Path) -> None:
    new = newer(tmp_path / "newer")
    with ExitStack() as servers:
        old = [servers.enter_context(serving(database, tmp_path, **DRAINING)) for _ in range(2)]
        with proxy(tmp_path, *old) as through, Callers(through) as callers:
            before = through.client.get(ASKED).content
            eventually(lambda: callers.statuses[200] > 10)
            back_up(database, tmp_path)
            run(database, new, "migrate")
            run(database, new, "load")
            eventually(lambda: 2 in callers.releases)
            assert [server.client.get("/health/ready").status_code for server in old] == [200, 200]
            for server in old:
                server.process.send_signal(signal.SIGTERM)
                server.process.wait(timeout=30)
                upgraded = servers.enter_context(serving(database, tmp_path, port=server.port, **new))
                eventually(lambda: upgraded.client.get("/health/ready").status_code == 200)  # noqa: B023
                eventually(lambda: asked_of(upgraded) > 0)  # noqa: B023
        assert set(callers.statuses) == {200}
        assert callers.releases == {1, 2}
    url = restored(database, tmp_path)
    with serving(url, tmp_path, **DRAINING) as server:
        eventually(lambda: server.client.get("/health/ready").status_code == 200)
        assert server.client.get(ASKED).content == before


def test_an_older_program_does_not_touch_what_a_newer_one_migrated(database: str, tmp_path: Path) -> None:
    run(database, newer(tmp_path / "newer"), "migrate")
    done = subprocess.run([PASSERELLE, "migrate"], env=environment(database, {}), capture_output=True, text=True)
    assert done.returncode != 0
    with serving(database, tmp_path, **DRAINING) as server:
        assert server.client.get(ASKED).status_code == 200
