"""Calculations that stand in a text with their results, done again exactly."""

import ast
import re
from collections.abc import Iterator
from fractions import Fraction

NUMBER = r"\d(?:[\d,]*\d)?(?:\.\d+)?"
_LEFT = re.compile(
    r"(?<![\w.=<>*/+^,-])"
    rf"((?:[-(][ \t]*)*{NUMBER}(?:[ \t()]*[-+*/×÷x−][ \t()-]*{NUMBER})+[ \t)]*)$"
)
_RIGHT = re.compile(rf"[ \t]*[$€£]?(-?{NUMBER})(?![\d.,]*\d)(.{{0,24}})", re.DOTALL)
_BEFORE = re.compile(
    r"(?:^|[\n;!?]|(?<!\d)[.:]|^[ \t]*(?:\d+[.)]|[-*])|(?<=\d[.,])|\d[.])[ \t]*$"
    r"|\b(?:[A-Za-z]{3,}|[Ss]o|[Ii]s|[Ii]t|[Ww]e|of|to|at|as|[Ii]f|[Aa]s)[:,]?[ \t]+$"
)
_OPERATORS = re.compile(
    r"(?:plus|minus|times|over|sqrt|frac|cdot|mod|log|exp|sin|cos|tan|square|root|half|percent|hex"
    r"|binary|where|limit|between|and)[:\s]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"\s*$|\s*\n|[.,;:!)*]+(?:\s|$)|[ \t]+([A-Za-z]{4,})")
_UNITS = re.compile(
    r"(?:percent|prozent|hundred|thousand|million|billion|dozen|hours?|minutes?|seconds?|days|weeks?"
    r"|months?|years?|kilo\w*|meters?|metres?|centi\w*|milli\w*|grams?|liters?|litres?|pages|miles"
    r"|degrees|false|wrong|incorrect|modulo|base|binary|square[ds]?|cubed|times|plus|minus|over"
    r"|divided|each)$",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    r"\d,\d{1,2}(?!\d)|\d{1,3}\.\d{3}(?!\d)|\d[ \u00a0\u202f'’]\d{3}(?!\d)|\d\.\d{12}|[²³%％·]"
)
"""Numbers as other places write them, signs that change what stands there, and floats."""

REACH = 160  # characters to either side of a sign of equality that are looked at
MOST_DIGITS = 18
NEAR = Fraction(1, 200)  # of a quotient that may be rounded as one pleases


def equations_in(text: str) -> Iterator[bool]:
    """For every plain calculation with its result in `text`, whether it holds.

    What might be part of something larger, or mean something else than it says (a range, a date, a
    unit, a number as another country writes it), is left alone: rather none is judged than one
    wrongly.
    """
    plain = text.replace("\\times", "×").replace("\\div", "÷")
    for sign in re.finditer("=", plain):
        start = max(0, sign.start() - REACH)
        before, after = plain[start : sign.start()], plain[sign.end() : sign.end() + REACH]
        left, right = _LEFT.search(before), _RIGHT.match(after)
        if left is None or right is None or (start and left.start() == 0):
            continue
        value = calculated(left[1]) if _is_plain(before[: left.start()], left[1], right) else None
        if value is not None:
            yield _is_rounded(value, right[1], is_quotient="/" in left[1] or "÷" in left[1])


def _is_plain(before: str, left: str, right: "re.Match[str]") -> bool:
    """Whether a calculation stands by itself and its result is a bare number."""
    if not _BEFORE.search(before) or _OPERATORS.search(before):
        return False
    if re.search(r"\d[ \t]*:[ \t]*$", before):
        return False  # a ratio
    if left.startswith("-") and re.search(r"\w[ \t]+$", before):
        return False  # a difference from something with a name
    if re.search(r"\d[-−x]\d|\d[ \t]+[-−]\d", left) or _LOCAL.search(left + right[0][:24]):
        return False
    follows = _AFTER.match(right[2])
    return follows is not None and not (follows[1] and _UNITS.match(follows[1]))


def calculated(text: str) -> Fraction | None:
    """The exact value of a calculation; None if it is none, or is beyond reason."""
    plain = re.sub(r"[×x]", "*", text.replace("÷", "/").replace("−", "-").replace(",", ""))
    if max(map(len, re.findall(r"\d+", plain)), default=0) > MOST_DIGITS or "**" in plain:
        return None
    try:
        tree = ast.parse(re.sub(r"\b0+(?=\d)", "", plain.strip()), mode="eval")
        return _value(tree.body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    raise ValueError("no plain calculation")


def _is_rounded(value: Fraction, given: str, *, is_quotient: bool) -> bool:
    """Whether `given` is `value`; where that does not come out even, rounded in some way."""
    plain = given.replace(",", "")
    digits, told = len(plain.partition(".")[2]), Fraction(plain)
    if value == told:
        return True
    if digits or value.denominator != 1:
        step = Fraction(1, 10**digits)
        return abs(value - told) < step or (is_quotient and abs(value - told) <= NEAR * abs(value))
    return False
