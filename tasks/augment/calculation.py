"""Calculations that stand in a text with their results, done again exactly."""

import ast
import re
from collections.abc import Iterator
from fractions import Fraction

NUMBER = r"\d[\d,]*(?:\.\d+)?"
_LEFT = re.compile(
    rf"(?<![\w.=<>*/+^,-])((?:[-(]\s*)*{NUMBER}(?:[\s()]*(?:\*\*|[-+*/×÷x−])[\s()-]*{NUMBER})+[\s)]*)$"
)
_RIGHT = re.compile(rf"\s*[$€£]?(-?{NUMBER})(?!\d|[.,]\d|\s*[-+*/×÷^(%]|[A-Za-z])")
REACH = 120  # characters to either side of a sign of equality that are looked at
MOST_DIGITS = 18


def equations_in(text: str) -> Iterator[bool]:
    """For every calculation with its result in `text`, whether it holds."""
    plain = text.replace("\\times", "×").replace("\\div", "÷")
    for sign in re.finditer("=", plain):
        left = _LEFT.search(plain[max(0, sign.start() - REACH) : sign.start()])
        right = _RIGHT.match(plain[sign.end() : sign.end() + REACH])
        value = calculated(left[1]) if left and right else None
        if value is not None and right is not None:
            yield _is_rounded(value, right[1])


def calculated(text: str) -> Fraction | None:
    """The exact value of a calculation; None if it is none, or is beyond reason."""
    plain = re.sub(r"[×x]", "*", text.replace("÷", "/").replace("−", "-").replace(",", ""))
    if max(map(len, re.findall(r"\d+", plain)), default=0) > MOST_DIGITS or "**" in plain:
        return None
    try:
        tree = ast.parse(re.sub(r"\b0+(?=\d)", "", plain.strip()), mode="eval")
        return _value(tree.body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError):
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


def _is_rounded(value: Fraction, given: str) -> bool:
    """Whether `given` is `value`, rounded or cut to the digits that it has."""
    plain = given.replace(",", "")
    digits = len(plain.partition(".")[2])
    return abs(value - Fraction(plain)) < Fraction(1, 10**digits) if digits or (
        value.denominator != 1
    ) else value == Fraction(plain)  # fmt: skip
