"""Compare two releases: which rows came, went, changed and moved, why, and what that shifted.

Every count of both releases is explained (`tasks.compare.fates`), or the comparison fails.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from tasks.compare.changes import changed, moved, released, trained_before
from tasks.compare.distributions import Sides, distributions, largest_first
from tasks.compare.examples import examples
from tasks.compare.fates import balance, check, fates
from tasks.compare.gates import judge_shift
from tasks.compare.lines import align
from tasks.compare.measures import measured, measures_of
from tasks.compare.params import CompareParams
from tasks.compare.release import Released, open_releases
from tasks.compare.sample import ENCODER, of_sample
from tasks.compare.settings import differences
from tasks.compare.waterfall import waterfall, with_reasons
from tasks.publish.gates import Gate
from tasks.redact.mask import mask_texts

ROWS = ("id_before", "id_after", "source_before", "source_row_before", "source_after",
        "source_row_after", "fate", "why", "stage", "reason", "cause", "by", "split_before",
        "split_after")  # fmt: skip
"""Columns of the list of rows: `why`, `stage`, `reason` and `cause` say why it was lost or gained,
`by` what changed its text."""

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]


class Comparison(NamedTuple):
    """What came of a comparison."""

    facts: Facts  # all of it as JSON: what `compare.json` and the page are made of
    gates: list[Gate]  # those that are on, failed ones first
    rows: pl.DataFrame  # each that was lost or gained, changed or moved (`ROWS`); no text

    @property
    def sentence(self) -> str:
        """The comparison in one sentence."""
        return str(self.facts["sentence"])

    @property
    def failed_gates(self) -> tuple[str, ...]:
        """Names of the gates that failed."""
        return tuple(gate.name for gate in self.gates if not gate.passed)


def compare(
    before: Path, after: Path, params: CompareParams = CompareParams(), mask: Mask = mask_texts
) -> Comparison:
    """What changed from the release in the folder `before` to the one in `after`, and why.

    Args:
        before: Folder of the earlier release.
        after: Folder of the later one.
        params: What is looked at, and the gates.
        mask: What hides personal data in the rows shown.

    Raises:
        UsageError: A folder holds no whole release, or both are the same folder.
        LedgerError: A difference in counts is not explained.
    """
    return _compared(*open_releases(before, after), params, mask)


def _compared(before: Released, after: Released, params: CompareParams, mask: Mask) -> Comparison:
    lines = align(before, after)
    check(lines, before, after)
    differ = differences(before, after)
    reasoned = with_reasons(lines, before, after, differ)
    measures = measures_of(before, after)
    rows = released(reasoned, *(measured(one, measures) for one in (before, after)))
    looked_at, missing = of_sample(rows, before, after, params.sample, params.seed)
    shifts = distributions(Sides(rows.with_columns(weight=pl.lit(1.0))), measures, params.seed)
    facts = {
        "version": after.manifest["finery_version"],
        "before": _name(before), "after": _name(after),
        "counts": _counts(rows),
        "waterfall": waterfall(reasoned, before.manifest["counts"]["kept"], differ),
        "fates": fates(lines),
        "sides": balance(lines, "split"), "sources": balance(lines, "source"),
        "changed": changed(rows, differ["parameters"]),
        "moved": moved(rows, differ["parameters"]), "trained_before": trained_before(rows),
        "shifts": largest_first([*shifts, *looked_at]), "encoder": ENCODER,
        "skipped": missing, "differences": differ,
        "examples": examples(rows, before, after, params.examples, mask),
    }  # fmt: skip
    gates = judge_shift(facts["counts"], facts["trained_before"], facts["shifts"], params.gates)
    facts |= {"gates": [gate._asdict() for gate in gates]}
    return Comparison({**facts, "sentence": _sentence(facts)}, gates, _listed(rows))


def _listed(rows: pl.DataFrame) -> pl.DataFrame:
    """A line for every row that is not what and where it was."""
    is_moved = pl.col("split_before").ne_missing(pl.col("split_after"))
    return rows.filter((pl.col("fate") != "stayed") | is_moved).select(ROWS)


def _name(release: Released) -> Facts:
    manifest = release.manifest
    return {
        "folder": str(release.path), "release": release.name,
        "created": manifest.get("created"), "finery_version": manifest["finery_version"],
        "rows": manifest["counts"]["kept"],
    }  # fmt: skip


def _counts(rows: pl.DataFrame) -> Facts:
    went = dict(rows["went"].value_counts().iter_rows())
    stayed, lost, gained = (went.get(name, 0) for name in ("stayed", "lost", "gained"))
    moves = rows.filter(pl.col("split_before").ne_missing(pl.col("split_after")), went="stayed")
    return {
        "before": stayed + lost, "after": stayed + gained,
        "lost": lost, "gained": gained, "stayed": stayed, "moved": moves.height,
        "changed": rows.filter(fate="changed").height,
        "other_fields": int(rows["is_other_field"].sum()),
    }  # fmt: skip


def _sentence(facts: Facts) -> str:
    counts = facts["counts"]
    more = counts["after"] - counts["before"]
    size = (
        f"{abs(more):,} {'more' if more > 0 else 'fewer'} than before"
        if more
        else "as many as before"
    )
    failed = [gate["name"] for gate in facts["gates"] if not gate["passed"]]
    verdict = f"{len(failed)} gate(s) failed: {', '.join(failed)}" if failed else "all gates passed"
    return (
        f"{counts['after']:,} rows, {size}: {counts['lost']:,} lost, {counts['gained']:,} gained, "
        f"{counts['changed']:,} changed, {counts['moved']:,} on another side"
        f"{'; ' + verdict if facts['gates'] else ''}."
    )
