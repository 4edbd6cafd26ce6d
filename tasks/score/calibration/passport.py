"""A judge's passport: how far it agrees with people, what sways it, and whether it may decide.

It holds for one judge (`JudgeIdentity`) and lies in the store under that judge's fingerprint. What
it measured is kept, so that other limits can be put to it without another exam.
"""

from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from tasks.base.errors import StageError
from tasks.base.report import Cost
from tasks.llm.call import PASSING
from tasks.score.calibration.examinee import JudgeIdentity
from tasks.score.calibration.figures import Figure
from tasks.score.calibration.gold import GoldKind
from tasks.score.calibration.prevalence import Confusion, Losses, rogan_gladen
from tasks.score.calibration.resample import Estimate

VERSION = 2
"""Of the passport's form and of what its figures mean; part of its file's name."""


class GoldFacts(BaseModel):
    """Which gold file an exam was held on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str
    kind: GoldKind
    items: int  # that could be used
    people: int  # most labels of one item
    faults: dict[str, int]  # records that could not be used, by reason


class Passport(BaseModel):
    """What an exam found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = VERSION
    judge: JudgeIdentity
    gold: GoldFacts
    compared: bool  # answers of pairs were only compared; no score was tested
    asked: int  # items
    prompts: int = 0  # different ones among the items with a reply
    unscored: dict[str, int]  # items without a reply, by reason
    figures: tuple[Figure, ...]
    ceiling: dict[str, Estimate]  # people among themselves
    good: float  # from here on a rating or a score meant a good row
    errors: Confusion | None  # of the judge there; None for pairs, which have none
    cost: Cost
    verdict: Literal["pass", "fail", "demo"]
    why: tuple[str, ...]  # in sentences

    @property
    def unfinished(self) -> int:
        """Items that another exam may get a reply to: a budget was spent, an endpoint was down."""
        return sum(n for reason, n in self.unscored.items() if reason in PASSING)

    def estimate(self, name: str) -> Estimate:
        """A figure by name; all null where it was not measured."""
        return next((f.judge for f in self.figures if f.name == name), Estimate())

    def losses(self, rows: int, dropped: int, threshold: float) -> Losses:
        """How many good rows a drop by this judge removed, and how many bad ones it left.

        Args:
            rows: That it scored.
            dropped: Of them, those with a score below `threshold`.
            threshold: Of the drop.
        """
        why = ""
        if self.errors is None:
            why = "its exam was on pairs; a gold file with ratings tells its errors"
        elif threshold != self.good:
            why = f"its exam was for a threshold of {self.good:g}, not {threshold:g}"
        if self.errors is None or why:
            return Losses(rows=rows, dropped=dropped, why_not=why)
        return rogan_gladen(self.errors, rows, dropped)

    def facts(self) -> dict[str, JsonValue]:
        """Everything that a reader of the report needs, as plain values."""
        return {
            "judge": self.judge.model, "grade": self.judge.grade, "backend": self.judge.backend,
            "rubric": self.judge.rubric, "verdict": self.verdict, "why": list(self.why),
            "figures": [figure.facts() for figure in self.figures],
            "ceiling": {k: v.model_dump(mode="json") for k, v in self.ceiling.items()},
            "gold": self.gold.model_dump(mode="json"), "asked": self.asked,
            "prompts": self.prompts,
            "unscored": dict(self.unscored),
        }  # fmt: skip


def store_passport(passport: Passport, store: str | Path) -> Path:
    """Write `passport` in place of any earlier one of that judge.

    An exam that an outage or a budget cut short takes no place of one that was not.
    """
    file = _file(store, passport.judge)
    if passport.unfinished and _is_whole(file):
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{uuid4().hex}")
    draft.write_text(passport.model_dump_json(indent=1), encoding="utf-8")
    return draft.replace(file)


def _is_whole(file: Path) -> bool:
    try:
        return not Passport.model_validate_json(file.read_bytes()).unfinished
    except (FileNotFoundError, ValidationError):
        return False


def load_passport(store: str | Path, judge: JudgeIdentity) -> Passport | None:
    """The passport of `judge`, or None if it has none.

    Raises:
        StageError: The file is damaged.
    """
    file = _file(store, judge)
    if not file.exists():
        return None
    try:
        return Passport.model_validate_json(file.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise StageError(
            f"the passport passports/{file.name} in the store is damaged; delete it, and let the "
            "judge sit its exam again with --gold"
        ) from error


def _file(store: str | Path, judge: JudgeIdentity) -> Path:
    return Path(store, "passports", f"{judge.fingerprint}-{VERSION}.json")
