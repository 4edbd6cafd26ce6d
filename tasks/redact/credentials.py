"""Secrets: whoever reads one can act as its owner.

A secret is known by its form (keys of the big services, JSON web tokens, PEM blocks) or by the
label before it; then it must look random, so that `token = tokens[0]` and "the password is
wrong" are left alone.
"""

import re

from tasks.redact.rule import QUOTE, TAG, Rule, value_of

KEY = (
    r"(?<![\w-])(?:sk-(?:proj-|ant-|live-|test-|or-)?[A-Za-z0-9_-]{16,}"
    r"|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{30,}"
    r"|github_pat_\w{40,}|glpat-[\w-]{20,}|xox[abeprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|AIza[\w-]{30,}|ya29\.[\w-]{20,}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}"
    r"|(?:GOCSPX|xapp|xai|pplx|NRAK)-[\w-]{16,}|(?:gsk|r8|shpat|shpss|glsa|ntn|figd)_[\w-]{16,}"
    r"|(?:lin_api|dckr_pat)_[\w-]{16,}|hvs\.[\w-]{20,}|AGE-SECRET-KEY-[A-Z0-9]{20,}"
    r"|\d{8,10}:AA[\w-]{33}(?![\w-])"
    r"|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_[a-f0-9]{60,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})"
)
KEY_CUES = ("sk-", "sk_", "pk_", "rk_", "whsec_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
            "github_pat_", "glpat-", "xox", "akia", "asia", "aiza", "ya29.", "hf_", "npm_", "pypi-",
            "sg.", "dop_v1_", "eyj", "gocspx-", "xapp-", "xai-", "pplx-", "nrak-", "gsk_", "r8_",
            "shpat_", "shpss_", "glsa_", "ntn_", "figd_", "lin_api_", "dckr_pat_", "hvs.",
            "age-secret-key-", ":aa")  # fmt: skip
PEM = (
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]+?"
    r"(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
NAME = (
    r"(?i)(?:(?<![a-z])(?:pass(?:wd|phrase|code)?|credential|token|kennwort|wachtwoord"
    r"|mot de passe|contrase(?:ñ|n)a|(?:encryption|private)[_ -]?key"
    r"|(?:[a-z]{2,12}[_-])?api[_ -]?(?:key|token)"
    r"|(?:auth|access|refresh|bearer|session)[_ -]?(?:token|key))"
    r"|passwor[dt]|passwd|pwd|secret(?:[_-]?access)?(?:[_-]?key)?|(?-i:(?<=[a-z])Token))"
)
"""The last ones also at the end of a longer name: PGPASSWORD, appSecret."""
CUES = ("pass", "pwd", "secret", "key", "token", "credential", "kennwort", "wachtwoord", "contrase")
_AFTER = r"(?:[*_\])]|\\{0,3}[\"'`“”‘’„«»]){0,4}+(?>[^\S\n]{0,40}|\.{2,40}[^\S\n]?|\s{0,2})"
_BEFORE = rf"(?:[*_]{{1,3}}(?=\s))?(?>[^\S\n]{{1,40}}|\s{{0,2}})(?:{TAG}\s?){{0,2}}"
_IS = r"(?:[:=]{1,2}|[=-]>|→|\b(?:is|ist|est|es)\b:?|\bwas\b)"
ASSIGNED = rf"{NAME}{_AFTER}(?:{TAG}\s?)?{_IS}{_BEFORE}"
_MARK = r"(?P<mark>\*{1,3}(?=[^\s*]{6,200}\*)|_{1,2}(?=[^\s_]{6,200}_(?:\W|$)))?"
"""The beginning of what is printed bold or slanted, where its end is there, too."""
QUOTED = (
    rf"{ASSIGNED}(?:\*\*)?"
    r"\\{0,3}[\"'`“”‘’„«»](?P<value>[^\s\"'`“”‘’„«»\\]{6,200})\\{0,3}[\"'`“”‘’„«»]"
)
_SIGN = r"(?:[^\s\"'`“”„«»,;&<>(){}\[\]\\]|&(?![\w-]{1,40}=|[a-z]{2,6};))"
_END = r"(?=\.?(?:[\s\"'`“”„«»,;<>)}\]\\]|\*\*(?:[\s.,;|)<]|$)|&[\w-]{1,40}[=;]|$))"
"""What ends a value; a full stop there is none of it."""
BARE = rf"{ASSIGNED}{_MARK}(?P<value>{_SIGN}{{6,200}}?)(?(mark)(?=(?P=mark)|{_END})|{_END})"
CELL = (
    rf"{NAME}(?:[*_`]{{0,3}}\s?\|[^\S\n]{{0,40}}[*_`]{{0,3}}|>|</?[\w-]{{1,10}}>\s?(?:{TAG}\s?){{1,3}})"
    rf"(?P<value>{_SIGN}{{8,200}}?)(?=[*_`]{{0,3}}(?:\s{{0,9}}\||\s?</))"
)
"""The same in a table or between tags, which also hold what is no secret."""
KEYED = (
    r"(?i)(?:(?-i:(?<=[A-Z0-9]_)KEY)|(?<![a-z])(?:shared)?(?:account|access|consumer|app|signing"
    rf"|master|service)[_-]?key){QUOTE}\s?[:=]\s?{QUOTE}(?P<value>{_SIGN}{{16,200}}?){_END}"
)
IDENTIFIED = r"(?i)\b(?:identified by|password)\s{1,2}'(?P<value>[^'\s]{6,200})'"
COOKIE = (
    r"(?i)(?<![a-z])(?:phpsessid|jsessionid|session_?id|asp\.net_sessionid|connect\.sid)="
    rf"(?P<value>{_SIGN}{{12,400}}?){_END}"
)
CURL = (
    r"(?i)\bcurl\s[^\n]{0,80}?(?<=\s)(?:-u|--user)[ =]?[\"']?"
    r"(?P<value>[^\s:\"'$]{1,64}:[^\s\"'$]{3,200})"
)
BEARER = (
    rf"(?i)\bauthorization{QUOTE}\s?[:=]\s?{QUOTE}(?:bearer|basic|token)\s"
    rf"(?P<value>{_SIGN}{{8,2000}}?){_END}"
)
SPOKEN = (
    r"(?i)\b(?:token|bearer|api key|password|passphrase|passcode)(?: called)?\s{1,2}"
    rf"(?P<value>{_SIGN}{{8,2000}}?){_END}"
)
QUERY = (
    r"(?i)[?&](?:(?:access|auth|id|refresh|session)_?token|api_?key|auth|token|key|sig|signature"
    r"|secret|client_?secret|session|sid|password|passwd|pwd|x-amz-(?:signature|security-token))"
    r"=(?P<value>[^&\s#\"'<>)\\]{6,2000})"
)
HOOK = (
    r"(?i)\b(?:hooks\.slack\.com/services/|discord(?:app)?\.com/api/webhooks/"
    r"|api\.telegram\.org/bot)(?P<value>[\w/:-]{30,200})"
)
"""Addresses that let whoever knows them post: their path is the secret."""
LOGIN = (
    r"(?i)\b[a-z][a-z0-9+.-]{0,20}://(?P<value>[^\s:/@<>{}]{0,64}:[^\s/@<>{}]{3,200})@(?=[\w\[])"
)
PIN = (
    r"(?i)\b(?:pin(?: code| number)?|cvv2?|cvc2?|otp|passcode|one-time (?:password|code)"
    r"|(?:security|verification) code|password)"
    rf"{_AFTER}(?:{TAG}\s?)?(?:is|was|:|=|\|){_BEFORE}(?:[*_]{{1,3}}|{QUOTE})"
    r"(?P<value>\d{3,8})(?![\w.,%:]\d|\w)"
)
LONG = 20  # characters of a secret that need not mix small and capital letters
WORDS = re.compile(r"[A-Za-z]+\d{0,2}(?:[-_./:][A-Za-z]*\d{0,3})*")
"""What is made of words and small numbers, such as gpt-4-turbo."""
REFERENCE = re.compile(
    r"(?i)^(?:os\.|process\.|self\.|this\.|env\.|config\.|settings\.|\$|%|<|\{|\[|https?:|your"
    r"|x{4,}|\*{3,}|\.{3})"
)


def _random(match: re.Match[str]) -> bool:
    """Whether the value mixes kinds of characters, as words and names of variables do not."""
    value = value_of(match).rstrip(".!?")
    if REFERENCE.search(value) or len(value) < 6:
        return False
    kinds = (r"\d", r"[a-z]", r"[A-Z]", r"[^\w.\-/:]")
    mixed = sum(bool(re.search(kind, value)) for kind in kinds)
    return mixed >= 2 and bool(re.search(r"\d|[!@#$%^&*?+=~]", value))


def _strange(match: re.Match[str]) -> bool:
    """The same where no sign says that a value follows: it is no word, name or version."""
    value = match["value"]
    kinds = sum(bool(re.search(kind, value)) for kind in ("[a-z]", "[A-Z]", "[!@#$%^&*?+=~]"))
    mixed = kinds >= 2 or len(value) >= LONG
    return _random(match) and _has_digit(match) and mixed and not WORDS.fullmatch(value)


def _login(match: re.Match[str]) -> bool:
    """Whether a name and a password are meant, and not the places for them."""
    return bool(re.search(r"[\d!@#$%^&*?+=~]", match["value"].partition(":")[2]))


def _has_digit(match: re.Match[str]) -> bool:
    return any(c.isdigit() for c in value_of(match))


QUERY_CUES = ("token=", "key=", "auth=", "sig", "secret=", "session=", "sid=", "password=",
              "passwd=", "pwd=")  # fmt: skip
SPOKEN_CUES = ("token ", "bearer ", "api key ", "password ", "passphrase ", "passcode ")
HOOK_CUES = ("hooks.slack.com", "/api/webhooks/", "api.telegram.org")
PIN_CUES = ("pin", "cvv", "cvc", "otp", "code", "password")
RULES = (
    Rule("SECRET", re.compile(KEY), KEY_CUES, check=_has_digit),
    Rule("SECRET", re.compile(PEM), ("private key",), digits=False),
    Rule("SECRET", re.compile(QUOTED), CUES, digits=False, check=_random),
    Rule("SECRET", re.compile(BARE), CUES, digits=False, check=_random),
    Rule("SECRET", re.compile(CELL), CUES, digits=False, check=_strange),
    Rule("SECRET", re.compile(KEYED), ("key",), check=_random),
    Rule(
        "SECRET",
        re.compile(IDENTIFIED),
        ("identified by", "password "),
        digits=False,
        check=_random,
    ),
    Rule(
        "SECRET",
        re.compile(COOKIE),
        ("sessid=", "sessionid=", "session_id=", "connect.sid="),
        check=_random,
    ),
    Rule("SECRET", re.compile(CURL), ("curl ",), digits=False, check=_login),
    Rule("SECRET", re.compile(BEARER), ("authorization",), digits=False, check=_random),
    Rule("SECRET", re.compile(SPOKEN), SPOKEN_CUES, check=_strange),
    Rule("SECRET", re.compile(HOOK), HOOK_CUES),
    Rule("SECRET", re.compile(QUERY), QUERY_CUES, digits=False, check=_random),
    Rule("SECRET", re.compile(LOGIN), ("://",), digits=False),
    Rule("SECRET", re.compile(PIN), PIN_CUES),
)
