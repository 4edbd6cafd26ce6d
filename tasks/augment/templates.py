"""Templates that make rows of records: YAML with Jinja in it, run in a sandbox."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.base.errors import UsageError
from tasks.base.yaml_text import parse

if TYPE_CHECKING:
    from jinja2 import Template as JinjaTemplate
    from jinja2.sandbox import SandboxedEnvironment

BUILT_IN = Path(__file__).with_name("record_templates") / "clinical.yaml"
FALSE = ("", "false", "none", "[]", "{}", "0")


class Template(BaseModel):
    """One kind of row that a record makes."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    prompt: str
    answer: str
    system: str = ""
    when: str = "true"
    form: dict[str, Any] | None = Field(default=None, alias="schema")


class TemplateSet(BaseModel):
    """Templates for one kind of record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int
    identity: tuple[str, ...] = ()  # fields of the record, dotted, that say who it is about
    let: dict[str, str] = {}  # texts that templates share, in order
    templates: tuple[Template, ...] = Field(min_length=1)


class Drawn(NamedTuple):
    """What a template made of a record."""

    template: Template
    prompt: str
    answer: str
    system: str = ""
    error: str = ""  # why it could not be drawn; never a value of the record


def load_templates(path: str = "") -> TemplateSet:
    """The templates in the YAML file `path`; without one, those for clinical records that ship.

    Raises:
        UsageError: The file cannot be read, or is no set of templates.
    """
    file = Path(path) if path else BUILT_IN
    try:
        found = TemplateSet.model_validate(parse(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"templates {file}: cannot be read ({error}); check the path") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"templates {file}{where}: is not YAML; indent with spaces") from None
    except ValidationError as errors:
        told = [f"templates {file}, {'.'.join(map(str, e['loc'])) or 'the file'}: {e['msg']}"
                for e in errors.errors()]  # fmt: skip
        raise UsageError("\n".join(told)) from None
    _check(found, file)
    return found


def _check(found: TemplateSet, file: Path) -> None:
    """See that every template can be compiled, before the first record."""
    from jinja2 import TemplateSyntaxError

    sandbox = _sandbox()
    for one in found.templates:
        for name, text in {**found.let, "when": one.when, "prompt": one.prompt,
                           "answer": one.answer, "system": one.system}.items():  # fmt: skip
            try:
                sandbox.from_string(text)
            except TemplateSyntaxError as error:
                raise UsageError(
                    f"templates {file}: {one.name}.{name}, line {error.lineno}: {error.message}"
                ) from None


class Drawers(NamedTuple):
    """A set of templates, compiled once for all records."""

    let: dict[str, "JinjaTemplate"]
    each: list[tuple[Template, "JinjaTemplate", tuple["JinjaTemplate", ...]]]


def compiled(found: TemplateSet) -> Drawers:
    """The templates of `found`, ready to be filled."""
    make = _sandbox().from_string
    return Drawers(
        {name: make(text) for name, text in found.let.items()},
        [(one, make(one.when), tuple(map(make, (one.prompt, one.answer, one.system))))
         for one in found.templates],
    )  # fmt: skip


def draw_rows(drawers: Drawers, record: Mapping[str, Any]) -> Iterator[Drawn]:
    """What each template that applies makes of `record`, which it sees as `record`."""
    for one, when, texts in drawers.each:
        values: dict[str, Any] = {"record": record}
        try:
            for name, text in drawers.let.items():
                values[name] = " ".join(text.render(values).split())
            if when.render(values).strip().casefold() in FALSE:
                continue
            drawn = [text.render(values).strip() for text in texts]
        except Exception as error:  # whatever a template from outside may raise
            yield Drawn(one, "", "", "", type(error).__name__)
            continue
        yield Drawn(one, *drawn)


def _sandbox() -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    sandbox = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    # Jinja's own is for web pages and escapes signs
    sandbox.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False, allow_nan=False)
    return sandbox
