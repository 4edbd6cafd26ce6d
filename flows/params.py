"""Parameters of the flows: what a recipe, `--set` and the form in the UI may say."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tasks.augment.balance import BalanceParams
from tasks.augment.eliminate import EliminateParams
from tasks.augment.evolve_params import EvolveParams
from tasks.augment.privacy import PrivacyParams
from tasks.augment.records_params import RecordsParams
from tasks.augment.synthesise_params import SynthesiseParams
from tasks.augment.verify import VerifyParams
from tasks.base.params import StageParams
from tasks.clean.encoding import EncodingParams
from tasks.clean.markup import MarkupParams
from tasks.compare.params import ROWS_IN_BOTH, ShiftGates
from tasks.dedup.conflict import ConflictParams
from tasks.dedup.core import CoreParams
from tasks.dedup.exact import ExactDedupParams
from tasks.dedup.near import NearDedupParams
from tasks.dedup.protected import ProtectedParams
from tasks.dedup.released import ReleasedParams
from tasks.dedup.semantic_params import SemanticDedupParams
from tasks.dedup.settle import SettleParams
from tasks.dedup.sides import SidesParams
from tasks.ingest.params import IngestParams
from tasks.llm.params import LlmParams
from tasks.publish.gates import GateParams
from tasks.redact.params import RedactParams
from tasks.review.params import ReviewParams
from tasks.scale.params import ScaleParams
from tasks.score.bar import Bar
from tasks.score.calibration.exam import ExamParams
from tasks.score.classifier import ClassifierParams
from tasks.score.complexity import ComplexityParams
from tasks.score.drop import DropParams
from tasks.score.judge import JudgeParams
from tasks.score.likelihood import LikelihoodParams
from tasks.score.margin import MarginParams
from tasks.score.pairing import PairingParams
from tasks.score.reward_params import RewardParams
from tasks.score.signals import SignalsParams
from tasks.score.verdict import VerdictParams
from tasks.select.split import SplitParams
from tasks.validate.rows import ValidateParams

Runner = Literal["threads", "processes", "ray"]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Format = Literal["openai", "trl", "alpaca", "sharegpt", "parquet"]


class CleanParams(StageParams):
    """Mend texts; nothing is dropped here."""

    enabled: bool = Field(default=True, title="Clean", description="Run this family.")
    encoding: EncodingParams = Field(default=EncodingParams(), title="Encodings")
    markup: MarkupParams = Field(default=MarkupParams(), title="Markup")


class DedupParams(StageParams):
    """Drop rows that repeat others, and report contradictions."""

    enabled: bool = Field(default=True, title="Deduplicate", description="Run this family.")
    released: ReleasedParams = Field(default=ReleasedParams(), title="Released before")
    exact: ExactDedupParams = Field(default=ExactDedupParams(), title="Exact copies")
    near: NearDedupParams = Field(default=NearDedupParams(), title="Near copies")
    semantic: SemanticDedupParams = Field(
        default=SemanticDedupParams(), title="The same in other words"
    )
    protected: ProtectedParams = Field(default=ProtectedParams(), title="Protected sets")
    sides: SidesParams = Field(default=SidesParams(), title="Sides apart")
    conflict: ConflictParams = Field(default=ConflictParams(), title="Contradictions")
    settle: SettleParams = Field(default=SettleParams(), title="Settle contradictions")
    core: CoreParams = Field(default=CoreParams(), title="Core set")


class ExportParams(StageParams):
    """What is written."""

    formats: tuple[Format, ...] = Field(
        default=("openai",), min_length=1, title="Formats",
        description="The first is written as train, validation and test; the others get a "
        "folder each below formats/.",
    )  # fmt: skip


class ScoreParams(Bar):
    """What rows are worth, and what is done about it."""

    enabled: bool = Field(
        default=False, title="Score",
        description="Score rows in `curate`, before the split; `finery score` always does.",
    )  # fmt: skip
    force: bool = Field(
        default=False, title="Force",
        description="Let a judge decide that has not passed its exam (`--gold`), also the local "
        "model, which judges no better than chance. The report says so.",
    )  # fmt: skip
    signals: SignalsParams = Field(default=SignalsParams(), title="Cheap signals")
    complexity: ComplexityParams = Field(default=ComplexityParams(), title="Complexity")
    pairing: PairingParams = Field(default=PairingParams(), title="Pairs that belong together")
    likelihood: LikelihoodParams = Field(default=LikelihoodParams(), title="Likelihoods")
    reward: RewardParams = Field(default=RewardParams(), title="Reward model")
    judge: JudgeParams = Field(default=JudgeParams(), title="Judge")
    exam: ExamParams = Field(default=ExamParams(), title="Exam of the judge")
    classifier: ClassifierParams = Field(default=ClassifierParams(), title="Encoder's head")
    margin: MarginParams = Field(default=MarginParams(), title="Margin")
    verdict: VerdictParams = Field(default=VerdictParams(), title="Verdict")
    drop: DropParams = Field(default=DropParams(), title="Drop")

    @property
    def bar(self) -> Bar:
        """Where good begins."""
        return Bar(**{name: getattr(self, name) for name in Bar.model_fields})


class AugmentParams(StageParams):
    """What is made of what is there."""

    records: RecordsParams = Field(default=RecordsParams(), title="Rows of records")
    evolve: EvolveParams = Field(default=EvolveParams(), title="Evolve prompts")
    synthesise: SynthesiseParams = Field(default=SynthesiseParams(), title="New rows")
    eliminate: EliminateParams = Field(default=EliminateParams(), title="Eliminate failures")
    verify: VerifyParams = Field(default=VerifyParams(), title="Verify answers")
    privacy: PrivacyParams = Field(default=PrivacyParams(), title="Privacy of made rows")
    balance: BalanceParams = Field(default=BalanceParams(), title="Balance")


class RunParams(BaseModel):
    """What every flow over rows has."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True
    )
    command: ClassVar[str]

    ingest: IngestParams = IngestParams()
    clean: CleanParams = CleanParams()
    validate_: ValidateParams = Field(default=ValidateParams(), alias="validate")
    redact: RedactParams = RedactParams()
    llm: LlmParams = LlmParams()
    score: ScoreParams = ScoreParams()
    gates: GateParams = GateParams()
    runner: Runner = Field(
        default="threads", title="Runner",
        description="Where row-wise stages run: threads or processes of this machine, or ray (an "
        "extra) on many.",
    )  # fmt: skip
    seed: Seed = Field(default=0, title="Seed", description="Changes every choice made by chance.")

    @property
    def formats(self) -> tuple[str, ...]:
        """Formats that the splits are written in; none where nothing is split."""
        return ()


class CurateParams(RunParams):
    """All parameters of `curate` but the sources and the folder to write to."""

    command: ClassVar[str] = "curate"

    dedup: DedupParams = DedupParams()
    review: ReviewParams = ReviewParams()
    split: SplitParams = SplitParams()
    export: ExportParams = ExportParams()
    protect: tuple[str, ...] = Field(
        default=(), title="Protected sets",
        description="Evaluation sets: files, folders or globs in any layout. Rows that hold an "
        "item of one leave.",
    )  # fmt: skip
    index: str = Field(
        default="", title="Index of releases",
        description="Folder that remembers what was released. Rows that an earlier release holds "
        "leave. What `curate` releases is added, unless a gate fails; the folder is made if there "
        "is none.",
    )  # fmt: skip

    @property
    def formats(self) -> tuple[str, ...]:
        """Formats that the splits are written in."""
        return self.export.formats


class NightlyParams(CurateParams):
    """All parameters of `nightly` but the sources and the folder of the releases."""

    command: ClassVar[str] = "nightly"
    not_content: ClassVar[set[str]] = {"keep", "runner"}  # change no release

    each: Literal["whole", "new"] = Field(
        default="whole", title="Each release holds",
        description="whole: everything that the sources hold that night; new: only what no "
        "earlier release holds, nor anything near to it.",
    )  # fmt: skip
    keep: int = Field(
        default=30, ge=1, le=100_000, title="Releases kept",
        description="Older ones are removed; the latest that passed its gates always stays.",
    )  # fmt: skip
    shift: ShiftGates = Field(default=ShiftGates(), title="Gates on what changed")

    @field_validator("index")
    @classmethod
    def _own_index(cls, index: str) -> str:
        if index:
            raise ValueError(
                "nightly keeps an index of its own among its releases: leave index out, and set "
                "each=new for releases of new rows alone"
            )
        return index

    @model_validator(mode="after")
    def _measurable(self) -> Self:
        wrong = [name for name in ROWS_IN_BOTH if getattr(self.shift, name) is not None]
        if self.each == "new" and wrong:
            raise ValueError(
                f"shift.{wrong[0]} cannot be kept with each=new: a release of new rows alone has "
                "none of those before it; leave it out, or use each=whole"
            )
        return self

    def curating(self, index: str) -> CurateParams:
        """What `curate` is asked for, with the index in its place."""
        given = {name: getattr(self, name) for name in CurateParams.model_fields}
        return CurateParams(**given | {"index": index})


class ScaleRunParams(CurateParams):
    """All parameters of `scale` but the sources and the folder to write to."""

    command: ClassVar[str] = "scale"

    scale: ScaleParams = ScaleParams()


class AugmentRunParams(RunParams):
    """All parameters of `augment` but the sources and the folder to write to."""

    command: ClassVar[str] = "augment"

    augment: AugmentParams = AugmentParams()
    split: SplitParams = SplitParams()
    export: ExportParams = ExportParams()

    @property
    def formats(self) -> tuple[str, ...]:
        """Formats that the splits are written in."""
        return self.export.formats


class ScoreRunParams(RunParams):
    """All parameters of `score` but the sources, the gold file and the folder to write to."""

    command: ClassVar[str] = "score"
