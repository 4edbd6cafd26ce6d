"""What a report says of redaction: what went, what stayed and why, how far to trust it.

No value is in it. Names that the policy keeps are shown as a block in their sentence, of which all
other names are masked as well; wordings of canaries are ours, without the value.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.dataset import read_dataset
from tasks.base.report import StageResult
from tasks.publish.kept_names import BLOCK, kept_names
from tasks.publish.plan import ReleasePlan
from tasks.publish.risk import Risk
from tasks.redact.canaries.recall import Recall
from tasks.redact.interval import Share
from tasks.redact.pii import OF_THE_RUN

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]
REDACTION = "redact.pii"
ACTIONS = {"tag": "replaced by a numbered tag", "hash": "replaced by a keyed tag",
           "surrogate": "replaced by an invented value"}  # fmt: skip


def redactions(plan: ReleasePlan, mask: Mask) -> Facts:
    """Figures of the redaction, its audit and its self-test; empty where nothing was redacted.

    Args:
        plan: A finished run.
        mask: What hides personal data in the sentences shown.
    """
    results = [r for r in plan.results if r.report.stage == REDACTION]
    if not results:
        return {}
    # what had to be read depends on what was read in earlier runs: no fact of the data
    figures = {k: v for k, v in results[0].report.figures.items() if k not in OF_THE_RUN}
    leaked_rows, leaked = _leaked(plan, results)
    by_type: dict[str, int] = figures.get("by_type", {})  # type: ignore[assignment]
    return {
        "rows": results[0].report.edited,
        **figures,
        "action": ACTIONS.get(_mode(plan), ACTIONS["tag"]),
        "kinds": kinds(by_type, leaked, plan.residues or {}, plan.canaries),
        "leaked_rows": leaked_rows,
        "canaries": _canaries(plan.canaries),
        "risk": _risk(plan.risk),
        "names_read": plan.names.rows if plan.names else 0,
        "kept_names": kept_names(plan, results[0], mask),
    }


def _mode(plan: ReleasePlan) -> str:
    settings = plan.parameters.get("redact")
    return str(settings.get("mode", "tag")) if isinstance(settings, dict) else "tag"


def _leaked(plan: ReleasePlan, results: list[StageResult]) -> tuple[int, Counter[str]]:
    """Released rows in which a replaced value still stands, and these values by kind."""
    released = read_dataset(plan.kept).select("id")
    kinds, rows = Counter[str](), 0
    for result in results:
        if result.edits is None or not result.edits.rows:
            continue
        noted = read_dataset(result.edits).filter(pl.col("edit_leaked") != "{}")
        lines = noted.join(released, on="id", how="semi").select("edit_leaked").collect()
        rows += lines.height
        for line in lines["edit_leaked"]:
            kinds.update(json.loads(line))
    return rows, kinds


def kinds(
    replaced: dict[str, int], leaked: dict[str, int], left: dict[str, int], found: Recall | None
) -> list[Facts]:
    """A line for each kind of which something is known, most replaced first."""
    planted = found.planted if found else {}
    names = sorted({*replaced, *leaked, *left, *planted}, key=lambda k: (-replaced.get(k, 0), k))
    return [
        {
            "kind": kind, "replaced": replaced.get(kind, 0), "leaked": leaked.get(kind, 0),
            "left": left.get(kind, 0),
            "recall": Share(hits=found.found[kind], of=planted[kind]).facts()
            if found and kind in planted else None,
        }
        for kind in names
    ]  # fmt: skip


def worst_kind(found: Recall | None) -> tuple[str, int, int] | None:
    """The kind of canary that fares worst, with how many were found and planted."""
    if found is None or not found.planted:
        return None
    kind = min(found.planted, key=lambda k: (found.found[k] / found.planted[k], k))
    return kind, found.found[kind], found.planted[kind]


def _canaries(found: Recall | None) -> Facts:
    if found is None or not found.planted:
        return {}
    missed = [
        {"kind": kind, "wording": wording.replace("{v}", BLOCK) if "{v}" in wording
         else f'{{"{wording}": "{BLOCK}"}}'}
        for kind, wordings in found.missed.items() for wording in wordings
    ]  # fmt: skip
    all_of_them = Share(hits=sum(found.found.values()), of=sum(found.planted.values()))
    return {"rows": found.rows, "recall": all_of_them.facts(), "missed": missed}


def _risk(found: Risk | None) -> Facts:
    return {**found.rows.facts(), "by_kind": found.by_kind, "ids": list(found.ids)} if found else {}
