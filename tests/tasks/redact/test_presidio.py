"""The bridge to Presidio."""

from presidio_analyzer import RecognizerRegistry, RecognizerResult

from tasks.redact.presidio import adopt, recognisers
from tasks.redact.rules import ENTITIES

TEXT = "Lisa Brown wrote to tim@example.org."


def test_our_rules_work_as_presidios_recognisers():
    registry = RecognizerRegistry(recognisers())
    found = [r for x in registry.recognizers for r in x.analyze(TEXT, x.supported_entities)]
    assert all(isinstance(result, RecognizerResult) for result in found)
    assert {(r.entity_type, TEXT[r.start : r.end]) for r in found} == {
        ("EMAIL_ADDRESS", "tim@example.org"),
        ("PERSON", "Lisa Brown"),
    }


def test_there_is_one_recogniser_for_each_kind_and_it_minds_what_it_is_asked_for():
    ours = recognisers()
    assert [x.supported_entities for x in ours] == [[entity] for entity in ENTITIES]
    assert all(x.analyze(TEXT, ["NOTHING"]) == [] for x in ours)


def test_presidios_recognisers_work_as_our_rules_but_not_their_guesses():
    (rule,) = adopt("UsPassportRecognizer")
    assert list(rule.find("number 123456789")) == []
    (rule,) = adopt("NhsRecognizer")
    assert [s.entity for s in rule.find("401-023-2137")] == ["UK_NHS"]
