"""Parameters of the flows: what a recipe, `--set` and the form in the UI may say."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tasks.base.params import StageParams
from tasks.clean.encoding import EncodingParams
from tasks.clean.markup import MarkupParams
from tasks.dedup.conflict import ConflictParams
from tasks.dedup.exact import ExactDedupParams
from tasks.dedup.near import NearDedupParams
from tasks.ingest.params import IngestParams
from tasks.publish.gates import GateParams
from tasks.redact.params import RedactParams
from tasks.select.split import SplitParams
from tasks.validate.rows import ValidateParams

Runner = Literal["threads", "processes", "ray"]
Format = Literal["openai", "trl", "alpaca", "sharegpt", "parquet"]


class CleanParams(StageParams):
    """Mend texts; nothing is dropped here."""

    enabled: bool = Field(default=True, title="Clean", description="Run this family.")
    encoding: EncodingParams = Field(default=EncodingParams(), title="Encodings")
    markup: MarkupParams = Field(default=MarkupParams(), title="Markup")


class DedupParams(StageParams):
    """Drop rows that repeat others, and report contradictions."""

    enabled: bool = Field(default=True, title="Deduplicate", description="Run this family.")
    exact: ExactDedupParams = Field(default=ExactDedupParams(), title="Exact copies")
    near: NearDedupParams = Field(default=NearDedupParams(), title="Near copies")
    conflict: ConflictParams = Field(default=ConflictParams(), title="Contradictions")


class ExportParams(StageParams):
    """What is written."""

    formats: tuple[Format, ...] = Field(
        default=("openai",), min_length=1, title="Formats",
        description="The first is written as train, validation and test; the others get a "
        "folder each below formats/.",
    )  # fmt: skip


class CurateParams(BaseModel):
    """All parameters of `curate` but the sources and the folder to write to."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    ingest: IngestParams = IngestParams()
    clean: CleanParams = CleanParams()
    validate_: ValidateParams = Field(default=ValidateParams(), alias="validate")
    redact: RedactParams = RedactParams()
    dedup: DedupParams = DedupParams()
    split: SplitParams = SplitParams()
    export: ExportParams = ExportParams()
    gates: GateParams = GateParams()
    runner: Runner = Field(
        default="threads", title="Runner",
        description="Where row-wise stages run: threads or processes of this machine, or ray (an "
        "extra) on many.",
    )  # fmt: skip
    seed: int = Field(
        default=0, ge=0, title="Seed", description="Changes every choice made by chance."
    )
