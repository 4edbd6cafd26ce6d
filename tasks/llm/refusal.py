"""Texts that decline, by how they begin: answers of rows, and answers of the models we ask.

The first sentence decides, not a word somewhere in it: "I can't help but notice" is no refusal, nor
is a support agent's "Sorry, we are closed" or a reader's "I cannot find it in the text". A form of
declining is an apology or a turn to oneself as a model, and then that one cannot, will not or may
not do what was asked.
"""

import re

_APOLOGY = (
    r"(?:(?:oh|hi|hello|well|no),? )?(?:i'?m |i am |we'?re |we are )?(?:very |so |really |truly )?"
    r"(?:sorry|afraid|unfortunately|regretfully|regrettably|i apologi[sz]e|my apologies|apologies)"
    r"(?: for (?:the|any) \w+(?: \w+)?| to say)?[,.:;!–—-]*(?: but)?(?: that)?,? "
)
_MODEL = (
    r"(?:as|since i(?:'?m| am)|i'?m(?: just| only)?|i am(?: just| only)?|being) an? (?:(?:ai"
    r"|artificial intelligence|(?:large |ai )?language model|chatbot|computer program)"
    r"(?: (?:assistant|model|system|chatbot))?|(?:virtual|text-based) assistant|machine)"
    r"(?:,| (?:and|so|but|with|without|developed|trained|created|made|built|designed)\b"
    r"[^.!?\n]{0,60}?,?)? (?:so |and |but )?"
)
_CANNOT = (
    r"(?:i|we)(?: (?:simply |just |really |also )?(?:can'?t|cannot|can not|could not|couldn'?t"
    r"|won'?t|will not|must not|do not feel comfortable|don'?t feel comfortable|must decline"
    r"|have to decline|decline|refuse)|(?: am| are|'m|'re) (?:unable|not (?:able|allowed|permitted"
    r"|comfortable|capable of)))"
)
_DO = (
    r"(?: to| with)?(?: be able to)?(?: in good conscience)? (?:assist|provide|comply|fulfil"
    r"|help(?: you| with| them| him| her| people| in\b| on\b|[.,])|complete (?:this|that|your)"
    r"|answer(?: (?:this|that|your|the)|[.,!])|do (?:this|that|so)\b"
    r"|create|creat|write|writ|generat|engag|support|discuss|shar|giv|offer|produc|continu|process"
    r"|judge|rate\b|evaluat|grad(?:e|ing)\b|score\b|accept\b"
    r"|perform|execut|access|brows|open |view|participat|respond to|satisfy|accommodat|endors"
    r"|recommend|advis|promot|encourag|tell you|disclos|reveal)"
)
_LACK = (
    r"i (?:do not|don'?t) (?:have|possess) (?:the (?:ability|capability|capacity)|access|personal"
    r"|feelings|emotions|opinions|preferences|real-time|the means)"
)
_OTHERS = (
    r"(?:lo siento|disculpa|perdón)[,.]? (?:pero )?(?:no puedo|como)"
    r"|(?:je suis )?désolée?[,.]? (?:mais )?je ne peux pas"
    r"|(?:es )?tut mir leid[,.]? (?:aber )?(?:ich kann|das kann ich|dabei kann)"
    r"|(?:mi dispiace|scusa)[,.]? (?:ma )?non posso"
    r"|(?:desculpe|sinto muito)[,.]? (?:mas )?não posso"
    r"|извините, (?:но )?я не могу|к сожалению, я не могу"
    r"|很?(?:抱歉|对不起)[，,]?(?:但)?我(?:不能|无法)|申し訳(?:ありません|ございません)(?:が|。)"
)

_START = r"""(?i)^[\s"'“*_>#-]*(?:(?:assistant|ai|answer|response|output) ?: ?)?"""
DECLINES = (
    f"{_START}(?:(?:{_APOLOGY}(?:{_MODEL})?|{_MODEL})?{_CANNOT}{_DO}|(?:{_APOLOGY})?{_MODEL}"
    f"(?:{_LACK}|{_CANNOT})|{_APOLOGY}{_LACK}|{_OTHERS})"
)
"""Pattern of a refusal, for Python's and for Polars' engine; apostrophes must be straight."""

_PATTERN = re.compile(DECLINES)
SHORT = 600  # characters; a longer text that begins with an apology goes on to answer


def is_refusal(text: str) -> bool:
    """Whether `text` is short and begins with a refusal."""
    return len(text) <= SHORT and _PATTERN.match(text.replace("’", "'")) is not None
