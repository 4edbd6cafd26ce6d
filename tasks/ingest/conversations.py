"""Conversations: a list of turns in one field, as OpenAI, ShareGPT, Bedrock, Gemini have them."""

from tasks.ingest.drafts import Draft, draft
from tasks.ingest.fields import CONVERSATIONS, Fields
from tasks.ingest.preferences import candidates
from tasks.ingest.turns import turn_list


def read_conversation(fields: Fields) -> Draft | None:
    """The row of a record that has a list of turns; None if it has none.

    Raises:
        RecordError: The list is empty, or a turn cannot be read.
    """
    name = fields.first(CONVERSATIONS)
    if name is None:
        return None
    items, rejected = candidates(fields.take(name), name)
    turns = turn_list(items, name)
    if rejected is not None:
        return draft("preference", fields, turns, rejected)
    return draft(_layout(name, items[0]), fields, turns)


def _layout(name: str, turn: dict[str, object]) -> str:
    if name == "contents" or "parts" in turn:
        return "gemini"
    if "from" in turn:
        return "sharegpt"
    content = turn.get("content")
    untyped = (
        isinstance(content, list)
        and content
        and isinstance(content[0], dict)
        and "type" not in content[0]
    )
    return "bedrock-nova" if untyped else "openai"
