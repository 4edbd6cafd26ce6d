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


def test_a_number_that_no_database_holds_is_refused():
    class Sized(StageParams):
        rows: int = 1

    with pytest.raises(ValueError, match="rows is 99999999999999999999, which is no sensible"):
        Sized(rows=99999999999999999999)


def test_equal_settings_are_equal_and_hashable():
    assert {Sample(), Sample(size=1)} == {Sample()}
