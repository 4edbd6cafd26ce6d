"""How texts introduce, address and list persons: the words before and after a name.

Each phrase stands beside literals in lower case; in a text with none of them it is nowhere. To look
for a name first would be to try every capital.
"""

import re
from typing import NamedTuple

from tasks.redact.rule import TAG

_UP, _LO = "A-ZÀ-ÖØ-ÞŁŚŻŹĆŘŠŽČĎĞİŐ", "a-zß-öø-ÿāăąćčďđęěğıłńňőœřśşšťůűźżž"
_WORD = rf"(?:[{_UP}]['’])?[{_UP}][{_LO}]+(?:['’-]?[{_UP}][{_LO}]+)*"
_PARTICLE = "van|von|de|da|la|der|den|bin|al|el|dos|du|di"
_FULL = rf"{_WORD}(?:[ ](?:[{_UP}]\.|{_WORD}|{_PARTICLE})){{0,4}}"
_NAME = rf"(?P<name>{_FULL})(?![\w@])"
_INITIALS = rf"(?:(?!U\.[ ]?[SK]\.)(?:[{_UP}]\.[ ]?){{2,3}})?"
_ANY_CASE = rf"(?P<name>{_INITIALS}{_FULL}|[{_UP}]{{2,}}(?:[ ][{_UP}]{{2,}}){{1,3}})(?![\w@])"
_EDGE = r"[*_`\"'“‘]"
"""A sign of markup or of quoting around a label and around a name."""
_CELL_END = r"(?=[*_ ]{0,20}\|[ ]{0,3}(?:\n(?!\|[ ]?[-:])|$))"
"""The end of the last cell of a row, no head: where there are more, persons are compared."""
_TITLE = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s)?"
_KIN = (
    "wife|husband|spouse|partner|fiancée?|son|daughter|mother|father|mom|mum|dad|brother|sister|"
    "uncle|aunt|cousin|nephew|niece|grandmother|grandfather|grandma|grandpa|girlfriend|boyfriend|"
    "boss|neighbou?r|colleague|roommate|landlord|supervisor|manager"
)
_LABEL = (
    r"my (?:full |real |last |first )?name(?:'s|’s| is)|(?:account|card) ?holder(?: is|:)?|ask for"
    r"|(?:patient|customer|client|employee|guest|passenger|recipient|card|full|first|last|given"
    r"|family|maiden)[ _]?name(?:[\"'”’\])]|[*_`]{1,3})?(?:(?>[^\S\n]{0,40})[:=→])?(?: is)?"
    r"|(?:attn|emergency contact|next of kin)[:.]?"
)
_LABEL_OF_TWO = r"pt\.?|contact(?: person)?:"  # which also stand before other words
_RECORD_LABEL = r"(?:date of birth|d\.?o\.?b|ssn|mrn|phone|address|age)"


class Phrase(NamedTuple):
    """A pattern, and the literals without which it finds nothing."""

    pattern: re.Pattern[str]
    literals: tuple[str, ...]


def _phrases(*phrases: tuple[str, tuple[str, ...]]) -> tuple[Phrase, ...]:
    return tuple(Phrase(re.compile(pattern), literals) for pattern, literals in phrases)


SURE = _phrases(
    (rf"(?i:\b(?:{_LABEL}))(?:[ ]|{_EDGE}|{TAG}){{1,8}}+{_TITLE}{_ANY_CASE}",
     ("name", "holder", "ask for", "attn", "emergency contact", "next of kin")),
    (rf"(?i:\b(?:{_LABEL_OF_TWO}))[ \"']{{1,3}}{_TITLE}(?=[^\s,]+ [{_UP}]){_ANY_CASE}",
     ("pt. ", "pt ", "pt\"", "pt'", "pt.\"", "pt.'", "contact:", "contact person:")),
    (rf"\bName[*_]{{0,3}}[ ]{{0,20}}:(?:[ ]|{_EDGE}){{1,5}}+{_ANY_CASE}"
     rf"(?=[*_|]{{0,3}}\s{{1,3}}(?:[-*•|]{{1,3}}\s?){{0,2}}[*_]{{0,3}}(?i:{_RECORD_LABEL}))",
     ("name",)),
    (rf"(?i:\b(?:{_LABEL}))[*_`]{{0,3}}[ ]{{0,20}}\|[ *_`]{{1,20}}+{_ANY_CASE}{_CELL_END}",
     ("name", "holder", "ask for", "attn", "emergency contact", "next of kin")),
    (rf"{_NAME} can be reached", (" can be reached",)),
    (rf"{_NAME}(?:\s?[<(\[,]\s?[\w.+-]{{1,64}}@|,? \(?(?:MRN|DOB|SSN)\b)",
     ("@", "mrn", "dob", "ssn")),
    (rf"(?i:\bmy (?:\w{{3,10}} )?(?:{_KIN})(?:,|['’]s name is| is| named| called)?) {_NAME}",
     ("my ",)),
)  # fmt: skip
"""The name that one of these captures is private."""
LIKELY = _phrases(
    (rf"(?i:\bdear|\bregards,?|\bsincerely,?|\bsigned(?: by)?:|\bcheers,)\s{{1,2}}{_TITLE}{_NAME}",
     ("dear", "regards", "sincerely", "signed", "cheers,")),
    (rf"(?i:\bi['’]m|\bi am|\b(?:from|to|cc):|\bname(?:[\"']|[*_]{{1,3}})?"
     rf"(?:(?>[^\S\n]{{0,40}})[:=→]| is|{TAG})(?:[ ]|{_EDGE}|{TAG}){{0,6}}+)\s{{0,2}}"
     rf"{_TITLE}(?=\S+ [{_UP}]){_NAME}",
     ("i'm", "i’m", "i am", "from:", "to:", "cc:", "name")),
    (rf"\|[ *_`]{{0,20}}+Name[*_`]{{0,3}}[ ]{{0,20}}\|[ *_`]{{1,20}}+{_NAME}{_CELL_END}",
     ("name",)),
    (rf"(?i:\bthis is) (?=\S+ [{_UP}]){_NAME}"
     r"(?=[,.!?]|\s(?:from|speaking|calling|with|here|at)\b|$)",
     ("this is ",)),
    (rf"\b[Pp]atient: (?=[^\s,]+ [{_UP}]){_NAME}(?=,|\n|$)", ("patient: ",)),
)  # fmt: skip
"""The name that one of these captures is private if the model, too, sees a name there."""
IN_RECORDS = _phrases(
    (rf"\b(?:Mr|Mrs|Ms|Miss|Mx|Mister|Dr|Prof|Doctor|Nurse)\b\.?\s{_NAME}",
     ("mr", "ms", "miss", "mx", "mister", "dr", "prof", "doctor", "nurse")),
    (rf"{_NAME}(?:,| is|, is) an? (?:\w{{4,12}} )?"
     r"(?:\d{1,3}|\w{3,12}(?:[- ]\w{3,6})?)[- ](?:(?:year|month|week)s?[- ]old|y\.?o\b)",
     ("-old", " old", "yo", "y.o")),
    (rf"{_NAME}, (?:MD|M\.D\.|DO|PA|PA-C|RN|NP|PhD|DDS)\b",
     (", md", ", m.d", ", do", ", pa", ", rn", ", np", ", phd", ", dds")),
    (r"(?i:\b(?:thanks?(?: you)?|hi|hello|hey|okay|alright|sorry|welcome)(?: again| so much)?,?)"
     rf" {_NAME}(?=[,.!?]|\s-|$)",
     ("thank", "hi ", "hi,", "hello", "hey", "okay", "alright", "sorry", "welcome")),
    (rf"(?i:\bthis is) {_NAME}(?=,? how\b| from\b| speaking\b)", ("this is ",)),
)  # fmt: skip
"""The name that one of these captures is private in a record of a patient or a customer."""
LITERALS = tuple(
    sorted({one for phrase in (*SURE, *LIKELY, *IN_RECORDS) for one in phrase.literals})
)
"""A text with none of these and no hard identifier names nobody private."""

RECORD = Phrase(
    re.compile(
        r"(?i)chief complaint|history of present illness|\bpatient:|\bdoctor:|\bmrn\b|date of birth"
        r"|year[- ]old (?:male|female|man|woman)|clinical note|customer (?:support|service|care)"
        r"|your (?:account|order|identity)|order number|presents (?:to|for|with)"
        r"|thank you for calling|how (?:can|may) I (?:help|assist) you today"
    ),
    ("chief complaint", "history of present illness", "patient:", "doctor:", "mrn",
     "date of birth", "year-old ", "year old ", "clinical note", "customer s", "customer c",
     "your account", "your order", "your identity", "order number", "presents ",
     "thank you for calling", " you today"),
)  # fmt: skip
MACHINE = re.compile(
    r",? (?:and )?I(?: a|['’])m an? (?:[\w-]+ ){0,4}(?:model|assistant|bot|chatbot|AI)\b"
)
FULL_NAME = re.compile(rf"\b{_WORD} (?:[{_UP}]\. |{_PARTICLE} )?{_WORD}\b")
GAP = re.compile(
    r"\n+|(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bPt\.)(?<!\bProf\.)"
    r"(?<=[.!?])\s+(?=[^a-z\d])"
)
