"""Every reason that a stage can give has a sentence."""

import re

import pytest

from tasks.publish.reasons import MEANINGS, meaning

ALL = [(stage, reason) for stage, reasons in MEANINGS.items() for reason in reasons]


@pytest.mark.parametrize(("stage", "reason"), ALL)
def test_a_reason_is_a_snake_case_name_with_a_sentence(stage, reason):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", reason)
    assert len(meaning(stage, reason).split()) >= 4
    assert not meaning(stage, reason).endswith(".")


def test_an_unknown_reason_reads_as_words():
    assert meaning("x.y", "too_odd") == "too odd"
