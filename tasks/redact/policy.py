"""Whose name is private. A name alone is no personal data; what stands around it makes it so.

Private is who is named together with a hard identifier in one sentence, who introduces themself,
is kin of the speaker, signs, holds an account, or is a patient or customer in a record. Known
public and fictional figures stay. Strict mode takes every name. Stock Presidio was measured to
flag 59 % of real instruction rows, and names alone 27 %: taking all of them ruins the data.
"""

from collections.abc import Sequence

from tasks.redact.cues import Cues
from tasks.redact.figures import FIGURES
from tasks.redact.places import Place, Places


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
    return [*introduced, *others]


def is_figure(name: str) -> bool:
    """Whether `name` is that of a person everybody knows, or of one that never lived."""
    return " ".join(name.casefold().replace("’", "'").split()) in FIGURES
