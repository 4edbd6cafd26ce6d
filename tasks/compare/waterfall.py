"""From the rows of the earlier release to those of the later one, reason by reason."""

from collections import Counter
from typing import Any

import polars as pl

from tasks.base.errors import LedgerError
from tasks.compare.absence import ABSENT
from tasks.compare.causes import CAUSES, causes
from tasks.compare.release import Released
from tasks.compare.settings import settings_of, told
from tasks.publish.reasons import meaning

Facts = dict[str, Any]

WENT = {
    "lost": {
        "no_source": "its source is not read any more",
        "no_record": "its record is not in the source any more",
        "beyond_limit": "its record is beyond the limit of what is read",
        "not_made": "it was made, and is not made any more",
        "dropped": "it is dropped now",
        "quarantined": "its record cannot be read any more",
    },
    "gained": {
        "no_source": "its source is new",
        "no_record": "its record is new in the source",
        "beyond_limit": "its record was beyond the limit of what was read",
        "not_made": "it was made now",
        "dropped": "it was dropped before",
        "quarantined": "its record could not be read before",
    },
}
"""Which way a row went, and why, in words."""
SOURCES = 3  # that are named
BY = ("went", "why", "stage", "reason", "cause")
assert all({*ABSENT} <= {*words} for words in WENT.values())


def with_reasons(
    lines: pl.DataFrame, before: Released, after: Released, differ: Facts
) -> pl.DataFrame:
    """Lines with the reasons of what was lost or gained.

    These are `why` (a key of `WENT`), `stage`, `reason`, `cause`, and all of them as `reason_key`.

    Args:
        lines: Of both releases.
        before: The earlier one.
        after: The later one.
        differ: What else differs, see `tasks.compare.settings`.
    """
    gone = causes(lines, "after", before, differ)
    came = causes(lines, "before", after, differ)
    caused = lines.join(pl.concat([gone, came]), on="key", how="left", maintain_order="left")
    is_lost = pl.col("went") == "lost"
    side = {
        name: pl.when(is_lost).then(f"{name}_after").when(went="gained").then(f"{name}_before")
        for name in ("absent", "stage", "reason")
    }
    away = pl.when(side["stage"] == "ingest").then(pl.lit("quarantined")).otherwise(
        pl.when(side["stage"].is_not_null()).then(pl.lit("dropped"))
    )  # fmt: skip
    return caused.with_columns(
        why=pl.coalesce(side["absent"], away), stage=side["stage"], reason=side["reason"]
    ).with_columns(reason_key=pl.concat_str(BY, separator="/", ignore_nulls=True))  # fmt: skip


def waterfall(lines: pl.DataFrame, kept: int, differ: Facts) -> list[Facts]:
    """What was lost, then what was gained, by reason; in each the most rows first.

    Args:
        lines: See `with_reasons`.
        kept: Rows of the earlier release.
        differ: What else differs.

    Returns:
        For each reason `reason_key` (names its examples), `went` (lost or gained), `why`, `stage`,
        `reason`, `cause`, `what` and `told` (both in words), `rows`, `sources` (rows of each), and
        `left`: rows after it.

    Raises:
        LedgerError: A row was lost or gained for no reason.
    """
    moved = lines.filter(pl.col("went").is_in(["lost", "gained"]))
    if moved["why"].null_count():
        raise LedgerError(f"{moved['why'].null_count()} rows were lost or gained for no reason")
    # of copies the one that is not there may be another source's
    source = pl.coalesce("place_after", "place_before", "source_before", "source_after")
    counted = moved.group_by("reason_key", *BY).agg(rows=pl.len(), sources=source).sort(
        "went", "rows", "reason_key", descending=[True, True, False]
    )  # fmt: skip
    left, found = kept, []
    for line in counted.iter_rows(named=True):
        left += line["rows"] if line["went"] == "gained" else -line["rows"]
        counts = Counter(line.pop("sources"))
        sources = dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
        line |= {"what": _what(line), "sources": sources, "left": left}
        line |= {"told": _told(line, differ["parameters"])}
        found.append(line)
    return found


def _what(line: Facts) -> str:
    said = WENT[line["went"]][line["why"]]
    return f"{said}: {meaning(line['stage'], line['reason'])}" if line["stage"] else said


def _told(line: Facts, parameters: list[Facts]) -> str:
    """What let the row pass in the other run; for one that is not there, its source."""
    cause = line["cause"]
    if cause is None:
        some = [f"{rows:,} of {source}" for source, rows in line["sources"].items()]
        more = len(some) - SOURCES
        return ", ".join(some[:SOURCES]) + (f" and {more} more sources" if more > 0 else "")
    differing = told(settings_of(line["stage"], parameters))
    return differing if cause == "settings" and differing else CAUSES[cause]
