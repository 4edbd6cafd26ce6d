"""Why the policy leaves a name, and where it stands."""

import pytest

from tasks.redact.kept import WHYS, kept_names
from tasks.redact.params import RedactParams
from tasks.redact.pii import redact
from tests.builders import row, table


def why(text, name, gone=(), keep=()):
    start = text.index(name)
    found = kept_names([text], [[(start, start + len(name))]], gone, frozenset(keep))
    return [one.why for one in found]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Albert Einstein was born in Ulm.", "Albert Einstein", "figure"),
        ("Tim Brownlow went home.", "Tim Brownlow", "no_cue"),
        ("```python\nx = Tim Brownlow\n```", "Tim Brownlow", "in_code"),
        ("<TIM BROWNLOW> is a mask", "TIM BROWNLOW", "in_code"),
    ],
)
def test_each_name_is_kept_for_a_reason_that_has_words(text, name, expected):
    assert why(text, name) == [expected]
    assert WHYS[expected]


def test_a_name_that_goes_is_not_kept_and_one_that_the_user_keeps_says_so():
    assert why("Tim Brownlow", "Tim Brownlow", gone=["TIM BROWNLOW"]) == []
    assert why("Tim Brownlow", "Tim Brownlow", keep=["tim brownlow"]) == ["kept"]


def test_the_stage_says_where_a_kept_name_stands_and_never_which():
    text = "My mail is tim@lumetra.net. Dear Albert Einstein, I wrote to you."
    outcome = redact(table(row("a", text, "Ok")), RedactParams())
    assert outcome.figures["kept_because"] == {"figure": 1}
    [line] = outcome.evidence.to_dicts()
    after = outcome.rows.collect()["messages"][0][0]["content"]
    assert (line["id"], line["why"], line["text"]) == ("a", "figure", 0)
    assert after[line["start"] : line["end"]] == "Albert Einstein"
    assert "Einstein" not in str(line)
