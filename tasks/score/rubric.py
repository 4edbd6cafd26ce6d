"""What a judge is asked about a row: a rubric of a few criteria, read from YAML.

The rubric that ships has relevancy, task alignment, consistency, format, correctness and
complexity. Each criterion is asked by itself, so that one does not colour the next, and each level
is written out, since bare numbers mean something else to every model (Prometheus, 2310.08491).
"""

import hashlib
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tasks.base.errors import UsageError
from tasks.base.yaml_text import parse
from tasks.score.decision import Question

BUILT_IN = Path(__file__).with_name("rubrics") / "quality.yaml"
BUILT_IN_SHA256 = "ed8274bdf73ec897e9140ee47afbef64c6ae2290de16e6ad8246f177e8da120a"
"""Of the file above: it is part of no cache key, but this line is. A test holds them together."""


class Criterion(Question):
    """A question about an answer, and whether it asks about its quality."""

    quality: bool = Field(
        default=True, description="Whether it counts in the mean; complexity does not."
    )
    options: tuple[str, ...] = Field(
        default=(), alias="levels", description="Levels of a score from worst to best."
    )

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.kind == "choice":
            raise ValueError("a choice has no worst and best; make it a score or a predicate")
        return self


class Rubric(BaseModel):
    """Criteria that make one grade."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    version: int = Field(ge=1)
    criteria: tuple[Criterion, ...]

    @model_validator(mode="after")
    def _makes_a_grade(self) -> Self:
        names = [criterion.name for criterion in self.criteria]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two criteria are named {twice[0]!r}")
        reserved = sorted({*names} & RESERVED)
        if reserved:
            raise ValueError(f"{reserved[0]!r} is the name of a column of the judge's own")
        if not any(criterion.quality for criterion in self.criteria):
            raise ValueError("no criterion is about quality, so there would be no grade")
        return self

    @property
    def identity(self) -> str:
        """Name, version and what tells its text from others of that name."""
        text = self.model_dump_json()
        return f"{self.name}@{self.version}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"

    def only(self, names: Sequence[str]) -> "Rubric":
        """The rubric with just the criteria of these names, in its own order; all without names.

        Raises:
            UsageError: A name is not in the rubric, or none that is left is about quality.
        """
        known = [criterion.name for criterion in self.criteria]
        for name in names:
            if name not in known:
                hint = _nearest(name, known)
                raise UsageError(f"criteria: the rubric {self.name!r} has no {name!r}; {hint}")
        chosen = tuple(c for c in self.criteria if not names or c.name in names)
        if not any(criterion.quality for criterion in chosen):
            raise UsageError(
                f"criteria: {', '.join(names)} leaves none about quality, so there would be no "
                "grade; name one more"
            )
        return self.model_copy(update={"criteria": chosen})


RESERVED = {"mass", "disagreement", "reason", "grade", "preferred"}


def load_rubric(path: str = "") -> Rubric:
    """The rubric in the YAML file `path`; without one, that which ships.

    Raises:
        UsageError: The file cannot be read or is no rubric; the message names file, line and
            field.
    """
    file = Path(path) if path else BUILT_IN
    try:
        text = file.read_text(encoding="utf-8")
        values, node = parse(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"rubric {file}: cannot be read ({error}); check the path") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise UsageError(f"rubric {file}{where}: is not YAML; indent with spaces") from None
    if not isinstance(values, dict):
        raise UsageError(f"rubric {file}: must be a mapping with name, version and criteria")
    try:
        return Rubric.model_validate(values)
    except ValidationError as errors:
        told = [f"rubric {file}, {_explain(error, node)}" for error in errors.errors()]
        raise UsageError("\n".join(told)) from None


def _explain(error: Any, node: Any) -> str:  # noqa: ANN401 (an ErrorDetails, a yaml node)
    """Line, field and what is wrong with it."""
    path = error["loc"]
    field = ".".join(map(str, path)) or "the file"
    where = f"line {_line(node, path)}, {field}"
    if error["type"] == "extra_forbidden":
        model: type[BaseModel] = Criterion if len(path) > 1 else Rubric
        known = [f.alias or name for name, f in model.model_fields.items()]
        return f"{where}: no such field; {_nearest(str(path[-1]), known)}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"


def _line(node: Any, path: Iterable[str | int]) -> int:  # noqa: ANN401 (a yaml node)
    """Line of what `path` leads to, as far as it goes; that of the nearest above if it is gone."""
    line = node.start_mark.line + 1 if node is not None else 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == step), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return int(line)


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known here are {', '.join(known)}"
