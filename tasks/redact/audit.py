"""What is left: hard identifiers that still stand in texts that should hold none.

The rules are those of the stage, as a second opinion by another model was measured to catch 11 of
29 leaks and to cry wolf 20 times; what the audit guards against is a text that the stage never
saw, such as a field that was added after it.
"""

from collections import Counter
from collections.abc import Iterable

from tasks.redact.rules import HARD, find, rules_for
from tasks.redact.standin.kinds import is_stand_in


def residues(
    texts: Iterable[str],
    entities: tuple[str, ...] = HARD,
    keep: Iterable[str] = (),
    surrogates: bool = False,
) -> dict[str, int]:
    """How many values of each hard kind still stand in `texts`.

    Args:
        texts: What is to be published. Tags and masks are no values.
        entities: Kinds to look for.
        keep: Values that may stay.
        surrogates: Whether stand-ins may stay, too; real values pass for one as rarely as it is
            said in `tasks.redact.standin`.
    """
    rules, kept = rules_for(entities), {value.casefold() for value in keep}
    left = Counter(
        span.entity
        for text in texts
        for span in find(text, rules)
        if (value := text[span.start : span.end]).casefold() not in kept
        and not (surrogates and is_stand_in(span.entity, value))
    )
    return dict(sorted(left.items()))
