"""Options that several commands of `finery` have."""

from pathlib import Path
from typing import Annotated

import typer

Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE...", help="Files, folders, globs, or - for standard input."),
]
Out = Annotated[str, typer.Option("--out", "-o", metavar="DIR", help="Folder to write the run to.")]
Recipe = Annotated[Path | None, typer.Option(help="YAML file of parameters.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a parameter: redact.strict=true."),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format", "-f",
        help="openai, trl, alpaca, sharegpt or parquet; the first is the main one.",
    ),
]  # fmt: skip
Columns = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ROLE=COLUMN", help="Which columns make a row: system, prompt, input, answer."
    ),
]
Protect = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="Evaluation set; rows that hold an item of it leave. May be given more than once.",
    ),
]
Index = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="Folder that remembers releases: rows that an earlier one holds leave. What `curate` "
        "releases is added; the folder is made if there is none.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would run and why; write nothing.")
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Read at most this many records of each file.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, not the waterfall.")]
