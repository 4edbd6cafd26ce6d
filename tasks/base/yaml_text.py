"""YAML by people, in which everything that can be wrong is one error."""

from typing import Any

import yaml


def parse(text: str) -> Any:  # noqa: ANN401 (anything that YAML can say)
    """What `text` says.

    Raises:
        yaml.YAMLError: It is no YAML, has a date that is none, or is nested beyond reason.
    """
    try:
        return yaml.safe_load(text)
    except (ValueError, RecursionError) as error:
        raise yaml.YAMLError(f"{type(error).__name__}: {error}") from error
