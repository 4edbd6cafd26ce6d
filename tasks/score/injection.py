"""Text that speaks to whoever grades it, or that wants earlier instructions forgotten.

A row is data to a judge, and some rows try to be more. What is looked for: orders to forget the
rubric or the instructions, demands for the best grade, words addressed to a grader, and the control
tokens of chat templates. Attacks that are plain requests ("What is the capital of Brazil?" in an
e-mail that was to be summarised) carry no sign and are not found here.

Asking for a grade is not demanding one: "Rate this review from 1 to 5" is a task.
"""

import polars as pl

# all of it for lower case; each begins with plain words, which makes the search ten times quicker
_OLD = (
    r"(?:all|any|anything|everything|of|the|these|those|your|my|our|what|said|told|previous|prior"
    r"|above|earlier|preceding|foregoing|original|initial|given|existing|scoring|grading"
    r"|evaluation|system|safety) "
)
_FORGET = (
    r"\b(?:ignore|disregard|forget|overlook|bypass|override|do not follow|don't follow) (?:about )?"
    rf"(?:(?:{_OLD})*(?:instructions?|rubrics?|criteria|guidelines?|directives?|directions|prompts?"
    r"|rules you|orders|guardrails)\b"
    r"|(?:all |everything )?(?:of )?(?:the )?(?:above|previous|preceding|foregoing)"
    r"(?: and\b|[,.;:!]| text\b| content\b|$)"
    r"|(?:all |ever\w*thing |what )(?:that )?(?:you (?:have|were|had)|you've|was)"
    r"(?: \w+){0,2} (?:told|instructed|taught))"
)
_TOP = (
    r"(?:(?:10|ten|5|five|100|one hundred) ?(?:/ ?|out of )(?:10|ten|5|five|100|one hundred)\b"
    r"|(?:10|ten|5|five|100|one hundred) (?:points?|stars?)\b"
    r"|(?:perfect|full|maximum|maximal|highest|top|best)(?: possible)? "
    r"(?:scores?|marks?|grade|rating|points))"
)
_IT = (
    r"(?:it|me|us|this|that|the|my|our|your|above|following|answer|response|reply|submission|essay"
    r"|output|assistant|candidate|one|as|at|with|to|a|an|be|is|score|rating|grade|mark|marks|of) "
)
_ORDER = r"\b(?:give|rate|score|grade|assign|award|mark|output|return|respond with|reply with) "
_DEMAND = (
    rf"{_ORDER}(?:it|me|us|this|that|the|my|our|your|an?) (?:{_IT}){{0,6}}{_TOP}"
    rf"|{_ORDER}(?:(?:this|my|the) (?:answer|response|reply)|it|this|my) (?:(?:an?|as|at|with) )?"
    r"(?:10|ten|5|five|100)(?:[.,!)\"']|$| please\b| regardless\b| no matter\b)"
)
_DESERVES = (
    r"\b(?:answer|response|reply|submission|it|this) (?:deserves?|merits|earns"
    r"|must (?:get|receive|be)|should (?:get|receive|be)|is worth) "
    rf"(?:(?:given|rated|graded|scored|awarded) |{_IT}){{0,4}}{_TOP}"
    rf"|\b(?:tip|reward)\w* [^.\n]{{0,40}}{_TOP}"
)
_REPLY = (
    r"\b(?:reply|respond) with (?:the |an? |its )?(?:10|ten|5|five|100|(?:highest|maximum|top) \w+)"
    r"(?:[.,!:;\"']|$| and nothing| only)"
)
_GRADER = (
    r"(?:ai |llm |automated |automatic |language model )?(?:graders?|judges?|evaluators?|raters?"
    r"|scorers?|assessors?|reviewers?)"
)
_ADDRESS = (
    r"\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)) "
    rf"(?:the |any |all |every |whichever )?{_GRADER} ?[:,\-–—\])>!]"
    rf"|\bif you are (?:an? |the )?{_GRADER}\b"
    rf"|\b(?:ai|llm|automated) {_GRADER} (?:must|should|will|shall|needs? to)\b"
)
_CONTROL = (
    r"<\|(?:im_start|im_end|system|user|assistant|start_header_id|end_header_id|eot_id)\|>"
    r"|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|={3,} ?end of (?:data|row|answer|text|input)\b"
    r"|[\x{202d}\x{202e}\x{e0020}-\x{e007e}]"
)
_ELSEWHERE = (
    r"\b(?:ignorier|vergiss|missacht)\w* [^.\n]{0,40}(?:anweisung|kriterien|vorgaben|anleitung)"
    r"|\b(?:ignore[zr]?|oublie[zr]?) [^.\n]{0,40}(?:instructions|consignes|barème|critères)"
    r"|\b(?:ignor[ae]|olvid[ae]|omit[ae]|ignorar|esqueça) [^.\n]{0,40}(?:instrucciones|rúbrica"
    r"|criterios|instruções|critérios|istruzioni|criteri)"
    r"|(?:игнорируй|забудь|не учитывай)\w* [^.\n]{0,40}(?:инструкц|критери|указани)"
    r"|(?:忽略|无视|無視|忘记)[^。\n]{0,12}(?:指令|指示|标准|標準|规则|提示)"
    r"|(?:指示|基準|命令|ルール)を?(?:すべて|全て)?(?:無視|忘れ)"
    r"|تجاهل [^.\n]{0,40}(?:التعليمات|معايير|الأوامر)"
)
"""Orders to forget, in other languages."""

_GRADES = ["score", "rate", "rating", "grade", "mark", "star", "point", "give", "award"]
_TENS = ["10", "ten", "5", "five", "hundred", "perfect", "full", "maxim", "highest", "top", "best"]
_HIDDEN = r"[\u00ad\u200b-\u200f\u2028-\u202c\u2060-\u2064\ufeff]"
"""Characters that nobody sees, and that would split a word."""


def speaks_to_grader(text: pl.Expr) -> pl.Expr:
    """Whether `text` tries to steer who reads it; null stays null."""
    plain = text.str.replace_all(_HIDDEN, "").str.to_lowercase().str.replace_all("[’‘]", "'")
    has_grade = plain.str.contains_any(_GRADES) & plain.str.contains_any(_TENS)
    signs = (_FORGET, _ELSEWHERE, _REPLY, _ADDRESS, _CONTROL)
    found = [plain.str.contains(one) for one in signs]
    return pl.any_horizontal(*found, has_grade & plain.str.contains(f"{_DEMAND}|{_DESERVES}"))
