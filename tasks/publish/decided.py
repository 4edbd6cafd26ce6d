"""What a report says of people's decisions: how many there were, and which rules they overruled."""

from collections import Counter
from typing import Any

from tasks.base.dataset import read_dataset
from tasks.base.table import DROP_REASON
from tasks.publish.plan import ReleasePlan

Facts = dict[str, Any]
TOLD = "review.told"


def decisions(plan: ReleasePlan) -> Facts:
    """Rows by decision, and drops that were overruled; empty where nobody was asked."""
    told = plan.result(TOLD)
    if told is None:
        return {}
    spared = Counter[str]()
    for result in plan.results:
        if result.spared is None or not result.spared.rows:
            continue
        reasons = read_dataset(result.spared).select(DROP_REASON).collect()[DROP_REASON]
        spared.update(f"{result.report.stage}/{reason}" for reason in reasons)
    facts = {**told.report.figures, "spared": dict(sorted(spared.items()))}
    return {**facts, "sentence": _sentence(facts)}


def _sentence(facts: Facts) -> str:
    kept, dropped, edited = (facts.get(name, 0) for name in ("keep", "drop", "edit"))
    against = ", ".join(f"{rows:,} {name}" for name, rows in facts["spared"].items())
    notes = [
        f"drops overruled: {against}" if against else "",
        f"over rows that are not here: {facts['elsewhere']:,}" if facts["elsewhere"] else "",
        f"copies of what is not here: {facts['alone']:,}" if facts["alone"] else "",
    ]  # fmt: skip
    more = "".join(f"; {note}" for note in notes if note)
    return f"people decided: keep {kept:,}, drop {dropped:,}, edit {edited:,}{more}"
