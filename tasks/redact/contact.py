"""How to reach a person: e-mail addresses, phone numbers, names of accounts.

Mailboxes of a role (info@, support@) and toll-free numbers belong to an organisation and stay.
Numbers and domains reserved for examples go like all others: whoever reads a training set cannot
tell an invented person from a real one, and a model must learn to repeat neither.
"""

import re
from itertools import pairwise

import phonenumbers

from tasks.redact.rule import QUOTE, TAG, Rule, S, before, digits_of, value_of
from tasks.redact.words import CODE_WORDS, MAILBOXES, STOP

FILE_ENDINGS = ("png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "html", "py")
TOLL_FREE = ("800", "822", "833", "844", "855", "866", "877", "888")

_DOMAIN = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w-])"
_FRONT = r"(?:(?<![\w.%+-])|(?<=\s-)|(?<=\A-))"
"""Nothing of an address before it; a dash of a list may stand there."""
EMAIL = rf"{_FRONT}[\w][\w.%+'-]{{0,63}}@{_DOMAIN}"
ESCAPED_EMAIL = rf"(?i){_FRONT}\w[\w.+-]{{0,63}}(?:%40|&#64;|&commat;){_DOMAIN}"
GROUP_EMAIL = rf"\{{[\w.+-]{{1,40}}(?:,[ ]?[\w.+-]{{1,40}}){{1,12}}\}}@{_DOMAIN}"
SPELT_EMAIL = (
    r"(?<![\w.])\w[\w.+-]{0,63}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{2,63}"
    r"(?:\s?[\[({]\s?dot\s?[\])}]\s?[\w-]{2,63}|\.[\w-]{2,63})+"
)
SAID_EMAIL = (
    r"(?i)(?<![\w.@-])(?P<value>(?P<local>\w[\w.+-]{0,63}(?: dot [\w-]{1,30}){0,3}) at "
    r"(?P<host>[\w-]{2,63})(?: dot [\w-]{2,30}){0,2} dot (?:com|org|net|edu|gov|info|io|co|uk|us|de"
    r"|fr|es|it|nl|ch|eu|ca|au|in|jp|me))(?![\w-])"
)
PROVIDERS = ("gmail", "googlemail", "yahoo", "hotmail", "outlook", "icloud", "aol", "proton",
             "protonmail", "gmx", "msn", "live", "mail", "me")  # fmt: skip
_BEFORE_AT = """
available buy details find found info information live look me meet more online order page sale
see shop site start stay store us visit website work works
"""
BEFORE_AT = STOP | frozenset(_BEFORE_AT.split())
"""Words before "at" that are no mailbox."""
EXTENSION = r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w|[.-]\d)"
_START = r"(?<![\w+./-])"
PHONES = (  # pattern, and the literals and shapes without which it finds nothing
    (rf"{_START}\+\d{{1,3}}(?:[ .-]?\(\d{{1,5}}\)[ .-]?|[ .-])\d{{1,12}}(?:[ .-]\d{{2,8}}){{0,5}}"
     rf"{EXTENSION}", (), ("+0",)),
    (r"(?<![\w+.)-])\+\d{9,15}(?!\w)", (), ("+0",)),
    (rf"{_START}(?:\+?1[ .-])?(?:\([2-9]\d\d\)[ .-]?|[2-9]\d\d[.-])\d{{3}}[ .-]\d{{4}}{EXTENSION}",
     (), ("000 0000", "000.0000", "000-0000")),
    (rf"{_START}(?:\(0[1-9]\d{{1,4}}\)|0[1-9]\d{{1,4}})[ -]\d{{3,4}}[ -]?\d{{3,4}}{EXTENSION}",
     (), ("0 000", "0-000", ") 000", ")-000")),
    (rf"{_START}(?:0[1-9]\d{{1,3}}[ /]\d{{2,4}}(?: \d{{2,4}}){{1,3}}|0[1-9](?:[ .]\d\d){{4}})"
     rf"{EXTENSION}(?! \d)", (), ("0 00", "0/00", "0.00")),
    (rf"{_START}\(\d{{2,4}}\) ?\d{{3,4}}-\d{{4}}{EXTENSION}", (), ("000-0000",)),
    (rf"(?<![\w+./$-])555-01\d\d{EXTENSION}", ("555-01",), ()),
)  # fmt: skip
FOREIGN_PHONE = (
    rf"{_START}00[1-9]\d{{0,2}}[ .-]?(?:\(0\)[ .-]?)?\d{{1,5}}(?:[ ./-]\d{{2,8}}){{1,5}}{EXTENSION}"
)
"""With the country as it is dialled, which phonenumbers must know."""
_SAYS = r"(?:is|at|on|to|me|number|no\.?|:)"
SPOKEN_PHONE = (
    r"(?i)(?<![a-zé])(?:phones?|ph(?=[:.]\s?(?:[(+]|\d{3}[ -]))|tel|telephone|t[eé]l[eé]fono"
    r"|tél(?:éphone)?|telefon(?:nummer)?|mobile|cell|fax|whatsapp"
    r"|call(?: (?:me|us|him|her|them)\b)?|text (?:me|us)|reach (?:me|him|her|us|them)|dial|contact"
    r"|answering|(?:my|his|her|our|their) number)(?:_?(?:number|num|no))?(?![^\W_])"
    rf"(?:{TAG}\s{{0,3}}){{0,3}}(?:(?>[ .]{{1,40}}):)?(?:[^\w(+]|_){{0,8}}"
    rf"(?:{_SAYS}[^\w(+]{{0,3}}){{0,4}}(?:{TAG}\s{{0,3}}){{0,3}}[*_]{{0,3}}"
    r"(?:\((?!\d{1,5}\)))?(?P<value>\+?(?:\(\d{1,5}\)|\d)[\d ().-]{5,18}\d"
    r"|0\d{1,4} ?/ ?\d[\d -]{3,12}\d)(?!\w|[.,]\d|%)"
)
OWNED_PHONE = (
    r"(?i)(?<![\w+./-])(?P<value>\+?\(?\d[\d ().-]{5,18}\d) (?:is|was) (?:my|his|her|our|their)"
    r" (?:\w{2,12} ){0,2}(?:phone|tel|telephone|mobile|cell|fax|number|landline)\b"
)
NAMED_PHONE = (
    r"(?i)(?<![\w+./-])(?P<value>\+?\(?\d[\d ().-]{5,18}\d)[ ]?[-–(:]?[ ]?"
    r"(?:office|fax|mobile|phone|tel|cell|home|work|direct|landline|switchboard)\b"
    r"(?=[ ]?(?:[\n;,)]|\Z))"
)
"""A number with its name behind it, as under letters."""
NAMES = ("office", "fax", "mobile", "phone", "tel", "cell", "home", "work", "direct", "landline",
         "switchboard")  # fmt: skip
PHONE_CUES = ("phone", "tel", "tél", "ph:", "ph.", "mobile", "cell", "fax", "whatsapp", "call",
              "text", "reach", "dial", "contact", "answering", "number")  # fmt: skip
OWNERS = tuple(f"{be} {whose} " for be in ("is", "was") for whose in
               ("my", "his", "her", "our", "their"))  # fmt: skip
ACCOUNT = (
    rf"(?i)(?<![\w.])(?:(?:user{S}name|user{S}id|login|handle|screen{S}name|twitter|instagram"
    rf"|telegram|skype|discord|github)(?![a-z0-9])(?:{QUOTE}|[*_\])]{{1,3}})(?:{TAG}\s?){{0,3}}"
    r"(?>[^\S\n]{1,40}|\.{2,40}[ ]?|\s{0,2})(?:is\b|[:=|→]|(?<=>))"
    r"(?:[*_]{1,3}(?=\s))?(?:</\w{1,10}>)?"
    r"|(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -]?(?:in|on) as(?: (?:the )?user)?\b:?)"
    rf"(?>[^\S\n]{{1,40}}|\s{{0,2}})(?:{QUOTE}|\*{{1,3}}|(?:{TAG}\s?){{1,2}})"
    r"(?P<value>@?[A-Za-z][\w.-]{1,30}\w)(?![\w@(])"
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


def _said_email(match: re.Match[str]) -> bool:
    """`tim at example dot com`, and not "look at example dot com"."""
    local = match["local"].lower()
    if re.search(r"\d|[._+-]| dot ", local) or match["host"].lower() in PROVIDERS:
        return local not in STOP
    return local not in BEFORE_AT and local not in MAILBOXES and not local.endswith(("ing", "ed"))


def _series(number: str) -> bool:
    """Whether groups without a sign of a phone are binary digits, times, or drawn numbers."""
    groups = re.findall(r"\d+", number)
    if not set("".join(groups)) - {"0", "1"}:
        return True
    if all(len(group) == 4 for group in groups):
        return all(group[2:] in ("00", "15", "30", "45") for group in groups)
    rising = all(a < b for a, b in pairwise(groups))
    return rising and len(groups[0]) == 2 and len(groups) > 4 and groups[-1] <= "50"


def _national(match: re.Match[str]) -> bool:
    return _phone(match) and not _series(match[0])


def _foreign(match: re.Match[str]) -> bool:
    number = f"+{digits_of(re.split(r'[xe]', match[0])[0])[2:]}"
    try:
        dialled = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return _phone(match) and not _series(match[0]) and phonenumbers.is_possible_number(dialled)


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
        r"\d{1,4}([-./])\d{1,2}\1\d{1,4}|\d{1,4}/\d{1,4}|(?:\d{1,2}/){2}\d{2,4}.*"
        r"|\d{1,2} \d{1,2} (?:19|20)\d\d|(?:19|20)\d\d \d\d? \d\d?",
        value,
    )
    years = re.fullmatch(r"(?:19|20)\d\d\s?-\s?(?:19|20)\d\d", value)
    return _phone(match) and not is_date and not years


def _handle(match: re.Match[str]) -> bool:
    """A handle is told from a plain word ('login: required') by a digit, sign or @."""
    value = match["value"]
    of_code = re.fullmatch(r"[a-z]+(?:_[a-z]+)*(?:_?\d{1,2})?", value)
    if of_code and not CODE_WORDS.isdisjoint(re.findall("[a-z]+", value)) and "_" in value:
        return False
    return bool(re.search(r"[\d_@]", value)) and value[0] != "_" and _filled(match)


def _filled(match: re.Match[str]) -> bool:
    """Whether this is a name, and not the place where one is to be filled in."""
    return not BLANK.match(match["value"].lower().lstrip("@"))


RULES = (
    Rule("EMAIL_ADDRESS", re.compile(EMAIL), ("@",), digits=False, check=_personal),
    Rule("EMAIL_ADDRESS", re.compile(SPELT_EMAIL, re.IGNORECASE),
         ("[at", "(at", "{at", "[ at", "( at", "{ at"), digits=False),
    Rule("EMAIL_ADDRESS", re.compile(SAID_EMAIL), (" dot ",), digits=False, check=_said_email),
    Rule("EMAIL_ADDRESS", re.compile(ESCAPED_EMAIL), ("%40", "&#64;", "&commat;"), digits=False),
    Rule("EMAIL_ADDRESS", re.compile(GROUP_EMAIL), ("}@",), digits=False),
    *(
        Rule("PHONE_NUMBER", re.compile(pattern), cues, check=check, shapes=shapes)
        for pattern, cues, shapes in PHONES
        for check in (_national if shapes and "+0" not in shapes else _phone,)
    ),
    Rule("PHONE_NUMBER", re.compile(FOREIGN_PHONE), check=_foreign,
         cues=tuple(f"00{digit}" for digit in range(1, 10))),
    Rule("PHONE_NUMBER", re.compile(SPOKEN_PHONE), PHONE_CUES, check=_spoken),
    Rule("PHONE_NUMBER", re.compile(NAMED_PHONE), NAMES, check=_spoken),
    Rule("PHONE_NUMBER", re.compile(OWNED_PHONE), OWNERS, check=_spoken),
    Rule("USERNAME", re.compile(ACCOUNT), ("user", "login", "handle", "screen", "twitter",
         "instagram", "telegram", "skype", "discord", "github", "in as", "on as"), digits=False,
         check=_handle),
    Rule("USERNAME", re.compile(PROFILE), ("linkedin.com/in/",), digits=False, check=_filled),
)  # fmt: skip
