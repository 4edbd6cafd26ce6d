"""Settings: frozen, with known names only."""

import pytest
from pydantic import Field, ValidationError

from tasks.base.params import StageParams


class Sample(StageParams):
    size: int = Field(default=1, ge=0)


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Sample().size = 2  # type: ignore[misc]


@pytest.mark.parametrize("given", [{"sise": 1}, {"size": -1}, {"size": "many"}])
def test_unknown_names_and_bad_values_are_refused(given):
    with pytest.raises(ValidationError):
        Sample(**given)


def test_equal_settings_are_equal_and_hashable():
    assert {Sample(), Sample(size=1)} == {Sample()}
