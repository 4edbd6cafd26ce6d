"""Sentences with slots, in the manner of instructions, dialogues, notes, forms, mails and logs.

They stand in two files, one a line; ` / ` in them is a line break. `{P}` is a person, `{F}` and
`{L}` a first and a last name, `{A}` an address, `{H}`, `{X}` and `{Z}` its parts (street, unit,
code), `{B}` a street and `{Y}` a house number alone, `{U}` a user name, `{I}` a number that stands
for a person. The others are what such things are taken for: `{C}` town, `{K}` country, `{O}`
company, `{J}` job, `{D}` date, `{N}` number, `{Q}` quantity, `{G}` goods, `{V}` code of a thing,
`{M}` team, `{R}` dish, `{S}` topic, `{T}` phone, `{E}` e-mail, `{W}` web site.
"""

from pathlib import Path


def _listed(name: str) -> tuple[str, ...]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return tuple(line.replace(" / / ", "\n\n").replace(" / ", "\n") for line in lines)


NAMED = _listed("named.txt")
"""Sentences that name somebody or some place of somebody's."""
UNNAMED = _listed("unnamed.txt")
"""Sentences with capitals and numbers that name nobody."""
