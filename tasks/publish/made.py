"""What a report says of made rows: by whom, how many survived, and whether they ask for more."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from tasks.augment.eliminate import REASONS
from tasks.augment.operators import OPERATORS
from tasks.augment.recipe import recipe_field
from tasks.augment.topics import LEVELS
from tasks.base.dataset import read_dataset
from tasks.base.text import turns
from tasks.publish.evidence import READ, mask_and_cut
from tasks.publish.plan import ReleasePlan

Facts = dict[str, Any]
Mask = Callable[[list[str]], list[str]]
STAGES = ("evolve", "synthesise", "records", "verify", "privacy", "balance")
SHOWN = 5  # survivors beside their parents


def made(plan: ReleasePlan, mask: Mask) -> Facts:
    """Operators with what came of them, origins of the set, survivors; empty where none was made.

    Args:
        plan: A finished run.
        mask: What hides personal data in the rows shown.
    """
    found = {stage: _figures(plan, f"augment.{stage}") for stage in STAGES}
    evolved, records = found["evolve"], found["records"]
    if not any(result.report.kind == "make" for result in plan.results):
        return {}
    operators = evolved.get("operators", {})
    origins = read_dataset(plan.kept).select("origin").collect()["origin"].value_counts()
    return {
        "seeds": evolved.get("seeds"), "not_eligible": evolved.get("not_eligible"),
        "model": evolved.get("model", ""),
        "unanswered": evolved.get("unanswered", {}),
        "operators": [_operator(name, facts) for name, facts in operators.items()],
        "synthesised": found["synthesise"],
        "leak": _interval((found["synthesise"].get("canaries") or {}).get("share"), ".0%"),
        "records": records,
        "verified": found["verify"],
        "privacy": found["privacy"],
        "mix": _mix(found["balance"].get("mix", {})),
        "origins": dict(sorted(origins.iter_rows())),
        "examples": _examples(plan, mask),
    }  # fmt: skip


def _figures(plan: ReleasePlan, stage: str) -> Facts:
    result = plan.result(stage)
    return dict(result.report.figures) if result else {}


def _mix(mix: Facts) -> list[Facts]:
    """For origin, topic and difficulty a line per group: of people's, made, and made that stay."""
    return [
        {"by": by, "groups": [
            {"name": name, "human": human, "made": made_, "stay": stay}
            for name, (human, made_, stay) in sorted(groups.items(), key=_order)
        ]}
        for by, groups in mix.items()
    ]  # fmt: skip


def _order(group: tuple[str, list[int]]) -> tuple[int, int, str]:
    """Levels from easy to hard, all else from the largest to the smallest."""
    name, (human, made_, _) = group
    return (LEVELS.index(name) if name in LEVELS else 0, -human - made_, name)


def _operator(name: str, facts: Facts) -> Facts:
    harder = facts["harder"]
    ordered = sorted(facts["faults"].items(), key=lambda item: (-item[1], item[0]))
    return {
        "name": name, "how": OPERATORS[name].how,
        "made": facts["made"], "survived": facts["survived"],
        "share": facts["survived"] / facts["made"],
        "faults": [{"reason": r, "what": REASONS.get(r, r), "rows": n} for r, n in ordered],
        "gain": _interval(facts["gain"], "+.2f"),
        "harder": _interval(harder["share"], ".0%") if harder else "",
        "order_consistent": harder["order_consistent"] if harder else None,
        "numbers": {"gain": facts["gain"], "harder": harder},
    }  # fmt: skip


def _interval(ends: Sequence[float | None] | None, form: str) -> str:
    """A figure with its interval as text; empty where there is none."""
    if not ends or ends[0] is None:
        return ""
    value, low, high = (format(end, form) for end in ends if end is not None)
    return f"{value} ({low} to {high})".replace("%", " %")


def _examples(plan: ReleasePlan, mask: Mask) -> list[Facts]:
    """A few survivors beside their parents, the same ones every time."""
    kept = read_dataset(plan.kept)
    asked = turns("user").list.last()
    chosen = kept.filter(pl.col("origin") == "augmented").sort("id").head(SHOWN)
    few = chosen.select(
        "id", "source", "parent", operator=recipe_field("operator"), after=asked.str.head(READ)
    ).collect()
    parents = kept.filter(pl.col("id").is_in(few["parent"].implode()))
    before = parents.select(parent="id", before=asked.str.head(READ)).collect()
    pairs = few.join(before, on="parent", how="left", maintain_order="left").to_dicts()
    for side in ("before", "after"):
        mask_and_cut(pairs, mask, side)
    return pairs
