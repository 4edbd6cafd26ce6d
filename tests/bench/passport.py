"""How the exam of a judge tells judges apart whose worth is known, and what the local model gets.

Beside the judges stands the ceiling: how far one person says what the others say.
"""

import tempfile

from tasks.llm import weights
from tasks.llm.params import LlmParams
from tasks.score.calibration.candidate import open_candidate
from tasks.score.calibration.exam import ExamParams, sit_exam
from tasks.score.calibration.examinee import Judge
from tasks.score.calibration.figures import interval, shown
from tasks.score.calibration.gold import Gold, gold_file, read_gold
from tasks.score.calibration.passport import Passport
from tasks.score.calibration.resample import Estimate
from tasks.score.panel import PanelParams
from tests.bench.data import SHARED, missing
from tests.bench.section import Cell, Section
from tests.tasks.score.calibration.judges import coin, copycat, first_wins, longer_wins

PANDALM = SHARED / "calibration/judge_pandalm_300.parquet"
PAIRS = 60  # asked of the local model, each in both orders; ten of them once more
SHOWN = ("agreement", "kappa", "right_answer", "order_consistency", "length_leaning")

_TITLE = "Passports of judges"


def passports(pairs: int = PAIRS) -> Section:
    """Passports of anchors and of the local model on PandaLM's human-labelled pairs.

    Args:
        pairs: How many of them the local model is asked; 0 for none.
    """
    if why := missing(PANDALM):
        return Section("passports", _TITLE, why, [])
    gold = read_gold(gold_file(PANDALM))
    anchors = (copycat(gold), longer_wins(), first_wins(), coin())
    lines = [_people(sit_exam(gold, anchors[0], ExamParams()))]
    lines += [_line(anchor, gold, ExamParams()) for anchor in anchors]
    is_there = all(map(weights.is_installed, (weights.ENGINE, weights.DEFAULT)))
    if pairs and is_there:
        lines.append(_local(gold, pairs))
    note = (
        f"{gold.items.height} pairs of PandaLM's test set over {len(set(gold.groups.tolist()))} "
        f"prompts, labelled by {gold.labels.shape[1]} people each; every pair was shown both ways. "
        "Intervals (95 %) are over prompts. *People* is one person against the other two; the "
        "first four judges are rules, and the first copies one of the three people. "
    )
    absent = "The local model is not installed (`finery models install`), so it was not asked."
    return Section("passports", _TITLE, note + (f"The local model was asked {pairs} of them."
                   if pairs and is_there else absent), lines)  # fmt: skip


def _local(gold: Gold, pairs: int) -> dict[str, Cell]:
    params = ExamParams(rows=pairs, retest=10)
    with (
        tempfile.TemporaryDirectory() as store,
        open_candidate(PanelParams(), LlmParams(endpoint="local"), store) as judge,
    ):
        return _line(judge, gold, params)


def _line(judge: Judge, gold: Gold, params: ExamParams) -> dict[str, Cell]:
    passport = sit_exam(gold, judge, params)
    replies = passport.asked - sum(passport.unscored.values())
    found = {_head(name): _shown(passport.estimate(name)) for name in SHOWN}
    return {"judge": passport.judge.model, "replies": replies, **found, "verdict": passport.verdict}


def _people(passport: Passport) -> dict[str, Cell]:
    found = {_head(name): _shown(passport.ceiling.get(name, Estimate())) for name in SHOWN}
    return {"judge": "people", "replies": passport.gold.items, **found, "verdict": "–"}


def _head(name: str) -> str:
    return name.replace("_", " ")


def _shown(found: Estimate) -> str:
    if found.value is None:
        return "–"
    return f"{shown(found.value)} ({interval(found)})"
