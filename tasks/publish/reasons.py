"""What every reason means, in one sentence, gathered from the stages that give it."""

from tasks.augment import balance, eliminate, privacy, verify
from tasks.dedup import core, exact, near, protected, released, semantic, settle, sides
from tasks.review import copies as review_copies
from tasks.review import rows as review_rows
from tasks.review import told
from tasks.score import drop
from tasks.validate import rows

QUARANTINED = {
    "empty_line": "the line is empty",
    "malformed_json": "the line is no valid JSON",
    "malformed_csv": "a quotation mark is opened and never closed",
    "too_deep": "the JSON is nested deeper than any conversation",
    "not_an_object": "the record is a list, a number or a text, not an object with fields",
    "no_turns": "the list of turns is empty",
    "missing_prompt": "there is an answer but nothing that was asked",
    "missing_answer": "there is a prompt but no field for the answer",
    "missing_content": "a turn has a role but no text",
    "not_text": "a field holds a number, a list or an object where text must be",
    "unknown_role": "a turn is by a role that Finery does not know",
    "unknown_layout": "the fields are those of no known layout; name them with --text-columns",
    "not_utf8": "the bytes are no text in the file's encoding",
    "too_few_fields": "the line has fewer cells than the header",
    "too_many_fields": "the line has more cells than the header",
    "unreadable_file": "the file is damaged or is not what its name says",
    "file_too_large": "the file unpacks to more than ingest.max_unpacked_mb",
}

MEANINGS: dict[str, dict[str, str]] = {
    "ingest": QUARANTINED,
    "validate.rows": rows.REASONS,
    "dedup.released": released.REASONS,
    "dedup.exact": exact.REASONS,
    "dedup.near": near.REASONS,
    "dedup.semantic": semantic.REASONS,
    "dedup.protected": protected.REASONS,
    "dedup.settle": settle.REASONS,
    "dedup.core": core.REASONS,
    "dedup.sides": sides.REASONS,
    "augment.eliminate": eliminate.REASONS,
    "augment.verify": verify.REASONS,
    "augment.privacy": privacy.REASONS,
    "augment.balance": balance.REASONS,
    "score.drop": drop.REASONS,
    "review.copies": review_copies.REASONS,
    "review.rows": review_rows.REASONS,
    "review.told": told.REASONS,
}


def meaning(stage: str, reason: str) -> str:
    """The sentence for `reason` of `stage`."""
    return MEANINGS.get(stage, {}).get(reason, reason.replace("_", " "))
