"""Settings of redaction."""

import pytest
from pydantic import ValidationError

from tasks.base.errors import UsageError
from tasks.redact.params import RedactParams, scope_of


def test_an_unknown_kind_is_named_with_the_nearest_known_one():
    with pytest.raises(ValidationError, match="did you mean 'EMAIL_ADDRESS'"):
        RedactParams(entities=("EMAIL",))


@pytest.mark.parametrize(
    ("patterns", "complaint"),
    [({"X_NO": "("}, "no regular expression"), ({"x": "a"}, "capitals"), ({"X_NO": "a*"}, "empty")],
)
def test_a_bad_pattern_is_told_what_is_wrong_with_it(patterns, complaint):
    with pytest.raises(ValidationError, match=complaint):
        RedactParams(patterns=patterns)


def test_an_unknown_recogniser_is_named_with_the_nearest_known_one():
    with pytest.raises(UsageError, match="did you mean 'NhsRecognizer'"):
        scope_of(RedactParams(recognisers=("NhsRecogniser",)))


def test_a_recogniser_that_needs_a_service_is_refused():
    with pytest.raises(UsageError, match="cannot be used by itself"):
        scope_of(RedactParams(recognisers=("AzureAILanguageRecognizer",)))
