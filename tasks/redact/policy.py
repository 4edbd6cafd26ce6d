"""Whose name is private. A name alone is no personal data; what stands around it makes it so.

Private is who is named together with a hard identifier in one sentence, who introduces themself,
is kin of the speaker, signs, holds an account, or is a patient or customer in a record. Known
public and fictional figures stay. Strict mode takes every name. Stock Presidio was measured to
flag 59 % of real instruction rows, and names alone 27 %: taking all of them ruins the data.
"""

import re
from collections.abc import Sequence

from tasks.redact.cues import Cues
from tasks.redact.figures import FIGURES, SURNAMES
from tasks.redact.places import Place, Places
from tasks.redact.things import is_thing

_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Doctor|President)\.?\s$")


def private(text: str, cues: Cues, seen: Sequence[Place], strict: bool) -> list[Place]:
    """The names in `text` that go.

    Args:
        text: What the places are places in.
        cues: Where it may name a private person.
        seen: Where the model sees a name.
        strict: Take every name.
    """
    named, links = Places(seen), Places(cues.links)
    confirmed = [place for place in cues.likely if named.touch(*place)]
    if strict:
        return [*cues.sure, *confirmed, *seen]
    linked = [place for place in seen if links.touch(*place)]
    # who introduces themself beside an address of their own only shares a figure's name
    introduced = [place for place in cues.sure if links.touch(*place)]
    others = [p for p in (*cues.sure, *confirmed, *linked) if not is_figure(text[p[0] : p[1]])]
    return [
        place
        for place in (*introduced, *others)
        if not is_thing(text, *place) and (links.touch(*place) or not _is_titled(text, *place))
    ]


def _is_titled(text: str, start: int, end: int) -> bool:
    """Whether this is the surname of a figure behind a title: Mr. Darcy."""
    is_known = text[start:end].casefold() in SURNAMES
    return is_known and _TITLE.search(text, max(0, start - 10), start) is not None


def is_figure(name: str) -> bool:
    """Whether `name` is that of a person everybody knows, or of one that never lived."""
    return " ".join(name.casefold().replace("’", "'").split()) in FIGURES
