"""Parameters from a recipe file and from `--set`, with errors that name the nearest right name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from tasks.base.errors import UsageError
from tasks.base.yaml_text import parse
from tasks.llm.params import PRIVATE

M = TypeVar("M", bound=BaseModel)

WANTED = {
    "endpoint": "wanted is none, local, or a base URL such as https://api.openai.com/v1, without a "
    "user, a key or a query in it",
    "key_variable": "wanted is the NAME of an environment variable, in capitals, such as "
    "OPENAI_API_KEY; the key itself goes into that variable. If it was a key: it is in your "
    "shell's history now",
    "key_secret": "wanted is the name of a Prefect Secret block, in small letters; a key is never "
    "given as a parameter",
    "map_key_secret": "wanted is the name of a Prefect Secret block, in small letters; a key is "
    "never given as a parameter",
}


def read_params(model: type[M], recipe: Path | None, settings: Sequence[str]) -> M:
    """Parameters of a flow: its defaults, then the recipe, then each `KEY=VALUE` of `settings`.

    Raises:
        UsageError: The recipe cannot be read, or a name or value is wrong.
    """
    values = _sections(model, _load(recipe) if recipe else {})
    for setting in settings:
        _put(model, values, setting)
    try:
        return model.model_validate(values)
    except ValidationError as errors:
        raise UsageError("\n".join(_explain(model, e) for e in errors.errors())) from None


def _load(recipe: Path) -> dict[str, Any]:
    try:
        values = parse(recipe.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--recipe {recipe}: cannot be read ({error}); check the path") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise UsageError(
            f"--recipe {recipe}{line}: is not YAML; indent with spaces, `key: value`"
        ) from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise UsageError(f"--recipe {recipe}: must be a mapping such as `redact: {{strict: true}}`")
    return values


def _sections(model: type[BaseModel], values: dict[str, Any]) -> dict[str, Any]:
    """`values` without sections that are named and left empty."""
    found = {}
    for name, value in values.items():
        inner = inner_model(_annotation(model, name))
        if inner is not None and isinstance(value, dict):
            found[name] = _sections(inner, value)
        elif inner is None or value is not None:
            found[name] = value
    return found


def _annotation(model: type[BaseModel], name: str) -> Any:  # noqa: ANN401 (a type form)
    field = next((f for n, f in model.model_fields.items() if name in (n, f.alias)), None)
    return field.annotation if field else None


def _put(model: type[BaseModel], values: dict[str, Any], setting: str) -> None:
    """Set one `a.b.c=value`; the value is read as YAML, so `true`, `3` and `[a, b]` work.

    Where a text is wanted it stands as it was typed: a revision such as 2024-02-03 is no date.
    """
    name, equals, text = setting.partition("=")
    if not equals or not name:
        raise UsageError(
            f"--set {setting!r}: write it as KEY=VALUE, for instance redact.strict=true"
        )
    if not _is_utf8(setting):
        raise UsageError(f"--set {setting!r}: is no UTF-8; is the terminal's locale another?")
    *path, last = name.strip().split(".")
    try:
        value = parse(text)
    except yaml.YAMLError:
        value = text
    if _annotation(_section(model, path), last) is str and value is not None:
        value = value if isinstance(value, str) else text
    place = values
    for key in path:
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            raise UsageError(f"--set {setting!r}: {key!r} holds a value, not a section")
    place[last] = value


def _is_utf8(text: str) -> bool:
    """Whether no byte of `text` was left undecoded by the shell's locale."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _explain(model: type[BaseModel], error: Any) -> str:  # noqa: ANN401 (pydantic's ErrorDetails)
    path = [str(p) for p in error["loc"]]
    name = ".".join(path)
    if error["type"] != "extra_forbidden":
        message = error["msg"].removeprefix("Value error, ")
        if not path:  # of all together; the message names the parameters
            return str(message)
        if path[-1] in (*PRIVATE, "map_key_secret"):
            return f"{name}: {WANTED[path[-1]]}"
        return f"{name} = {error['input']!r}: {message[:1].lower()}{message[1:]}"
    known = names(_section(model, path[:-1]))
    elsewhere = [n for n in all_names(model) if n.split(".")[-1] == path[-1]]
    near = elsewhere or get_close_matches(name, all_names(model), n=1, cutoff=0.6)
    near = near or [".".join([*path[:-1], n]) for n in get_close_matches(path[-1], known, n=1)]
    hint = f"did you mean {near[0]!r}?" if near else f"known here are {', '.join(known)}"
    return f"{name}: no such parameter; {hint}"


def _section(model: type[BaseModel], path: Iterable[str]) -> type[BaseModel]:
    for key in path:
        field = next((f for n, f in model.model_fields.items() if key in (n, f.alias)), None)
        inner = inner_model(field.annotation) if field else None
        if inner is None:
            return model
        model = inner
    return model


def inner_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 (a type form)
    """The section that a field holds, if it holds one."""
    found = [annotation, *get_args(annotation)]
    return next((t for t in found if isinstance(t, type) and issubclass(t, BaseModel)), None)


def names(model: type[BaseModel]) -> list[str]:
    """Names of the parameters of one section."""
    return [field.alias or name for name, field in model.model_fields.items()]


def all_names(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Dotted names of all parameters, sections before what is in them."""
    found = []
    for name, field in model.model_fields.items():
        dotted = prefix + (field.alias or name)
        inner = inner_model(field.annotation)
        found += [dotted, *(all_names(inner, dotted + ".") if inner else [])]
    return found
