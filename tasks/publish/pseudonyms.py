"""The map of a run from values to what stands for them, as the redaction locked it."""

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.publish.evidence import REDACTION
from tasks.publish.plan import ReleasePlan

FILE = "pseudonyms.jsonl"


def pseudonyms(plan: ReleasePlan) -> pl.DataFrame:
    """A line per redaction of a row: `id`, `locked`; no line where no map was asked for.

    Returns:
        Rows by id; a row that was redacted twice, as what a model makes of it is, has two.
    """
    edits = [r.edits for r in plan.results if r.report.stage == REDACTION and r.edits is not None]
    tables = [read_dataset(one) for one in edits]
    locked = [
        table.select("id", locked="edit_map").collect()
        for table in tables
        if "edit_map" in table.collect_schema().names()
    ]
    nothing = pl.DataFrame(schema={"id": pl.String, "locked": pl.String})
    return pl.concat([nothing, *locked]).sort("id", maintain_order=True)
