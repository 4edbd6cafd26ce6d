"""Card numbers that other numbers look like: those are believed beside a word about cards alone."""

import re
from dataclasses import replace

from tasks.redact import identity
from tasks.redact.rule import Rule, before, digits_of

_WEAK = re.compile(r"\d{13}|(?:50|5[6-9]|6[379])\d+")
"""As short as numbers of goods, or of issuers like Maestro's, whose check sum alone is little."""
_SAID = re.compile(
    r"card(?!i|a)|visa\b|maestro|mastercard|debit|credit|amex|\bcc\b|\bpan\b|payment|\bpay\b|\bcvv?c?"
    r"|karte|carte\b|tarjeta|cartão|expir|\bexp\b|\bcharged?\b"
)
_GOODS = re.compile(
    r"(?:\bean|isbn|bar ?code|\bgtin|\bupc|\bimei)(?:[ -]?(?:8|12|13|14))?\W{0,4}"
    r"(?:(?:no|number|code|is|of)\b\W{0,3}){0,2}$"
)
NEAR = 60  # characters before a number, and half as many behind it


def _rule(known: Rule) -> Rule:
    """`known`, but for goods, and for weak numbers without a word about cards."""

    def check(match: re.Match[str]) -> bool:
        said = before(match, NEAR)
        if not known.check(match) or _GOODS.search(said):
            return False
        behind = match.string[match.end() : match.end() + NEAR // 2].lower()
        return not _WEAK.fullmatch(digits_of(match[0])) or bool(_SAID.search(f"{said} {behind}"))

    return replace(known, check=check)


RULES = tuple(_rule(rule) if rule.entity == "CREDIT_CARD" else rule for rule in identity.RULES)
"""Those of `tasks.redact.identity`, with cards as above."""
