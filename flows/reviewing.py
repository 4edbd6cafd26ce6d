"""People look at rows of a finished run: what they are asked, and what comes of their answers."""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from flows.home import store
from tasks.base.errors import UsageError
from tasks.redact.mask import mask_texts
from tasks.review.choose import Choice, choose
from tasks.review.formats import FORMATS, Name, files, read
from tasks.review.items import Item
from tasks.review.page import page, summary
from tasks.review.record import recorded
from tasks.review.tally import Tally, tally
from tasks.review.votes import Vote

ITEMS, DECISIONS = "review-items.parquet", "review.parquet"
KEPT = (
    "item", "row", "state", "stage", "dropped_for", "sign", "suggestion", "wanted", "editable",
    "repeats", "stratum", "population", "probability",
)  # fmt: skip
"""What is kept of an item beside the run, to read answers back; no text."""
Asked = list[dict[str, Any]]


def push_command(run: Path, out: Path, format_: str, given: dict[str, Any]) -> int:
    """Choose rows, write them, and say what was written; returns the exit code."""
    if format_ not in FORMATS:
        raise UsageError(f"--format {format_!r}: there are {', '.join(FORMATS)}")
    items = push(run, out, Choice(**given), format_)
    drawn = sum(item.sign == "random" for item in items)
    beside = FORMATS[format_].beside
    also = f"; how to show them is in {out.with_suffix(beside[0])}" if beside else ""
    sys.stdout.write(
        f"{len(items)} rows in {out}{also}\n{drawn} were drawn at random from the rows that left, "
        f"the others were chosen for what an answer would tell\nthen: finery review pull {run} "
        "FILE...\n"
    )
    return 0


def pull_command(run: Path, answers: Sequence[Path], fewest: int | None) -> int:
    """Read answers back, and say what came of them; returns the exit code."""
    facts = pull(run, answers, fewest).facts
    sys.stdout.write(summary(facts) + "\n")
    for fault in facts["faults"]:
        some = ", ".join(fault["items"])
        sys.stdout.write(f"  {fault['submissions']} × {fault['fault']}: {fault['what']} ({some})\n")
    sys.stdout.write(
        f"the whole story: {run / 'review.md'}\nthe next run does it: finery curate ... --set "
        f"review.decisions={run / DECISIONS}\n"
    )
    return 0


def push(run: Path, out: Path, how: Choice, format_: Name) -> list[Item]:
    """Choose rows of `run`, write them to `out` for people, and note beside the run what was asked.

    Raises:
        UsageError: `run` is no run, its texts are gone, or there is nothing to ask.
    """
    record = recorded(run, str(store()))
    chosen = choose(record, how, mask_texts)
    if not chosen.items:
        raise UsageError(f"{run} has no row to ask about: nothing was dropped by a judgement, and "
                         "nothing is unsure")  # fmt: skip
    written = files(chosen.items, format_, out)
    for path, body in written.items():
        _spare_answers(path, body)
    for path, body in written.items():
        _write(path, body)
    note(run, record.release, chosen.items)
    return chosen.items


def note(run: Path, release: str, items: Sequence[Item]) -> None:
    """Note what was asked about a run; a later push replaces it."""
    rows = pl.DataFrame(lines_of(release, items), infer_schema_length=None)
    _write(run / ITEMS, _parquet(rows))


def lines_of(release: str, items: Sequence[Item]) -> Asked:
    """What must be known of items to count answers."""
    return [{**{name: getattr(item, name) for name in KEPT}, "release": release} for item in items]


def asked_of(run: Path) -> Asked:
    """What was asked about a run.

    Raises:
        UsageError: Nothing was, or the folder holds another run by now.
    """
    if not (run / ITEMS).is_file():
        raise UsageError(f"nothing was asked about {run}; `finery review push {run}` asks")
    rows = pl.read_parquet(run / ITEMS, glob=False)
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    kept = str(manifest.get("datasets", {}).get("kept", {}).get("sha256", ""))
    if set(rows["release"]) != {kept[:12]}:
        raise UsageError(
            f"{run} was written anew since the push (it was {rows['release'][0]}, and is "
            f"{kept[:12]}); push again, or name the folder that was reviewed"
        )
    return rows.to_dicts()


def pull(run: Path, answers: Sequence[Path], fewest: int | None = None) -> Tally:
    """Read answers back, and write decisions and report into the run's folder.

    Raises:
        UsageError: A file cannot be read, or nothing was asked, or nobody has answered.
    """
    asked = asked_of(run)
    given = [vote for file, by in _people(answers).items() for vote in read(file, by)]
    named = ", ".join(map(str, answers))
    if not any(vote.answer for vote in given):
        raise UsageError(f"no answer in {named}: fill in the column `decision` (keep, drop, edit)")
    return conclude(run, given, asked, fewest, named)


def _people(answers: Sequence[Path]) -> dict[Path, str]:
    """Each file once, with who answered in it where it names nobody: whose name the file has."""
    files = {file.resolve(): file for file in answers}
    stems = Counter(file.stem for file in files.values())
    return {file: file.stem if stems[file.stem] == 1 else str(real)
            for real, file in files.items()}  # fmt: skip


def conclude(
    run: Path, given: Sequence[Vote], asked: Asked, fewest: int | None = None, where: str = ""
) -> Tally:
    """Count submissions, and write what was decided and what it says: parquet, JSON and a page.

    Args:
        run: Folder of the run.
        given: What people said.
        asked: What they were asked.
        fewest: Votes that a decision needs; None: as many as the item wanted.
        where: Files that must hold an answer that counts; empty: there need be none.

    Raises:
        UsageError: There is none; what was decided before stays.
    """
    found = tally(given, asked, mask_texts, fewest)
    if where and not found.facts["submissions"]:
        why = "; ".join(f"{f['submissions']} × {f['fault']}: {f['what']}"
                        for f in found.facts["faults"] if f["fault"] != "no_answer")  # fmt: skip
        raise UsageError(f"no answer in {where} counts ({why}); nothing was written")
    facts = {"release": asked[0]["release"], **found.facts}
    _write(run / DECISIONS, _parquet(found.decisions))
    document = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
    _write(run / "review.json", f"{document}\n".encode())
    _write(run / "review.md", page(facts).encode())
    return found._replace(facts=facts)


def _parquet(rows: pl.DataFrame) -> bytes:
    body = BytesIO()
    rows.write_parquet(body, compression="zstd", statistics=False)
    return body.getvalue()


def _spare_answers(path: Path, body: bytes) -> None:
    """See that no file is written over in which somebody may have answered."""
    if path.exists() and (not path.is_file() or path.read_bytes() != body):
        raise UsageError(
            f"--out {str(path)!r} is there already, and answers may be in it; name another file"
        )


def _write(path: Path, body: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        UsageError: It cannot be written there.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(body)
        draft.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error}); name another file") from None
