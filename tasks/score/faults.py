"""The words of verdicts: who decides, why a row is poor, and why people must look at it."""

TIERS = ("rules", "cheap", "encoder", "judge", "people", "none")
"""Who decides over a row, from the cheapest to the dearest."""

FAULTS = {
    "empty_answer": "the answer is missing or has nothing in it",
    "echoed_prompt": "the answer repeats what was asked",
    "refusal": "the answer begins with a refusal",
    "broken_format": "the prompt asks for JSON and the answer is none",
    "language_mismatch": "the answer is in another language than the prompt, which asks for none",
    "mismatched_answer": "the answer fits the prompts of other rows better than its own",
    "low_quality": "the encoder's head, taught by the judge, finds it poor",
    "low_judge_score": "the judge's score is below the threshold",
}
"""Why a row is poor."""

TO_REVIEW = {
    "speaks_to_grader": "the row holds a demand to whoever grades it",
    "judges_differ": "several judges are further apart than the limit",
    "tiers_differ": "a cheaper tier finds fault and a trusted judge finds none",
}
"""Why a row is for people."""
