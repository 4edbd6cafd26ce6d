"""What is left: hard identifiers that still stand in texts that should hold none.

The rules are those of the stage, as a second opinion by another model was measured to catch 11 of
29 leaks and to cry wolf 20 times; what the audit guards against is a text that the stage never
saw, such as a field that was added after it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TypedDict

from tasks.base.cache import code_of
from tasks.base.memo import RowMemo
from tasks.redact.params import RedactParams
from tasks.redact.reading import note, read_once
from tasks.redact.rules import HARD, find, rules_for
from tasks.redact.standin.kinds import is_stand_in

MEMO = "redact.hard"


def residues(
    texts: Iterable[str],
    entities: tuple[str, ...] = HARD,
    keep: Iterable[str] = (),
    surrogates: bool = False,
    memo: RowMemo | None = None,
) -> dict[str, int]:
    """How many values of each hard kind still stand in `texts`, equal ones counted once.

    Args:
        texts: What is to be published. Tags and masks are no values.
        entities: Kinds to look for.
        keep: Values that may stay.
        surrogates: Whether stand-ins may stay, too; real values pass for one as rarely as it is
            said in `tasks.redact.standin`.
        memo: What was found in earlier runs under the same settings.
    """
    rules, kept = rules_for(entities), {value.casefold() for value in keep}

    def look(texts: Sequence[str]) -> list[dict[str, int]]:
        return [
            Counter(
                span.entity
                for span in find(text, rules)
                if (value := text[span.start : span.end]).casefold() not in kept
                and not (surrogates and is_stand_in(span.entity, value))
            )
            for text in texts
        ]

    found, _ = read_once(list(texts), look, dict[str, int], memo)
    left = Counter[str]()
    for one in found.values():
        left.update(one)
    return dict(sorted(left.items()))


class Settings(TypedDict):
    """What decides over a text which residues are in it."""

    entities: tuple[str, ...]
    keep: list[str]
    surrogates: bool


def settings_of(params: RedactParams) -> Settings:
    """The settings of `residues` that `params` ask for: the hard kinds that they take out."""
    return {
        "entities": tuple(kind for kind in params.entities if kind in HARD),
        "keep": sorted(params.keep),
        "surrogates": params.mode == "surrogate",
    }


def hard_memo(store: str, params: RedactParams) -> RowMemo:
    """The memo of what `residues` found in texts under `params`."""
    return RowMemo(store, MEMO, f"{code_of(__name__)} {settings_of(params)}")


def note_clean(texts: Collection[str], memo: RowMemo | None) -> None:
    """Note for the audit that the same rules, and maybe more, found nothing in `texts`.

    It is so of the very text, whatever becomes of the row that it stood in.
    """
    if memo is not None and texts:
        note({text: {} for text in texts}, memo)
