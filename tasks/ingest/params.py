"""Settings of reading: which columns make a row, encodings, limits."""

import codecs

from pydantic import Field, field_validator

from tasks.base.params import StageParams

ROLE_NAMES = {
    "system": "system",
    "prompt": "prompt", "user": "prompt", "instruction": "prompt", "question": "prompt",
    "input": "input", "context": "input",
    "answer": "answer", "assistant": "answer", "response": "answer", "output": "answer",
    "completion": "answer",
}  # fmt: skip
"""Names that `--text-columns` takes for the four places of a row."""


MOST = 1_000_000_000  # records; no file of ours has more, and Python cannot count without end


class IngestParams(StageParams):
    """How files become rows."""

    text_columns: dict[str, str] = Field(
        default={}, title="Text columns",
        description="Which columns make a row, as role: column with the roles system, prompt, "
        "input and answer. Empty: found by the columns' names. Else every other column is kept "
        "beside the row as meta.",
    )  # fmt: skip
    encoding: str | None = Field(
        default=None, title="Encoding",
        description="Encoding of every text file. Empty: UTF-8, or what the bytes look like.",
    )  # fmt: skip
    max_unpacked_mb: int = Field(
        default=4096, ge=1, title="Largest unpacked file",
        description="Megabytes that a compressed file may unpack to; guards against a few "
        "kilobytes that fill the memory.",
    )  # fmt: skip
    limit: int | None = Field(
        default=None, ge=1, le=MOST, title="Most records",
        description="Records to read of each file, from its start, for a quick look. Empty: all.",
    )  # fmt: skip
    part_rows: int = Field(
        default=8192, ge=1, le=MOST, title="Rows per part",
        description="Rows of one part of the dataset: the unit that later stages work on.",
    )  # fmt: skip

    @field_validator("text_columns")
    @classmethod
    def _by_role(cls, columns: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(columns) - set(ROLE_NAMES))
        if unknown:
            raise ValueError(f"unknown role {unknown[0]!r}; use one of {', '.join(ROLE_NAMES)}")
        by_role = {ROLE_NAMES[role]: column for role, column in columns.items()}
        if len(by_role) < len(columns):
            raise ValueError("two columns for one role; name one column each")
        if columns and not {"prompt", "answer"} <= set(by_role):
            raise ValueError("name at least a prompt and an answer column")
        if len(set(by_role.values())) < len(by_role):
            raise ValueError("one column for two roles; name a column of its own for each")
        return by_role

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str | None) -> str | None:
        if encoding is None:
            return None
        try:
            "a".encode(encoding)  # Python also lists codecs that are none of text, such as hex
            return codecs.lookup(encoding).name
        except (LookupError, ValueError):
            raise ValueError(f"unknown encoding {encoding!r}; try utf-8, cp1252, gb18030") from None
