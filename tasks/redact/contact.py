"""How to reach a person: e-mail addresses, phone numbers, names of accounts.

Mailboxes of a role (info@, support@) and toll-free numbers belong to an organisation and stay.
Numbers and domains reserved for examples go like all others: whoever reads a training set cannot
tell an invented person from a real one, and a model must learn to repeat neither.
"""

import re

from tasks.redact.rule import QUOTE, Rule, S, before, digits_of, value_of
from tasks.redact.words import MAILBOXES

FILE_ENDINGS = ("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "html", "py")
TOLL_FREE = ("800", "822", "833", "844", "855", "866", "877", "888")

EMAIL = (
    r"(?<![\w.%+-])[\w][\w.%+'-]{0,63}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w-])"
)
SPELT_EMAIL = (
    r"(?<![\w.])\w[\w.+-]{0,63}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{2,63}"
    r"(?:\s?[\[({]\s?dot\s?[\])}]\s?[\w-]{2,63}|\.[\w-]{2,63})+"
)
EXTENSION = r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w|[.-]\d)"
_START = r"(?<![\w+./-])"
PHONES = (  # pattern, and the literals and shapes without which it finds nothing
    (rf"{_START}\+\d{{1,3}}(?:[ .-]?\(\d{{1,5}}\))?[ .-]\d{{1,8}}(?:[ .-]\d{{2,8}}){{0,5}}"
     rf"{EXTENSION}", (), ("+0",)),
    (r"(?<![\w+.)-])\+\d{9,15}(?!\w)", (), ("+0",)),
    (rf"{_START}(?:\+?1[ .-])?(?:\([2-9]\d\d\)[ .-]?|[2-9]\d\d[.-])\d{{3}}[ .-]\d{{4}}{EXTENSION}",
     (), ("000 0000", "000.0000", "000-0000")),
    (rf"{_START}(?:\(0[1-9]\d{{1,4}}\)|0[1-9]\d{{1,4}})[ -]\d{{3,4}}[ -]?\d{{3,4}}{EXTENSION}",
     (), ("0 000", "0-000", ") 000", ")-000")),
    (rf"{_START}(?:0[1-9]\d{{1,3}}[ /]\d{{2,4}}(?: \d{{2,4}}){{1,3}}|0[1-9](?:[ .]\d\d){{4}})"
     rf"{EXTENSION}", (), ("0 00", "0/00", "0.00")),
    (rf"{_START}\(\d{{2,4}}\) ?\d{{3,4}}-\d{{4}}{EXTENSION}", (), ("000-0000",)),
    (rf"(?<![\w+./$-])555-01\d\d{EXTENSION}", ("555-01",), ()),
)  # fmt: skip
SPOKEN_PHONE = (
    r"(?i)(?<![a-z])(?:phones?|tel|telephone|mobile|cell|fax|whatsapp|call(?: me)?|text me"
    r"|reach (?:me|him|her|us|them)|dial|contact|answering|(?:my|his|her|our|their) number)"
    r"(?:_?(?:number|num|no))?\b[^\w(+]{0,4}"
    r"(?:(?:is|at|on|to|me|number|no\.?|:)[^\w(+]{0,3}){0,4}"
    r"(?P<value>\+?\(?\d[\d ().-]{5,18}\d)(?!\w|[.,]\d|%)"
)
NAMED_PHONE = (
    r"(?i)(?<![\w+./-])(?P<value>\+?\(?\d[\d ().-]{5,18}\d)[ ]?[-–(:]?[ ]?"
    r"(?:office|fax|mobile|phone|tel|cell|home|work|direct|landline|switchboard)\b"
    r"(?=[ ]?(?:[\n;,)]|\Z))"
)
"""A number with its name behind it, as under letters."""
NAMES = ("office", "fax", "mobile", "phone", "tel", "cell", "home", "work", "direct", "landline",
         "switchboard")  # fmt: skip
PHONE_CUES = ("phone", "tel", "mobile", "cell", "fax", "whatsapp", "call", "text", "reach", "dial",
              "contact", "answering", "number")  # fmt: skip
ACCOUNT = (
    rf"(?i)(?<![\w.])(?:(?:user{S}name|user{S}id|login|handle|screen{S}name|twitter|instagram"
    rf"|telegram|skype|discord|github)\b{QUOTE}\s{{0,2}}(?:is\b|:|=)"
    r"|(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -]?(?:in|on) as(?: (?:the )?user)?\b:?)"
    rf"\s{{0,2}}{QUOTE}(?P<value>@?[A-Za-z][\w.-]{{1,30}}\w)(?![\w@(])"
)
BLANK = re.compile(
    r"your?[._-]?(?:e-?mail|mail|(?:first|last|user)?[._-]?name|handle|linkedin|github|twitter"
    r"|instagram|account|profile|company|id\b|$)"
)
"""What begins as an example that its reader is to replace: yourname, your.email."""
PROFILE = r"(?i)\blinkedin\.com/in/(?P<value>[\w-]{3,})"


def _personal(match: re.Match[str]) -> bool:
    """No mailbox of a role, no name of a file, and nothing to be filled in."""
    local, _, domain = match[0].lower().partition("@")
    ending = domain.rpartition(".")[2]
    blank = BLANK.match(local) or domain.startswith("your")
    return local not in MAILBOXES and ending not in FILE_ENDINGS and not blank


def _phone(match: re.Match[str]) -> bool:
    value = value_of(match)
    number = digits_of(re.split(r"\s?[xe]", value)[0])
    national = number[1:] if len(number) == 11 and number[0] == "1" else number
    if national.startswith(TOLL_FREE) and len(national) == 10:
        return False
    return 7 <= len(number) <= 15 and not re.search(r"isbn|issn|doi", before(match, 12))


def _spoken(match: re.Match[str]) -> bool:
    value = value_of(match)
    is_date = re.fullmatch(
        r"\d{1,4}([-./])\d{1,2}\1\d{1,4}|\d{1,2} \d{1,2} (?:19|20)\d\d|(?:19|20)\d\d \d\d? \d\d?",
        value,
    )
    years = re.fullmatch(r"(?:19|20)\d\d\s?-\s?(?:19|20)\d\d", value)
    return _phone(match) and not is_date and not years


def _handle(match: re.Match[str]) -> bool:
    """A handle is told from a plain word ('login: required') by a digit, sign or @."""
    value = match["value"]
    return bool(re.search(r"[\d_@]", value)) and value[0] != "_" and _filled(match)


def _filled(match: re.Match[str]) -> bool:
    """Whether this is a name, and not the place where one is to be filled in."""
    return not BLANK.match(match["value"].lower().lstrip("@"))


RULES = (
    Rule("EMAIL_ADDRESS", re.compile(EMAIL), ("@",), digits=False, check=_personal),
    Rule("EMAIL_ADDRESS", re.compile(SPELT_EMAIL, re.IGNORECASE),
         ("[at", "(at", "{at", "[ at", "( at", "{ at"), digits=False),
    *(
        Rule("PHONE_NUMBER", re.compile(pattern), cues, check=_phone, shapes=shapes)
        for pattern, cues, shapes in PHONES
    ),
    Rule("PHONE_NUMBER", re.compile(SPOKEN_PHONE), PHONE_CUES, check=_spoken),
    Rule("PHONE_NUMBER", re.compile(NAMED_PHONE), NAMES, check=_spoken),
    Rule("USERNAME", re.compile(ACCOUNT), ("user", "login", "handle", "screen", "twitter",
         "instagram", "telegram", "skype", "discord", "github", "in as", "on as"), digits=False,
         check=_handle),
    Rule("USERNAME", re.compile(PROFILE), ("linkedin.com/in/",), digits=False, check=_filled),
)  # fmt: skip
