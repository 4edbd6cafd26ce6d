"""Which records become rows, and how."""

from typing import ClassVar

from pydantic import Field

from tasks.base.params import StageParams


class RecordsParams(StageParams):
    """Which records become rows, and how."""

    tables: tuple[str, ...] = Field(
        default=(), title="Tables",
        description="Files or folders of records: CSV, TSV, JSON, JSONL, Parquet, FHIR bundles.",
    )  # fmt: skip
    templates: str = Field(
        default="", title="Templates",
        description="YAML file with Jinja templates; empty for those for clinical records that "
        "ship.",
    )  # fmt: skip
    identity: tuple[str, ...] = Field(
        default=(), title="Identity",
        description="Further fields, dotted, that say who a record is about; no value of theirs "
        "may stand in a row. Columns called name, email, ssn and the like are known.",
    )  # fmt: skip
    public: tuple[str, ...] = Field(
        default=(), title="Public",
        description="Fields, dotted, that may stand in rows though they are called name or city.",
    )  # fmt: skip
    invent: int = Field(
        default=0, ge=0, le=1_000_000, title="Invented patients",
        description="Also make rows of so many patients that nobody is, to see how it works.",
    )  # fmt: skip
    phrase: bool = Field(
        default=False, title="Phrase",
        description="Have the model ask in its own words; the answers stay those of the templates.",
    )  # fmt: skip
    temperature: float = Field(
        default=0.7, ge=0, le=2, title="Temperature", description="Of a prompt in its own words."
    )
    max_tokens: int = Field(
        default=1024, ge=16, title="Most tokens", description="Of a prompt in its own words."
    )
    seed: int = Field(
        default=0, ge=0, lt=2**32, title="Seed", description="Of invented patients and of words."
    )

    reads: ClassVar[set[str]] = {"templates"}
    not_content: ClassVar[set[str]] = {"tables"}  # what is in them comes as files
