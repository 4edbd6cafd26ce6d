"""Numbers that name one person: cards, accounts, social security, records, papers, birth dates.

A card or an IBAN is proved by its check sum and its issuer; a number without one counts only
beside a label that says what it is. Order and tracking numbers name a parcel, not a person.
"""

import re

from stdnum import iban, luhn

from tasks.redact.rule import TIE, Rule, digits_of, value_of

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
LABELLED_SSN = rf"(?i)\b(?:ssn|social security){TIE}(?P<value>\d{{3}}[ -]?\d\d[ -]?\d{{4}})"

MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}"
    rf"|{MONTH}\s{_DAY},?\s\d{{4}}|{_DAY}(?:\sof)?\s{MONTH},?\s\d{{4}})"
)
BIRTH = (
    r"(?i)(?:(?P<bare>(?<!was )(?<!were )(?<!\()(?<!; )\bborn(?: on)?)"
    r"|\b(?:I|patient) was born(?: on)?"
    r"|(?P<table>\bbirth ?date)|\bdate of birth|\bd\.?o\.?b\b\.?|\b(?:my|your|his|her) birthday)"
    rf"{TIE}(?P<value>{DATE})(?!\d)"
)
LIVES = re.compile(
    r"[\s,;.(]*(?:and )?(?:now )?(?:liv(?:es|ing)|resid(?:es|ing)|ssn|mrn|phone|address)"
)
MENTION = re.compile(rf"(?i){DATE}")

LABELLED = (
    r"(?i)(?<![a-z])(?:{labels}){tie}"
    r"(?P<value>[A-Z]{{0,4}}[ -]?\d[A-Z0-9-]*(?: \d[\dA-Z-]+){{0,4}})(?![\w%]|[.,]\d)"
)
LABELS = {  # kind: labels, and the literals without which none of them can stand there
    "MEDICAL_RECORD": (
        r"mrn|medical record|patient (?:id|number|no)|chart (?:number|no)|hospital number",
        ("mrn", "record", "patient", "chart", "hospital"),
    ),
    "ACCOUNT_NUMBER": (
        r"(?:bank |checking |savings )?account (?:number|no\b|#|id)|acct\b|sort code"
        r"|routing (?:number|no)|account#",
        ("account", "acct", "sort code", "routing"),
    ),
    "PASSPORT": (r"passport", ("passport",)),
    "DRIVER_LICENSE": (r"driver'?s?'? licen[cs]e|driving licen[cs]e|\bDL\b", ("licen", "dl")),
    "ID_NUMBER": (
        r"national id|id (?:card )?number|identity card|nhs|national insurance|nino|tax id|taxpayer"
        r"|\btin\b|member id|membership number|policy number|insurance (?:id|number)"
        r"|employee (?:id|number|no)|student (?:id|number)|medicare",
        ("id", "nhs", "national", "nino", "tax", "tin", "member", "policy", "insurance",
         "employee", "student", "medicare"),
    ),
}  # fmt: skip


def _card(match: re.Match[str]) -> bool:
    number = digits_of(match[0])
    return bool(
        GROUPS.fullmatch(match[0]) and ISSUER.fullmatch(number) and luhn.is_valid(number)
        and len(set(number)) > 1
    )  # fmt: skip


def _iban(match: re.Match[str]) -> bool:
    return bool(iban.is_valid(match[0], check_country=False))


def _ssn(match: re.Match[str]) -> bool:
    """Areas 000, 666 and 900 on, group 00 and serial 0000 are never given out."""
    number = digits_of(value_of(match))
    area = number[:3]
    return (
        area not in ("000", "666")
        and area[0] != "9"
        and number[3:5] != "00"
        and number[5:] != "0000"
    )


def _birth(match: re.Match[str]) -> bool:
    """Whether this is a person's record and no encyclopedia, which has birth dates, too.

    The latter writes "(born June 14, 1969)", or, in its tables, "birth date: 14 june 1969".
    """
    value = match["value"]
    if not re.search("[A-Za-z]", value):
        return True
    if match["bare"]:
        return bool(LIVES.match(match.string[match.end() :].lower()))
    return not match["table"] or value != value.lower()


def _number(match: re.Match[str]) -> bool:
    """At least five digits, and no date."""
    value = match["value"]
    return len(digits_of(value)) >= 5 and not MENTION.fullmatch(value)


def _labelled(entity: str) -> Rule:
    labels, cues = LABELS[entity]
    return Rule(entity, re.compile(LABELLED.format(labels=labels, tie=TIE)), cues, check=_number)


RULES = (
    Rule("CREDIT_CARD", re.compile(CARD), check=_card),
    Rule("IBAN_CODE", re.compile(COMPACT_IBAN), check=_iban),
    Rule("IBAN_CODE", re.compile(COMPACT_IBAN.replace("A-Z", "a-z")), check=_iban),
    # one rule for each length, as a word in capitals after an IBAN looks like one more group
    *(
        Rule("IBAN_CODE", re.compile(SPACED_IBAN.format(groups=n)), check=_iban)
        for n in range(2, 8)
    ),
    Rule("US_SSN", re.compile(SSN), ("-",), check=_ssn),
    Rule("US_SSN", re.compile(LABELLED_SSN), ("ssn", "social security"), check=_ssn),
    Rule("DATE_OF_BIRTH", re.compile(BIRTH), ("born", "birth", "dob", "d.o.b"), check=_birth),
    *(_labelled(entity) for entity in LABELS),
)
