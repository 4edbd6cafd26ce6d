"""The tables of the README, made from the code that they describe.

`python -m tests.readme_tables` writes them into the README; `tests/test_readme.py` holds the
README to them.
"""

import json
import re
from pathlib import Path

from flows.params import AugmentParams, CurateParams, ScaleParams
from flows.recipe import inner_model
from tasks.compare.params import CompareParams
from tasks.publish.reasons import MEANINGS

README = Path(__file__).parents[1] / "README.md"


def parameters() -> str:
    """A line per parameter: name, default, what it does."""
    lines = [
        *_lines(CurateParams, ""), *_lines(AugmentParams, "augment."),
        *_lines(ScaleParams, "scale."),
    ]  # fmt: skip
    return "\n".join(["| parameter | default | what |", "| --- | --- | --- |", *lines])


def _lines(model, prefix):
    lines = []
    for name, field in model.model_fields.items():
        dotted = prefix + (field.alias or name)
        inner = inner_model(field.annotation)
        if inner is not None:
            lines += _lines(inner, dotted + ".")
            continue
        default = list(field.default) if isinstance(field.default, tuple) else field.default
        shown = "all kinds" if dotted == "redact.entities" else f"`{json.dumps(default)}`"
        what = re.sub(r"<(\w+)>", r"`<\1>`", field.description).replace("|", "\\|")
        lines.append(f"| `{dotted}` | {shown} | {what} |")
    return lines


def reasons() -> str:
    """A line per reason: the stage that gives it, and what it means."""
    lines = [
        f"| `{stage}` | `{reason}` | {what} |"
        for stage, given in MEANINGS.items()
        for reason, what in given.items()
    ]
    return "\n".join(["| stage | reason | what it means |", "| --- | --- | --- |", *lines])


def comparing() -> str:
    """The same for `finery compare`."""
    lines = _lines(CompareParams, "")
    return "\n".join(["| parameter | default | what |", "| --- | --- | --- |", *lines])


TABLES = {"parameters": parameters, "reasons": reasons, "comparing": comparing}


def block(text: str, name: str) -> str:
    """What stands between the markers of `name`."""
    return re.search(f"<!-- {name} -->\n(.*?)\n<!-- end -->", text, re.DOTALL).group(1)


def main() -> None:
    """Write every table into the README."""
    text = README.read_text()
    for name, make in TABLES.items():
        marked = f"<!-- {name} -->\n{make()}\n<!-- end -->"
        text = re.sub(
            f"<!-- {name} -->\n(?:.*?\n)??<!-- end -->",
            lambda _, m=marked: m,
            text,
            flags=re.DOTALL,
        )
    README.write_text(text)


if __name__ == "__main__":
    main()
