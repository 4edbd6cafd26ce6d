"""Overlaps end as presidio-anonymizer ends them."""

import random

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import RecognizerResult

from tasks.redact.stock.resolve import Finding, resolved

TEXT = "ab cd  ef \n gh  ij kl mn  op"


def ours(findings):
    """The text with each span that goes as its kind in angles."""
    out, done = [], 0
    for start, end, entity in resolved(TEXT, findings):
        out += [TEXT[done:start], f"<{entity}>"]
        done = end
    return "".join(out) + TEXT[done:]


def theirs(findings):
    """What presidio-anonymizer makes of the same findings."""
    results = [RecognizerResult(f.entity, f.start, f.end, f.score) for f in findings]
    return AnonymizerEngine().anonymize(TEXT, results).text


def test_of_two_findings_in_one_place_the_surer_stays_and_of_equals_the_last():
    assert ours([Finding(0, 2, "A", 0.5), Finding(0, 2, "B", 0.4)]).startswith("<A>")
    assert ours([Finding(0, 2, "A", 0.5), Finding(0, 2, "B", 0.5)]).startswith("<B>")


def test_any_findings_end_as_presidios():
    chance = random.Random(0)
    for _ in range(3000):
        findings = []
        for _ in range(chance.randint(0, 6)):
            start = chance.randrange(len(TEXT))
            end = chance.randint(start + 1, min(len(TEXT), start + 9))
            findings.append(Finding(start, end, chance.choice("ABC"), chance.choice((0.1, 0.5))))
        assert ours(findings) == theirs(findings), findings
