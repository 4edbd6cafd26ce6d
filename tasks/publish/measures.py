"""What each score means, what it cannot see, and which end of it is bad."""

from typing import Literal, NamedTuple

from tasks.score.verdict import FAULTS, TO_REVIEW


class Measure(NamedTuple):
    """One `score_*` column in words."""

    title: str
    what: str
    blind: str  # what it cannot see
    worst: Literal["low", "high", "none"] = "low"


MEASURES: dict[str, Measure] = {}
"""Column -> what the report says of it; a column that is not here is not drawn."""

TIERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "rules": ("refusals, empty and echoed answers, broken formats", ("score.signals",)),
    "cheap": ("language, and whether answers belong to their prompts", ("score.pairing",)),
    "encoder": ("a head on embeddings, taught by the judge", ("score.classifier",)),
    "judge": ("a language model with a rubric", ("score.judge", "score.margin")),
    "people": ("left for review", ()),
    "none": ("decided by nobody", ()),
}
"""Tier -> what it is, and the stages that do its work."""

WHYS: dict[str, str] = FAULTS | TO_REVIEW | {
    "no_judge": "no tier found fault, and no judge was asked (llm.endpoint is none)",
    "no_model": "no tier found fault, and no judge was asked (llm.endpoint is none)",
    "judge_not_trusted": "the judge has no passport, or failed its exam, so that its score decides "
    "nothing (`--gold`)",
    "not_asked": "not in the judge's sample, and the head is not sure or may not decide",
    "not_sampled": "not in the judge's sample, and the head is not sure or may not decide",
    "budget_reached": "the budget was spent before the judge came to it",
    "endpoint_failed": "the endpoint gave no answer after every attempt",
    "rate_limited": "the endpoint was still refusing for its rate limit at the last attempt",
    "key_rejected": "the endpoint does not accept the API key",
    "call_rejected": "the endpoint refused the call, for instance as too long",
    "refused": "the judge declined to answer",
    "cut_short": "the judge's answer was cut off",
    "unparsable": "the judge's answer had not the form asked for, also after asking again",
    "low_mass": "the judge put too little probability on the answers that were offered",
}  # fmt: skip
"""Why a row is poor, for people, or unscored, in words."""
