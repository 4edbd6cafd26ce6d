"""JSON schemas: one that stands in a prompt, and whether an answer keeps to one."""

import json
import re
from collections.abc import Mapping
from typing import Any

_KEYWORDS = re.compile(r'"(?:properties|items|anyOf|oneOf|allOf|\$ref)"\s*:')
_BROKEN = re.compile(r"violat|invalid|\bnot (?:valid|match|conform)", re.IGNORECASE)
_UNBOUND = re.compile(r'"(?:\$\w*[rR]ef|pattern|patternProperties|uniqueItems|nullable)"')
"""Keywords that lead out of this machine, may take for ever, or are not of this standard."""
_TYPE = re.compile(r'"(?:type|\$schema)"\s*:')


def kept(asked: str, said: str) -> tuple[bool, str] | None:
    """Whether the JSON text `said` keeps to the schema in `asked`, and if not, how.

    None where there is nothing to hold it to, or what it says is a schema itself.
    """
    form = schema_in(asked)
    if form is None or _BROKEN.search(asked) or schema_in(said) is not None:
        return None
    try:
        told = next(filter(None, (breach(one, form) for one in _each(said, form))), None)
    except RecursionError:
        return None
    return told is None, told or ""


def _each(said: str, form: Mapping[str, Any]) -> list[str]:
    """What must keep to `form`: all of it, or of a list of objects every single one."""
    try:
        value = json.loads(said)
    except ValueError:
        return [line for line in said.split("\n") if line.strip()]
    if form.get("type") == "object" and isinstance(value, list):
        return [json.dumps(one) for one in value]
    return [said]


def schema_in(asked: str) -> dict[str, Any] | None:
    """The JSON schema of an object or an array that stands in a prompt; None without just one."""
    if not (_KEYWORDS.search(asked) and _TYPE.search(asked)):
        return None
    found, at = [], asked.find("{")
    while at >= 0:
        try:
            value, end = json.JSONDecoder().raw_decode(asked, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if _is_schema(value):
                found.append(value)
        at = asked.find("{", end)
    return found[0] if len(found) == 1 else None


def _is_schema(value: dict[str, Any]) -> bool:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    form = value.get("type")
    if form not in ("object", "array") or not isinstance(value.get("properties", {}), dict):
        return False
    try:
        if ("properties" not in value and "items" not in value) or _UNBOUND.search(
            json.dumps(value)
        ):
            return False
        Draft202012Validator.check_schema(value)
    except (SchemaError, RecursionError):
        return False
    return True


def breach(answer: str, form: Mapping[str, Any]) -> str | None:
    """How a JSON text breaks the schema `form`, in words without any of its values; None if not."""
    from jsonschema import Draft202012Validator

    try:
        value = json.loads(answer, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return "it is no JSON"
    error = next(iter(Draft202012Validator(form).iter_errors(value)), None)
    if error is None:
        return None
    where = "/".join(map(str, error.absolute_path)) or "the answer"
    return f"{where}: breaks {error.validator}"


def _no_number(sign: str) -> float:
    raise ValueError(f"{sign} is no JSON")
