"""Commands for people: passerelle check, schema, coverage, migrate, load, import, release, keys, verify, serve ..."""

import asyncio
import json
import logging
import logging.config
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
import uvicorn
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from app.domain.access import SCOPES
from app.domain.errors import Fault, UnreadableQuestion
from app.logs import configuration
from app.services import administration
from app.services.administration import (
    Confidence,
    DatabaseAway,
    DatedBy,
    Format,
    InvalidData,
    Job,
    Kind,
    NoBackup,
    OnError,
    Wish,
)
from app.services.coverage import coverage_report
from app.services.verifying import load_trust_lists, verify_once
from app.settings import BadSettings, masked, misspelt, read_settings
from app.traces import tracer_provider

KEEP_ALIVE_SECONDS = 75
"""How long a connection is kept open: longer than proxies keep theirs, so that they never find one just closed."""

log = logging.getLogger(__name__)


class Commands(typer.core.TyperGroup):
    """Commands whose faults are told in words: bad settings, bad data, a database that is away."""

    def invoke(self, ctx: Any) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (BadSettings, InvalidData, NoBackup) as fault:
            typer.echo(str(fault), err=True)
        except DatabaseAway as away:
            where = masked(read_settings().database_url)
            typer.echo(f"The database {where} cannot be used: {administration.first_line(away)}", err=True)
        raise typer.Exit(1)


cli = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
cli.add_typer(keys, name="keys")
release = typer.Typer(no_args_is_help=True, help="List, compare, activate and roll back releases.")
cli.add_typer(release, name="release")

DataOption = Annotated[Path | None, typer.Option(help="Folder with frameworks, catalogue and evidence.")]


@cli.callback()
def passerelle() -> None:
    """Where is a credential recognised, for what purpose, and for what credit?"""


@cli.command()
def check(data: DataOption = None) -> None:
    """Check the data: format, references, dates, sources and evidence; every fault with file and line."""
    folder = data or read_settings().data_dir
    files = administration.check(folder)
    found = administration.cycles(folder)
    typer.echo(f"{len(found)} cycles of links between credits do not close exactly:")
    for cycle in found:
        typer.echo(f"  {cycle}")
    typer.echo(f"{files} files are sound.")


@cli.command()
def schema(out: Annotated[Path, typer.Argument(help="File to write.")]) -> None:
    """Write the JSON Schema of framework files, for editors."""
    out.write_text(json.dumps(administration.framework_schema(), indent=1, ensure_ascii=False) + "\n")


@cli.command()
def coverage(out: Annotated[Path, typer.Argument(help="File to write.")], data: DataOption = None) -> None:
    """Write how much is recorded for every place and purpose, as a Markdown page."""
    out.write_text(coverage_report(data or read_settings().data_dir), encoding="utf-8")


@cli.command()
def migrate() -> None:
    """Bring the database to the newest form of its tables."""
    administration.migrate(read_settings().database_url)


@cli.command()
def load(data: DataOption = None) -> None:
    """Load the data folder as a release and serve it; the same files make no new release."""
    settings = read_settings()
    number, new = asyncio.run(administration.load(settings.database_url, data or settings.data_dir))
    typer.echo(f"Release {number} is {'new and ' if new else ''}active.")


@cli.command()
def catalogue(
    file: Annotated[
        Path, typer.Argument(help="Lines of JSON, a credential each, as the export writes them.", exists=True)
    ],
    name: Annotated[str, typer.Option(help="Name of the collection; loaded again it is made what the file holds.")],
) -> None:
    """Load a catalogue of any size as a collection of its own, and serve it."""
    if not _imported(file, Wish(kind="catalogue", collection=name)):
        raise typer.Exit(1)


@cli.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files to import, one after the other.", exists=True)],
    kind: Annotated[Kind | None, typer.Option(help="What they hold. Without it: what each file plainly is.")] = None,
    name: Annotated[str | None, typer.Option(help="Collection that a catalogue, decisions or skills become.")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only tell what would happen.")] = False,
    on_error: Annotated[OnError, typer.Option(help="What a row that cannot be imported does.")] = "abort",
    form: Annotated[
        Format | None, typer.Option("--format", help="Their format. Without it: what each file plainly is.")
    ] = None,
    mapping: Annotated[
        list[str] | None, typer.Option(help="NAME=ID: what a name in the files stands for; may be repeated.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Id of the source that documents in CTDL, ELM ... are.")] = None,
    confidence: Annotated[Confidence, typer.Option(help="How sure you are of such documents.")] = "low",
    dated_by: Annotated[DatedBy, typer.Option(help="What dates of transfer values are compared with.")] = "question",
) -> None:
    """Import catalogues, decisions, skills or framework data; 1 tells of problems in the data, 2 of a wrong command.

    Framework data becomes a draft for `passerelle release activate`; the others are served at once.
    """
    wish = Wish(
        kind=kind, collection=name, format=form, dry_run=dry_run, on_error=on_error, mapping=_mapping(mapping or []),
        source=source, confidence=confidence, dated_by=dated_by,
    )  # fmt: skip
    sound = [_imported(file, wish) for file in files]
    if not all(sound):
        raise typer.Exit(1)


def _mapping(pairs: list[str]) -> dict[str, str]:
    """What names stand for. Ends the program with 2 where a pair is none."""
    for pair in pairs:
        if "=" not in pair:
            raise typer.BadParameter(f"Found {pair!r}, expected NAME=ID.", param_hint="--mapping")
    return {name: told for name, _, told in (pair.rpartition("=") for pair in pairs)}


def _imported(file: Path, wish: Wish) -> bool:
    """Import a file, shown with a bar; whether nothing is wrong with it. Ends the program with 2 when asked wrongly."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(file.name, total=None)

        def told(job: Job) -> None:
            progress.update(task, total=job.rows, completed=job.counts.get("read", 0))

        try:
            job, problems = asyncio.run(administration.import_file(read_settings().database_url, file, wish, told))
        except UnreadableQuestion as fault:
            progress.stop()
            typer.echo(str(fault), err=True)
            raise typer.Exit(2) from None
    for problem in problems:
        place = f", {problem.place}" if problem.place else ""
        name, row = problem.file or file.name, "line" if problem.file or job.format == "ndjson" else "row"
        text = f"{name} {row} {problem.row}{place}: found {problem.found}, expected {problem.expected}."
        typer.echo(text, err=True)
    if job.problems > len(problems):
        typer.echo(f"And {job.problems - len(problems)} more.", err=True)
    if job.state != "succeeded":
        typer.echo(job.failure or f"The import was {job.state}.", err=True)
        return False
    typer.echo(_outcome(job))
    return not job.problems


def _outcome(job: Job) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in job.counts.items() if count and name != "read")
    if job.release is None:
        return f"{'Nothing was applied (dry run)' if job.dry_run else 'Nothing changed'}: {counts}."
    is_draft = job.kind == "framework"
    return f"Release {job.release} is {'a draft' if is_draft else 'active'}: {counts}."


@release.command("list")
def list_releases() -> None:
    """List all releases, the newest first; a star marks the one that is served."""
    for told in asyncio.run(administration.list_releases(read_settings().database_url)):
        base = f", on {told.based_on}" if told.based_on else ""
        names = ", ".join(sorted(told.collections)) or "no collections"
        star = "*" if told.active else " "
        typer.echo(f"{star} {told.number}  {told.created_at:%Y-%m-%d %H:%M}{base}  {names}  {told.checksum[:12]}")


@release.command("diff")
def diff_releases(
    old: Annotated[int, typer.Argument(help="Number of the release before.")],
    new: Annotated[int, typer.Argument(help="Number of the release after.")],
) -> None:
    """Tell every statement that differs between two releases."""
    with told_faults():
        for item in asyncio.run(administration.diff_releases(read_settings().database_url, old, new)):
            typer.echo(f"{item.change:8} {item.section} {item.id}")


@release.command("activate")
def activate_release(
    number: Annotated[int, typer.Argument(help="Number of the release.")],
    reason: Annotated[str | None, typer.Option(help="Why, although worked cases fail; kept in the record.")] = None,
) -> None:
    """Serve a release, after its worked cases were asked."""
    with told_faults():
        served = asyncio.run(administration.activate_release(read_settings().database_url, number, reason))
    typer.echo(f"Release {served} is active.")


@release.command("rollback")
def roll_back_release(
    reason: Annotated[str | None, typer.Option(help="Why; kept in the record.")] = None,
) -> None:
    """Serve the release that was served before; done again it leads further back."""
    with told_faults():
        served = asyncio.run(administration.roll_back_release(read_settings().database_url, reason))
    typer.echo(f"Release {served} is active.")


@cli.command()
def export(
    section: Annotated[str, typer.Argument(help="Kind of statements, such as credentials or decisions.")],
    out: Annotated[Path, typer.Argument(help="File to write: .ndjson, .csv or .parquet.")],
    number: Annotated[
        int | None, typer.Option("--release", help="State of the data. Without it: the active one.")
    ] = None,
) -> None:
    """Write all statements of a kind to a file, which can be imported again."""
    with told_faults(), Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(out.name, total=None)
        written = asyncio.run(
            administration.export(
                read_settings().database_url, section, out, number, lambda size: progress.update(task, completed=size)
            )
        )
    typer.echo(f"{written} bytes.")


@cli.command()
def backup(out: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.")]) -> None:
    """Copy a SQLite database to a file while it is served; for PostgreSQL there is pg_dump."""
    administration.back_up(read_settings().database_url, out)
    typer.echo(f"{out} holds the whole database.")


@cli.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A badge, credential, presentation, image or archive.", exists=True)],
    on: Annotated[
        datetime | None, typer.Option(help="Day for which to judge; today if none.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Say of every credential in a file whether it is genuine, step by step."""
    try:
        settings, day = read_settings(), (on or datetime.now(UTC)).date()
        trust = load_trust_lists(settings.trust_lists) if settings.trust_lists else ()
        found = asyncio.run(verify_once(file.read_bytes(), on=day, fetching=settings.fetching, trust=trust))
    except (Fault, InvalidData) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None
    for verified in found:
        verification = verified.verification
        typer.echo(f"{verified.held.where}: genuine: {verification.genuine}. {verification.reason}")
        for step in verification.steps:
            typer.echo(f"  {step.name}: {step.result}. {' '.join((step.reason, *step.details))}")
        for record in verification.fetched:
            typer.echo(f"  asked {record.address} at {record.at:%Y-%m-%d %H:%M:%S}: {record.problem or record.status}")
    if any(verified.verification.genuine != "passed" for verified in found):
        raise typer.Exit(1)


@cli.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes.")] = 1,
    prepare: Annotated[bool, typer.Option(help="Migrate and load first; not where another process does.")] = True,
) -> None:
    """Migrate, load the data and serve: everything that a first start needs."""
    settings = read_settings()
    lines = configuration(settings.log_level, settings.log_format)
    logging.config.dictConfig(lines)
    for question in misspelt():
        log.warning(question)
    if (traces := tracer_provider(settings)) is not None:
        traces.shutdown()  # it can be made, so each process can make its own
    if prepare:
        migrate()
        load()
    typer.echo(f"Documentation and questions: http://{host}:{port}/docs")
    with ExitStack() as stack:
        if workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(tempfile.TemporaryDirectory())
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            log_config=lines,
            proxy_headers=bool(settings.forwarded_allow_ips),
            forwarded_allow_ips=settings.forwarded_allow_ips,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=settings.stop_seconds,
        )


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    scope: Annotated[list[str], typer.Option(help=f"What its holder may do; may be repeated: {', '.join(SCOPES)}.")],
    expires: Annotated[
        datetime | None, typer.Option(help="First day (UTC) on which it no longer works.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Make a key. It is shown this once and stored nowhere."""
    day = expires.date() if expires else None
    migrate()
    with told_faults():
        key, secret = asyncio.run(administration.create_key(read_settings().database_url, name, scope, day))
    typer.echo(f"Key {key.id} for {key.name}. Keep it now, it cannot be shown again:", err=True)
    typer.echo(secret)


@keys.command("list")
def list_keys() -> None:
    """List all keys, revoked and expired ones too, without their secrets."""
    for key in asyncio.run(administration.list_keys(read_settings().database_url)):
        notes = [
            f"expires {key.expires_on}" if key.expires_on else "never expires",
            f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used",
            *([f"revoked {key.revoked_at:%Y-%m-%d %H:%M}"] if key.revoked_at else []),
        ]
        typer.echo(f"{key.id}  {key.name}: {' '.join(key.scopes)}; {', '.join(notes)}")


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Id of the key, as `keys list` shows it.")]) -> None:
    """Revoke a key, for good."""
    with told_faults():
        key = asyncio.run(administration.revoke_key(read_settings().database_url, key_id))
    typer.echo(f"Key {key.id} for {key.name} is revoked since {key.revoked_at:%Y-%m-%d %H:%M} UTC.")


@contextmanager
def told_faults() -> Iterator[None]:
    """Tell a fault as a sentence and end with 1."""
    try:
        yield
    except Fault as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    cli()
