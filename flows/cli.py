"""The `finery` command. Heavy imports wait until a command needs them, so help is quick."""

import os
import sys
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from flows.groups import GROUPS
from flows.home import settle
from flows.options import (
    Columns,
    DryRun,
    Formats,
    Index,
    Json,
    Limit,
    Out,
    Protect,
    Quiet,
    Recipe,
    Settings,
    Sources,
)

DONE, GATE_FAILED, WRONG_CALL, STAGE_FAILED, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="finery", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]},
    help="Refine raw instruction data into a fine-tuning set that can be trusted.\n\n"
    "Every row's fate is accounted for: kept, dropped with a reason, or quarantined.\n\n"
    "Exit codes: 0 done; 1 done, a quality gate failed; 2 the call is wrong, nothing is written; "
    "3 a stage failed, the next run goes on from there; 130 interrupted.",
)  # fmt: skip
for name, group in GROUPS.items():
    app.add_typer(group, name=name)


@app.command()
def curate(
    sources: Sources,
    out: Out,
    recipe: Recipe = None,
    set_: Settings = None,
    format: Formats = None,
    protect: Protect = None,
    index: Index = None,
    text_columns: Columns = None,
    dry_run: DryRun = False,
    limit: Limit = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Curate raw files into a training set, with a report on every row.

    For instance: [bold]finery curate raw/ --out run --set dedup.near.threshold=0.6[/bold]
    """
    from flows.commands import Asked, run_command

    settings = _settings(set_, text_columns, limit, format, protect, index)
    asked = Asked("curate", sources, out, recipe, settings)
    raise typer.Exit(run_command(asked, dry_run=dry_run, quiet=quiet, as_json=json))


@app.command()
def nightly(
    sources: Sources,
    releases: Annotated[
        str,
        typer.Option(
            "--releases",
            "-r",
            metavar="DIR",
            help="Folder of the releases; made if there is none.",
        ),
    ],
    recipe: Recipe = None,
    set_: Settings = None,
    format: Formats = None,
    protect: Protect = None,
    text_columns: Columns = None,
    dry_run: DryRun = False,
    limit: Limit = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Curate what the sources hold now into a release beside the earlier ones.

    For instance: [bold]finery nightly raw/ --releases releases[/bold], every night: only new and
    changed rows cost anything, and if nothing changed nothing is done. [bold]releases/latest[/bold]
    leads to the last release that passed its gates; the last 30 are kept
    ([bold]--set keep=90[/bold]).

    A release holds everything that the sources hold, or with [bold]--set each=new[/bold] only what
    no earlier release holds. [bold]finery releases DIR[/bold] lists them.
    """
    from flows.commands import Asked, run_command

    settings = _settings(set_, text_columns, limit, format, protect)
    asked = Asked("nightly", sources, releases, recipe, settings)
    raise typer.Exit(run_command(asked, dry_run=dry_run, quiet=quiet, as_json=json))


@app.command(name="releases")
def list_releases(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Folder of the releases.")],
    json: Json = False,
) -> None:
    """List the releases of `finery nightly`: rows, parent, gates, and which is the latest."""
    from flows.releases import list_command

    raise typer.Exit(list_command(folder, json))


@app.command()
def score(
    sources: Sources,
    out: Out,
    gold: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Human labels that calibrate the judge: pairs of answers with the better one "
            "named, or rows with a rating.",
        ),
    ] = None,
    recipe: Recipe = None,
    set_: Settings = None,
    text_columns: Columns = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run and what it would cost.")
    ] = False,
    limit: Limit = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Score rows by rules, encoder and judge, and say how far to believe each.

    Without a model it finds refusals, broken formats and swapped answers. With one it judges:
    [bold]finery score raw/ --out s --set llm.endpoint=local[/bold] (after [bold]finery models
    install[/bold]), or [bold]--set llm.endpoint=https://api.openai.com/v1 --set llm.model=NAME
    --set llm.budget.money=5[/bold] with the key in OPENAI_API_KEY.

    Nothing is dropped unless [bold]--set score.drop.reasons=[...][/bold] names for what, and no
    judge decides that has not passed its exam ([bold]--gold[/bold]).
    """
    from flows.commands import Asked, run_command

    asked = Asked("score", sources, out, recipe, _settings(set_, text_columns, limit), gold)
    raise typer.Exit(run_command(asked, dry_run=dry_run, quiet=quiet, as_json=json))


def _settings(
    given: list[str] | None,
    text_columns: list[str] | None,
    limit: int | None,
    formats: list[str] | None = None,
    protect: list[str] | None = None,
    index: str | None = None,
) -> list[str]:
    settings = list(given or [])
    settings += [f"ingest.text_columns.{pair}" for pair in text_columns or []]
    settings += [f"export.formats=[{', '.join(formats)}]"] if formats else []
    settings += [f"protect={dumps(protect, ensure_ascii=False)}"] if protect else []
    settings += [f"index={dumps(index, ensure_ascii=False)}"] if index else []
    return settings + ([f"ingest.limit={limit}"] if limit else [])


@app.command()
def augment(
    sources: Sources,
    out: Out,
    recipe: Recipe = None,
    set_: Settings = None,
    format: Formats = None,
    text_columns: Columns = None,
    dry_run: DryRun = False,
    limit: Limit = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Evolve the prompts of a set, have them answered, and drop what failed with its reason.

    Needs a model that writes: [bold]finery augment raw/ --out a --set llm.endpoint=local[/bold]
    shows how it works (most of what so small a model writes fails, and the report says why); with
    [bold]--set llm.endpoint=https://api.openai.com/v1 --set llm.model=NAME --set
    llm.budget.money=5[/bold] it makes a set. [bold]--dry-run[/bold] prices it first.
    """
    from flows.commands import Asked, run_command

    settings = _settings(set_, text_columns, limit, format)
    asked = Asked("augment", sources, out, recipe, settings)
    raise typer.Exit(run_command(asked, dry_run=dry_run, quiet=quiet, as_json=json))


@app.command()
def scale(
    sources: Sources,
    out: Out,
    recipe: Recipe = None,
    set_: Settings = None,
    format: Formats = None,
    protect: Protect = None,
    index: Index = None,
    text_columns: Columns = None,
    dry_run: DryRun = False,
    limit: Limit = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Find out by experiment how much data a set needs, and what curation is worth.

    Curates the files as [bold]finery curate[/bold] does; then small models are trained on sets of
    many sizes, a minute on two cores without a network or a key, and the report shows where each
    curve goes, with its doubt: [bold]finery scale raw/ --out s[/bold]

    What more rows must bring is [bold]--set scale.verdict.worth=0.02[/bold], two percent for twice
    the rows; with [bold]--set scale.verdict.row_price=0.5[/bold] the gain is told per money, too.
    """
    from flows.commands import Asked, run_command

    settings = _settings(set_, text_columns, limit, format, protect, index)
    asked = Asked("scale", sources, out, recipe, settings)
    raise typer.Exit(run_command(asked, dry_run=dry_run, quiet=quiet, as_json=json))


@app.command()
def explain(
    run: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a run.")],
    row_id: Annotated[
        str | None, typer.Argument(metavar="[ROW_ID]", help="Id of a row, or its beginning.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", min=0, max=1,
            help="How many rows `dedup.near` would drop at this Jaccard similarity.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Say why a row was kept, changed, dropped or made, or what another threshold would drop."""
    from flows.explain import explain_row, explain_threshold, explained
    from tasks.base.errors import UsageError

    if (row_id is None) == (threshold is None):
        raise UsageError("name a row (finery explain DIR ROW_ID) or a --threshold, one of the two")
    typer.echo(
        explained(run, lambda: explain_row(run, row_id) if row_id is not None
                  else explain_threshold(run, threshold or 0))
    )  # fmt: skip


@app.command()
def maintain(
    days: Annotated[
        int, typer.Option(min=1, max=36_500, help="Runs, results and memos unused for longer go.")
    ] = 90,
    versions: Annotated[
        int, typer.Option(min=1, max=100_000, help="Versions kept of each artifact.")
    ] = 30,
    releases: Annotated[
        list[str] | None,
        typer.Option(
            "--releases", "-r", metavar="DIR",
            help="Folder of releases: drafts that killed nights left in it go. May be given more "
            "than once.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would go, with sizes; remove nothing.")
    ] = False,
    json: Json = False,
) -> None:  # fmt: skip
    """Remove old runs, artifacts and files that no run needs; mark dead runs as crashed.

    No row, release or answer of a language model ever goes, and nothing younger than a day. While a
    run is at work the store is left alone.
    """
    from flows.maintain_command import maintain_command

    raise typer.Exit(
        maintain_command(days, versions, releases or [], dry_run=dry_run, as_json=json)
    )


@app.command()
def compare(
    before: Annotated[
        Path, typer.Argument(metavar="DIR_A", help="Folder of the earlier release.")
    ],
    after: Annotated[Path, typer.Argument(metavar="DIR_B", help="Folder of the later release.")],
    out: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", metavar="DIR",
            help="Folder to write compare.html and compare.json to; without it nothing is written.",
        ),
    ] = None,
    recipe: Recipe = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Override a parameter: gates.max_lost=0.1."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:  # fmt: skip
    """Say which rows came, went, changed and moved between two releases, and why.

    Every difference in counts is explained, or the comparison fails. For instance:
    [bold]finery compare monday tuesday --out diff --set gates.max_lost=0.05[/bold]
    """
    from flows.comparing import Asked, compare_command

    asked = Asked(before, after, out, recipe, list(set_ or []))
    raise typer.Exit(compare_command(asked, as_json=json))


@app.command()
def deploy() -> None:
    """Register every deployment with the current Prefect API."""
    from flows.deploy import deploy_all

    raise typer.Exit(deploy_all())


@app.command()
def doctor() -> None:
    """Say what is installed, which models and servers answer, and how to get what is missing."""
    from flows.doctor import examine

    raise typer.Exit(examine())


def main() -> None:
    """Run the command, and turn every expected error into one clear message and an exit code."""
    settle()
    from tasks.base.errors import FineryError, UsageError

    code = STAGE_FAILED
    try:
        code = app(standalone_mode=False) or DONE
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except UsageError as error:
        _fail(str(error), WRONG_CALL)
    except FineryError as error:
        _stage_failed(error)
    except Exception as error:
        _click_error(error)
    if code == INTERRUPTED:
        _fail("interrupted; what was finished is cached, run the same command again to go on", code)
    sys.exit(code)


def _click_error(error: Exception) -> None:
    """Wrong options are click's to explain; anything else is a fault, shown in one line."""
    show = getattr(error, "show", None)
    if show is not None:
        show()
        sys.exit(WRONG_CALL)
    from flows.faults import fault

    told = fault(error)
    if told is not None:
        _stage_failed(told)
    _fail(
        f"{type(error).__name__}: {error}\nwhat was finished is cached; the log of the run has the "
        "details (`make up`, then open the run in the UI)",
        STAGE_FAILED,
    )


def _stage_failed(error: Exception) -> None:
    from flows.server import ServerError

    try:
        _fail(str(error), STAGE_FAILED)
    finally:
        if isinstance(error, ServerError):  # else Prefect tries for minutes to hand in its events
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(STAGE_FAILED)


def _fail(text: str, code: int) -> None:
    typer.secho("error: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(text, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
