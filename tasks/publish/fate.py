"""The fate of a row in words, as its line of the ledger has it."""

from typing import Any

from tasks.publish.reasons import meaning


def fate(line: dict[str, Any]) -> str:
    """Where a row ended, and why."""
    if line["state"] == "kept":
        kept = f"kept, in the {line['split']} split" if line["split"] else "kept"
        return f"{kept}; {line['reason']}: {line['detail']}" if line["reason"] else kept
    because = f"{line['reason']}: {meaning(line['stage'], line['reason'])}"
    detail = f" ({line['detail']})" if line["detail"] else ""
    return f"{line['state']} by {line['stage']}, {because}{detail}"
