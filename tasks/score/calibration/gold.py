"""A gold file: answers that people have labelled, as pairs or as points.

Pairs are two answers to one prompt and which people find better. Points are rows with a rating. Any
format and any layout of `tasks.ingest` will do. A record that cannot be used is counted under its
reason, and does no further harm; a file in which none can be used is refused.
"""

from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from tasks.base.errors import UsageError
from tasks.ingest.fields import shown
from tasks.ingest.formats import open_records
from tasks.ingest.params import IngestParams
from tasks.ingest.records import Fault, RecordError
from tasks.ingest.sources import SourceFile, find_sources
from tasks.score.calibration.gold_pairs import CHOSEN, find_sides, read_pairs
from tasks.score.calibration.gold_points import read_points
from tasks.score.calibration.labels import Labelled, Record, Scale, label_columns
from tasks.score.calibration.resample import Codes, Floats

GoldKind = Literal["pairs", "points"]

REASONS = {
    "no_label": "nobody labelled it",
    "bad_label": "a label is no rating, off the scale, or names neither answer",
    "missing_prompt": "there is no prompt",
    "missing_answer": "an answer is missing or empty",
    "same_answers": "both answers are the same, so that neither is better",
    "many_rows": "it makes several rows, and one rating cannot be that of all",
}
"""Why a record of a gold file is not used, beside the reasons of `ingest.read`."""

_WANTED = (
    "a gold file has pairs (a prompt; two answers, such as response1 and response2 or chosen and "
    "rejected; labels, such as annotator1 with 0 for a tie, 1 or 2) or points (rows of any layout "
    "with a rating or label). score.exam.labels names the columns with labels"
)


class Gold(NamedTuple):
    """What people found.

    Attributes:
        name: Of the file, without its folder.
        sha256: Of the file.
        kind: Pairs or points.
        items: By id. Pairs: `id`, `prompt`, `first`, `second`, `first_by`, `second_by` (who
            wrote it; null: not known). Points: rows of `tasks.base.table`.
        labels: Items x people, 0 to 1, NaN where someone gave none. Pairs: 1 the first answer is
            better, 0 the second, 0.5 a tie. Points: the rating as a share of its scale.
        groups: Which prompt each item belongs to.
        faults: Records that are not used, by reason.
    """

    name: str
    sha256: str
    kind: GoldKind
    items: pl.DataFrame
    labels: Floats
    groups: Codes
    faults: dict[str, int]

    def sample(self, rows: int, seed: int) -> "Gold":
        """At most `rows` of the items, drawn by `seed`; all of them where `rows` is 0."""
        if not rows or rows >= self.items.height:
            return self
        drawn = np.random.default_rng(seed).permutation(self.items.height)[:rows]
        return self.at(np.sort(drawn))

    def at(self, places: Codes) -> "Gold":
        """The items at `places` alone."""
        return self._replace(
            items=self.items[places], labels=self.labels[places], groups=self.groups[places]
        )


def gold_file(path: str | Path) -> SourceFile:
    """The file that `--gold` names.

    Raises:
        UsageError: There is none, or there are several.
    """
    files = find_sources([str(path)], Path())
    if len(files) > 1:
        raise UsageError(f"--gold {str(path)!r} names {len(files)} files; name one")
    return files[0]


def read_gold(file: SourceFile, named: tuple[str, ...] = (), scale: Scale | None = None) -> Gold:
    """Read `file`.

    Args:
        file: Made by `gold_file`.
        named: Columns that hold the labels; empty: found by their names.
        scale: Lowest and highest rating; None: the lowest and the highest in the file.

    Raises:
        UsageError: It holds no labelled answer, or it is not clear what its labels mean.
    """
    faults: Counter[str] = Counter()
    records = _records(file, faults)
    fields = list(dict.fromkeys(name for record in records for name in record))
    sides = find_sides(fields)
    columns = [] if sides == CHOSEN and not named else label_columns(fields, named)
    if not columns and sides != CHOSEN:
        raise UsageError(f"{file.name}: no column with labels among {shown(fields)}; {_WANTED}")
    if sides:
        found = read_pairs(records, columns, sides, faults)
    else:
        found = read_points(records, columns, scale, faults)
    if found.items.is_empty():
        why = ", ".join(f"{n} {reason}" for reason, n in sorted(faults.items()))
        raise UsageError(f"{file.name}: no labelled answer in it ({why}); {_WANTED}")
    return _by_id(file, "pairs" if sides else "points", found, faults)


def _records(file: SourceFile, faults: Counter[str]) -> list[Record]:
    """The objects in `file`; what is none is counted."""
    records: list[Record] = []
    try:
        for record in open_records(file, IngestParams()).records:
            if isinstance(record.value, dict):
                records.append(record.value)
            elif isinstance(record.value, Fault):
                faults[record.value.reason] += 1
            else:
                faults["not_an_object"] += 1
    except RecordError as error:
        raise UsageError(f"{file.name} cannot be read: {error.fault.detail}") from error
    if not records:
        raise UsageError(f"{file.name}: no record in it; {_WANTED}")
    return records


def _by_id(file: SourceFile, kind: GoldKind, found: Labelled, faults: Counter[str]) -> Gold:
    """The items in the order of their ids, copies of one content told apart by a number."""
    copy = pl.int_range(pl.len()).over("id")
    items = found.items.with_columns(id=pl.format("{}-{}", "id", copy))
    order = items["id"].arg_sort()
    _, groups = np.unique(np.array(found.prompts, object).astype(str), return_inverse=True)
    counted = {reason: n for reason, n in sorted(faults.items()) if n}
    return Gold(
        file.name, file.sha256, kind, items[order],
        np.array(found.labels, float)[order], groups[order], counted,
    )  # fmt: skip
