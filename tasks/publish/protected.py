"""What a report says of protected sets: how many items were found, and what left for them."""

from typing import Any

from tasks.base.dataset import read_dataset
from tasks.publish.plan import ReleasePlan

Facts = dict[str, Any]


def protected(plan: ReleasePlan) -> Facts:
    """A line per protected file, and how much was looked at; empty where none was named."""
    result = plan.result("dedup.protected")
    if result is None or result.evidence is None:
        return {}
    files = read_dataset(result.evidence).collect().to_dicts()
    return {**result.report.figures, "files": files} if files else {}
