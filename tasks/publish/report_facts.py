"""Everything that a report says, as one JSON document: `report.json`."""

from collections.abc import Callable
from typing import Any

import polars as pl

from tasks.base.report import Cost
from tasks.publish import evidence, facts, twins
from tasks.publish.decided import decisions
from tasks.publish.gates import Gate
from tasks.publish.made import made
from tasks.publish.plan import ReleasePlan
from tasks.publish.private import redactions
from tasks.publish.protected import protected
from tasks.publish.quality import quality

Facts = dict[str, Any]


def gather(
    plan: ReleasePlan,
    ledger: pl.DataFrame,
    gates: list[Gate],
    mask: Callable[[list[str]], list[str]],
) -> Facts:
    """The report of a run; see the README for what each part holds."""
    counted = facts.counts(plan, ledger)
    unless_redacted = mask if plan.result(evidence.REDACTION) is None else list
    return {
        "version": plan.versions.get("finery"),
        "release": plan.name,
        "sentence": facts.sentence(counted, gates),
        "counts": counted,
        "gates": [gate._asdict() for gate in gates],
        "waterfall": facts.waterfall(plan, ledger, counted["read"]),
        "examples": evidence.examples(plan, mask),
        "sources": facts.by_source(plan, ledger),
        "edits": evidence.edits(plan, mask),
        "redactions": redactions(plan, mask),
        "duplicates": twins.duplicates(plan, unless_redacted),
        "protected": protected(plan),
        "contradictions": twins.contradictions(plan, unless_redacted),
        "released": twins.released(plan),
        "core_set": twins.core_set(plan),
        "review": decisions(plan),
        "evolution": made(plan, unless_redacted),
        "scaling": plan.scaling.facts if plan.scaling else {},
        "quality": quality(plan, unless_redacted),
        "shape": facts.shape(plan),
        "splits": _splits(ledger),
        "models": list(plan.models),
        "passports": list(plan.passports),
        "skipped": [dict(zip(("check", "why", "unlock"), s, strict=True)) for s in plan.skipped],
        "timings": facts.timings(plan),
        "cost": spent(plan.cost),
        "again": {
            "command": plan.command,
            "seed": plan.parameters.get("seed"),
            "parameters": plan.parameters,
            "versions": plan.versions,
            "sources": [
                {"uri": f.name, "sha256": f.sha256, "rows": s.rows}
                for f, s in zip(plan.files, plan.sources, strict=True)
            ],
        },
    }


def spent(cost: Cost) -> Facts:
    """What a run paid: calls, tokens and money, as the manifest has it."""
    return {
        "calls": cost.calls, "recalled": cost.recalled, "batched": cost.batched,
        "tokens": cost.tokens_in + cost.tokens_out, "money": round(cost.money, 6),
    }  # fmt: skip


def _splits(ledger: pl.DataFrame) -> dict[str, int]:
    kept = ledger.drop_nulls("split")["split"].value_counts()
    found = dict(kept.iter_rows())
    return {side: found[side] for side in ("train", "validation", "test") if side in found}
