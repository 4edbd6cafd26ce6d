"""A text without the literals or shapes that a pattern is said to need holds nothing it would find.

Texts are made from the patterns themselves, so one that is changed is tested as it is now.
"""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.redact import phrases
from tasks.redact.plain import plain
from tasks.redact.rule import holds, lowered_of, shape_of
from tasks.redact.rules import RULES, find

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example]
WITH_SHAPES = [rule for rule in RULES if rule.shapes]


def loose(pattern):
    """`pattern` without what is only looked ahead for: it would hardly ever be there."""
    return re.compile(re.sub(r"\(\?=[^()]*\)", "", pattern.pattern))


NEEDS = [  # a pattern, what it needs one of, and in what of the text that is looked for
    *((f"shape of {r.entity}", r.pattern, r.shapes, shape_of) for r in WITH_SHAPES),
    *((f"cue of {r.entity}", r.pattern, r.cues, lowered_of) for r in RULES if r.cues),
    *(
        ("phrase", loose(phrase.pattern), phrase.literals, str.lower)
        for phrase in (*phrases.SURE, *phrases.LIKELY, *phrases.IN_RECORDS, phrases.RECORD)
    ),
]
LETTERS = st.characters(
    min_codepoint=10, max_codepoint=126, exclude_categories=["Cc"],
    include_characters="\n\t\r\u00e9\u00fa\u00fc\u00df\u00c9\u2019"
    + "".join(map(chr, range(0x410, 0x450))),  # Cyrillic
)  # fmt: skip


def test_a_shape_says_what_stands_where():
    assert shape_of("Ab 12-c\n\u00c9\u00e9 x") == "Aa 00-a A\u00e9 a"


@pytest.mark.parametrize("gap", [" ", "\t", "\n", "\r\n", "\u2028", "\u00a0"])
def test_white_space_inside_a_value_may_be_any(gap):
    said = {
        "AGE": f"Pt: 94{gap if len(gap) == 1 else ' '}yo male, lives alone",
        "ID_NUMBER": f"TIN{gap}12-345678",
        "STREET_ADDRESS": f"12{gap if len(gap) == 1 else ' '}rue de la Paix",
    }
    assert {kind: [span.entity for span in find(text)] for kind, text in said.items()} == {
        kind: [kind] for kind in said
    }


def test_rules_with_shapes_want_digits():
    assert all(rule.digits for rule in WITH_SHAPES)


@pytest.mark.parametrize("place", range(len(NEEDS)), ids=[name for name, *_ in NEEDS])
@settings(max_examples=10, suppress_health_check=SLOW)
@given(data=st.data())
def test_what_a_pattern_takes_holds_one_of_what_it_needs(place, data):
    _, pattern, parts, seen = NEEDS[place]
    text = plain(data.draw(st.from_regex(pattern, alphabet=LETTERS)))[0]
    assert not pattern.search(text) or holds(seen(text), parts), text
