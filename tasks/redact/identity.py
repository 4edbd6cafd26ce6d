"""Numbers that name one person: cards, accounts, social security, records, papers, birth dates.

A card or an IBAN is proved by its check sum and its issuer; a number without one counts only
beside a label that says what it is. Order and tracking numbers name a parcel, not a person.
"""

import re

from stdnum import iban, luhn

from tasks.redact.rule import TIE, Rule, S, digits_of, value_of

CARD = r"(?<![\w.+-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)"
GROUPS = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
ISSUER = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|"
    r"3[47]\d{13}|(?:6011|65\d\d|64[4-9]\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12}|3[068]\d{12}|"
    r"62\d{14,17}|(?:50|5[6-9]|6[379])\d{11,17}"
)
COMPACT_IBAN = r"(?<!\w)[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?!\w)"
SPACED_IBAN = r"(?<!\w)[A-Z]{{2}}\d{{2}}(?:[ -][A-Z0-9]{{4}}){{{groups}}}(?:[ -]\d{{1,3}})?(?!\w)"

SSN = r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"
LABELLED_SSN = (
    rf"(?i)(?<![a-z])(?:ssn|itin|social{S}security){TIE}"
    r"(?P<value>\d{3}[ -]?\d\d[ -]?\d{4})(?!\d)"
)
ITIN = (*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100))
"""Groups of the tax numbers of those who have no social security number; their areas are 9xx."""
NINO = (
    r"(?<![\w-])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    r"(?P<gap> ?)\d\d(?P=gap)\d\d(?P=gap)\d\d(?P=gap)[A-D](?![\w-])"
)

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:\d{4}|\d{2})"
DATE = (
    rf"(?:\d{{1,2}}[/.-]\d{{1,2}}[/.-]{_YEAR}|\d{{4}}[/.-]\d{{1,2}}[/.-]\d{{1,2}}"
    rf"|{MONTH}\s{_DAY},?\s\d{{4}}|{_DAY}(?:\sof)?\s{MONTH},?\s\d{{4}})"
)
BIRTH = (
    r"(?i)(?:(?P<bare>(?<!was )(?<!were )(?<!\()(?<!; )\bborn(?: on)?)"
    r"|\b(?:I was|patient(?: was)?) born(?: on)?"
    rf"|(?P<table>(?<![a-z])birth{S}date)|(?<![a-z])date{S}of{S}birth|(?<![a-z])d\.?o\.?b(?![a-z])\.?"
    rf"|\b(?:my|your|his|her) birthday){TIE}(?P<value>{DATE})(?!\d)"
)
LIVES = re.compile(
    r"[\s,;.(]*(?:and )?(?:now )?(?:liv(?:es|ing)|resid(?:es|ing)|ssn|mrn|phone|address)"
)
MENTION = re.compile(rf"(?i){DATE}")
NEXT_CELL = re.compile(rf"(?i)[*_ ]{{0,20}}\|[*_ ]{{0,20}}{DATE}")
YEARS = re.compile(r"(?:19|20)\d\d ?- ?(?:19|20)\d\d")

TIES = " \n:#=-→.*|])<\\\"'`“”‘’„«»"
"""Signs that a tie may begin with."""
_NO = r"(?:number|num|no\b\.?|nr\b\.?|id)"
LABELLED = (
    r"(?i)(?<![a-z])(?:{labels}){tie}"
    r"(?P<value>(?:(?-i:[A-Z]{{1,4}})[ -]|[A-Z]{{1,4}}-?)?\d[A-Z0-9-]{{0,40}}"
    r"(?: \d[\dA-Z-]{{1,20}}){{0,4}})(?![\w%]|[.,]\d)"
)
LABELS = {  # kind: labels, and the literals without which none of them can stand there
    "MEDICAL_RECORD": (
        rf"mrn|medical{S}record|(?:patient|chart|hospital){S}(?:{_NO}|#)",
        ("mrn", "record", "patient", "chart", "hospital"),
    ),
    "ACCOUNT_NUMBER": (
        rf"(?:account|acct|a/c)(?:{S}{_NO}|(?![a-z0-9]))|sort{S}code|routing{S}{_NO}",
        ("account", "acct", "a/c", "sort", "routing"),
    ),
    "PASSPORT": (r"passport", ("passport",)),
    "DRIVER_LICENSE": (rf"driv(?:er|ing)'?s?'?{S}licen[cs]e|\bDL\b", ("licen", "dl")),
    "ID_NUMBER": (
        rf"national{S}id(?:entity)?(?:{S}card)?|id{S}(?:card{S})?number|identity{S}card|nhs|nino"
        rf"|national{S}insurance|tax{S}id|taxpayer|\btin\b|medicare"
        rf"|(?:member(?:ship)?|policy|insurance|employee|student){S}{_NO}",
        ("id number", "id_number", "id-number", "idnumber", "id card", "id_card", "id-card",
         "idcard", "identity", "nhs", "national", "nino", "tax", "member", "policy", "insurance",
         "employee", "student", "medicare", *(f"tin{sign}" for sign in TIES)),
    ),
}  # fmt: skip
NAMED = re.compile(rf"{_NO}|[#:=]")
TIED = re.compile(r"\b(?:is|was|no|nr|num|number|id)\b|[#:=|→>]")
"""What says that the number behind it is the label's, and no count of things."""
LONG = 6  # digits of an account number after the word account alone


def _card(match: re.Match[str]) -> bool:
    number = digits_of(match[0])
    return bool(
        GROUPS.fullmatch(match[0]) and ISSUER.fullmatch(number) and luhn.is_valid(number)
        and len(set(number)) > 1
    )  # fmt: skip


def _iban(match: re.Match[str]) -> bool:
    return bool(iban.is_valid(match[0], check_country=False))


def _ssn(match: re.Match[str]) -> bool:
    """Areas 000, 666 and 900 on, group 00 and serial 0000 are never given out, but as ITIN."""
    number = digits_of(value_of(match))
    area, group = number[:3], int(number[3:5])
    if area in ("000", "666") or number[5:] == "0000":
        return False
    return group in ITIN if area[0] == "9" else group > 0


def _birth(match: re.Match[str]) -> bool:
    """Whether this is a person's record and no encyclopedia, which has birth dates, too.

    The latter writes "(born June 14, 1969)", or, in its tables, "birth date: 14 june 1969".
    """
    value = match["value"]
    if "|" in match[0] and NEXT_CELL.match(match.string, match.end()):
        return False  # a table that compares persons
    if not re.search("[A-Za-z]", value):
        return True
    if match["bare"]:
        return bool(LIVES.match(match.string[match.end() :].lower()))
    return not match["table"] or value != value.lower()


def _number(match: re.Match[str]) -> bool:
    """At least five digits, and no date, no range of years and no round count of things."""
    value = match["value"]
    if len(digits_of(value)) < 5 or MENTION.fullmatch(value) or YEARS.fullmatch(value):
        return False
    return not value.endswith("000") or bool(TIED.search(_said(match)))


def _said(match: re.Match[str]) -> str:
    """The label of a value and what ties them, in lower case."""
    return match[0][: match.start("value") - match.start()].lower()


def _account(match: re.Match[str]) -> bool:
    """The same; more digits where nothing says that the account is named by its number."""
    said = _said(match)
    if said.startswith("sort"):
        return len(digits_of(match["value"])) == 6
    enough = 5 if NAMED.search(said) else LONG
    return _number(match) and len(digits_of(match["value"])) >= enough


def _labelled(entity: str) -> Rule:
    labels, cues = LABELS[entity]
    check = _account if entity == "ACCOUNT_NUMBER" else _number
    return Rule(entity, re.compile(LABELLED.format(labels=labels, tie=TIE)), cues, check=check)


RULES = (
    Rule("CREDIT_CARD", re.compile(CARD), check=_card),
    Rule("IBAN_CODE", re.compile(COMPACT_IBAN), check=_iban, shapes=("AA00",)),
    Rule(
        "IBAN_CODE", re.compile(COMPACT_IBAN.replace("A-Z", "a-z")), check=_iban, shapes=("aa00",)
    ),
    # one rule for each length, as a word in capitals after an IBAN looks like one more group
    *(
        Rule(
            "IBAN_CODE",
            re.compile(SPACED_IBAN.format(groups=n)),
            check=_iban,
            shapes=("AA00 ", "AA00-"),
        )
        for n in range(2, 8)
    ),
    Rule("US_SSN", re.compile(SSN), check=_ssn, shapes=("000-00-0000",)),
    Rule("US_SSN", re.compile(LABELLED_SSN), ("ssn", "itin", "social"), check=_ssn),
    Rule("ID_NUMBER", re.compile(NINO), shapes=("AA00", "AA 00")),
    Rule(
        "DATE_OF_BIRTH",
        re.compile(BIRTH),
        ("born", "birth", "dob", "d.o.b", "do.b", "d.ob"),
        check=_birth,
    ),
    *(_labelled(entity) for entity in LABELS),
)
