"""Commands for people: passerelle check, schema, coverage, migrate, load, catalogue, verify, serve."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.progress import DownloadColumn, Progress

from app.domain.errors import Fault
from app.services import administration
from app.services.administration import InvalidData
from app.services.coverage import coverage_report
from app.services.verifying import load_trust_lists, verify_once
from app.settings import Settings

cli = typer.Typer(no_args_is_help=True, add_completion=False)

DataOption = Annotated[Path | None, typer.Option(help="Folder with frameworks, catalogue and evidence.")]


@cli.callback()
def passerelle() -> None:
    """Where is a credential recognised, for what purpose, and for what credit?"""


@cli.command()
def check(data: DataOption = None) -> None:
    """Check the data: format, references, dates, sources and evidence; every fault with file and line."""
    try:
        files = administration.check(data or Settings().data_dir)
    except InvalidData as invalid:
        typer.echo(str(invalid), err=True)
        raise typer.Exit(1) from None
    found = administration.cycles(data or Settings().data_dir)
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
    out.write_text(coverage_report(data or Settings().data_dir), encoding="utf-8")


@cli.command()
def migrate() -> None:
    """Bring the database to the newest form of its tables."""
    administration.migrate(Settings().database_url)


@cli.command()
def load(data: DataOption = None) -> None:
    """Load the data folder as a release and serve it; the same files make no new release."""
    settings = Settings()
    try:
        number, new = asyncio.run(administration.load(settings.database_url, data or settings.data_dir))
    except InvalidData as invalid:
        typer.echo(str(invalid), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Release {number} is {'new and ' if new else ''}active.")


@cli.command()
def catalogue(
    file: Annotated[
        Path, typer.Argument(help="Lines of JSON, a credential each, as the export writes them.", exists=True)
    ],
    name: Annotated[str, typer.Option(help="Name of the collection; loaded again it is made what the file holds.")],
) -> None:
    """Load a catalogue of any size as a collection of its own, and serve it."""
    with Progress(*Progress.get_default_columns(), DownloadColumn(), transient=False) as progress:
        task = progress.add_task(file.name, total=file.stat().st_size)
        try:
            number, count = asyncio.run(
                administration.load_catalogue(
                    Settings().database_url, file, name, lambda read: progress.update(task, completed=read)
                )
            )
        except InvalidData as invalid:
            progress.stop()
            typer.echo(str(invalid), err=True)
            raise typer.Exit(1) from None
    typer.echo(f"Release {number} is active; {name} has {count} credentials.")


@cli.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A badge, credential, presentation, image or archive.", exists=True)],
    on: Annotated[
        datetime | None, typer.Option(help="Day for which to judge; today if none.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Say of every credential in a file whether it is genuine, step by step."""
    try:
        settings, day = Settings(), (on or datetime.now(UTC)).date()
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
) -> None:
    """Migrate, load the data and serve: everything that a first start needs."""
    migrate()
    load()
    typer.echo(f"Documentation and questions: http://{host}:{port}/docs")
    uvicorn.run("app.main:create_app", factory=True, host=host, port=port, workers=workers, access_log=False)


if __name__ == "__main__":
    cli()
