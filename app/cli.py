"""Commands for people: passerelle check."""

from pathlib import Path
from typing import Annotated

import typer

from app.datasets.check import check_data
from app.datasets.problems import InvalidData

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def passerelle() -> None:
    """Passerelle: where is a credential recognised, for what purpose, and for what credit?"""


@cli.command()
def check(data: Annotated[Path, typer.Option(help="Folder with frameworks, catalogue and evidence.")] = Path("data")) -> None:
    """Check the framework data: format, references, dates, sources and evidence."""
    try:
        files = check_data(data)
    except InvalidData as invalid:
        typer.echo(invalid, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(files)} files are sound.")


if __name__ == "__main__":
    cli()
