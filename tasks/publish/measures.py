"""What each score means, what it cannot see, and which end of it is bad."""

from typing import Literal, NamedTuple

from tasks.score.faults import FAULTS, TO_REVIEW

Worst = Literal["low", "high", "none"]
"""Which end of a score is bad, if one is."""


class Measure(NamedTuple):
    """One `score_*` column in words."""

    title: str
    what: str
    blind: str  # what it cannot see
    worst: Worst = "low"


_SMALL = "Whether the answer is right; a small model only knows what is likely in English."
_CRITERIA = {
    f"score_judge_{name}": Measure(f"Judge: {name.replace('_', ' ')}", what, blind, "none")
    for name, what, blind in (
        ("relevancy", "Whether the answer is about what was asked.", "Errors of fact."),
        ("task_alignment", "Whether it does the task that was set.", "How well."),
        ("consistency", "Whether it contradicts itself or the prompt.",
         "Contradictions with the world."),
        ("format", "Whether it has the form that was asked for.", "What it says."),
        ("correctness", "Whether it is right, as far as the judge knows.",
         "What the judge does not know; a reference in the row helps."),
        ("complexity", "How much the task asks for. No quality: it is in no mean.",
         "Whether the answer is any good."),
    )
}  # fmt: skip
MEASURES: dict[str, Measure] = {
    "score_judge": Measure(
        "Judge",
        "Mean over the rubric's criteria of quality, 0 worst to 1 best.",
        "What the judge does not know. How far it agrees with people is in its passport.",
    ),
    **_CRITERIA,
    "score_judge_mass": Measure(
        "Judge: mass",
        "Probability that the judge put on the answers that it was offered.",
        "Whether the answer it chose is right.",
        "none",
    ),
    "score_judge_disagreement": Measure(
        "Judges: disagreement",
        "How far several judges are apart.",
        "Errors that they share.",
        "high",
    ),
    "score_classifier": Measure(
        "Head on the encoder",
        "What the judge would probably say, learned from what it said.",
        "All that the judge cannot see, and every nuance of wording.",
    ),
    "score_mismatch": Measure(
        "Mismatch",
        "Probability that the answer is another prompt's.",
        "Whether an answer that fits is right. Answers of one word fit many prompts.",
        "high",
    ),
    "score_pairing_rank": Measure(
        "Pairing",
        "Share of other rows' answers that fit the prompt less well.",
        "Whether the answer is right; short labels fit everywhere.",
    ),
    "score_reward": Measure(
        "Reward",
        "What the reward model gives, on its own scale.",
        "Facts. It likes what its raters liked, long and confident answers among it.",
    ),
    "score_ifd": Measure(
        "IFD",
        "Loss of the answer after its prompt over that without it; above 1 the prompt makes "
        "the answer less likely.",
        _SMALL,
        "high",
    ),
    "score_nll_rank": Measure(
        "Unlikely text",
        "Loss per token among answers of about that length; 1 is the most garbled.",
        _SMALL,
        "high",
    ),
    "score_end_of_turn_rank": Measure(
        "Ends here",
        "How likely the answer ends where it ends, among answers of about that "
        "length; 0 is the surest cut.",
        _SMALL,
    ),
    "score_complexity": Measure(
        "Complexity",
        "How much the prompt asks for: what is left of it when packed, constraints, reasoning.",
        "Hard tasks in few words; languages other than English but for their length. No quality.",
        "none",
    ),
    "score_repetition": Measure(
        "Repetition",
        "How much the answer goes in circles.",
        "What it repeats.",
        "high",
    ),
    "score_language_match": Measure(
        "Language",
        "Whether prompt and answer are in one language.",
        "Short texts and code, which have no score; whether a change of language was wanted.",
        "none",
    ),
    "score_format_valid": Measure(
        "JSON",
        "Whether JSON that was asked for is JSON.",
        "What it says.",
        "none",
    ),
    "score_refusal": Measure(
        "Refusal",
        "Whether the answer begins with a refusal.",
        "Refusals in other words or further down.",
        "none",
    ),
    "score_injection": Measure(
        "Speaks to the grader",
        "Whether the row holds a demand to whoever grades it.",
        "Demands in other words.",
        "none",
    ),
}
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
    "no_answer": "the row has no answer that could be judged",
    "refused": "the judge declined to answer",
    "cut_short": "the judge's answer was cut off",
    "unparsable": "the judge's answer had not the form asked for, also after asking again",
    "low_mass": "the judge put too little probability on the answers that were offered",
}  # fmt: skip
"""Why a row is poor, for people, or unscored, in words."""
