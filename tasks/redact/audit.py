"""What is left: hard identifiers that still stand in texts that should hold none.

The rules are those of the stage, as a second opinion by another model was measured to catch 11 of
29 leaks and to cry wolf 20 times; what the audit guards against is a text that the stage never
saw, such as a field that was added after it.
"""

from collections import Counter
from collections.abc import Iterable

from tasks.redact.rules import HARD, find, rules_for


def residues(
    texts: Iterable[str], entities: tuple[str, ...] = HARD, keep: Iterable[str] = ()
) -> dict[str, int]:
    """How many values of each hard kind still stand in `texts`.

    Args:
        texts: What is to be published. Tags and masks are no values.
        entities: Kinds to look for.
        keep: Values that may stay.
    """
    rules, kept = rules_for(entities), {value.casefold() for value in keep}
    left = Counter(
        span.entity
        for text in texts
        for span in find(text, rules)
        if text[span.start : span.end].casefold() not in kept
    )
    return dict(sorted(left.items()))
