"""A relation as a polynomial in its names: what joint reasoning over many relations needs.

Divisions are cleared, so `percent == share(part, whole)` is percent·whole − 100·part == 0. Denominators are amounts
and taken to be positive.
"""

from __future__ import annotations

import ast
import functools
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from .intervals import Interval

__all__ = ["Monomial", "Polynomial", "difference", "vanishes"]

Monomial = tuple[str, ...]
Polynomial = Mapping[Monomial, Fraction]
_Ratio = tuple[Polynomial, Polynomial]
_ONE: Polynomial = {(): Fraction(1)}
_HUNDRED: Polynomial = {(): Fraction(100)}


@functools.lru_cache(maxsize=1024)
def difference(source: str) -> Polynomial:
    """Left minus right side of a comparison in the rule language, over a common denominator.

    `sum(group)` stands as the group's own name. The text must already have been accepted as a relation.
    """
    tree = ast.parse(unicodedata.normalize("NFKC", source), mode="eval").body
    assert isinstance(tree, ast.Compare)
    left, right = _ratio(tree.left), _ratio(tree.comparators[0])
    crossed = _plus(_times(left[0], right[1]), _times(right[0], left[1]), -1)
    return {monomial: factor for monomial, factor in crossed.items() if factor}


def _plus(one: Polynomial, other: Polynomial, sign: int = 1) -> Polynomial:
    result = dict(one)
    for monomial, factor in other.items():
        result[monomial] = result.get(monomial, Fraction(0)) + sign * factor
    return result


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    result: dict[Monomial, Fraction] = {}
    for names, factor in one.items():
        for more, by in other.items():
            key = tuple(sorted((*names, *more)))
            result[key] = result.get(key, Fraction(0)) + factor * by
    return result


def _ratio(node: ast.expr) -> _Ratio:
    if isinstance(node, ast.Constant):
        return {(): Fraction(str(node.value))}, _ONE
    if isinstance(node, ast.Name | ast.Attribute):
        return {(ast.unparse(node),): Fraction(1)}, _ONE
    if isinstance(node, ast.UnaryOp):
        above, below = _ratio(node.operand)
        return _plus({}, above, -1), below
    if isinstance(node, ast.BinOp):
        return _combined(type(node.op), _ratio(node.left), _ratio(node.right))
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    arguments = [_ratio(argument) for argument in node.args]
    if node.func.id == "sum":
        return arguments[0]
    quotient = _combined(ast.Div, *arguments)
    scaled: _Ratio = (_times(_HUNDRED, quotient[0]), quotient[1])
    return scaled if node.func.id == "share" else _combined(ast.Sub, scaled, (_HUNDRED, _ONE))


def _combined(operator: type[ast.operator], one: _Ratio, other: _Ratio) -> _Ratio:
    (above, below), (over, under) = one, other
    if operator is ast.Mult:
        return _times(above, over), _times(below, under)
    if operator is ast.Div:
        return _times(above, under), _times(below, over)
    sign = 1 if operator is ast.Add else -1
    if below == under:
        return _plus(above, over, sign), below
    return _plus(_times(above, under), _times(over, below), sign), _times(below, under)


def vanishes(form: Polynomial, env: Mapping[str, Interval]) -> bool:
    """Whether a polynomial in which no name is squared may be zero for values inside the intervals.

    Such a polynomial is linear in each name, so the hull of its values is that of its corners.
    """
    names = sorted({name for monomial in form for name in monomial})
    if any(not env[name].bounded or len(set(m)) < len(m) for m in form for name in m):
        return True
    corners = [form]
    for name in names:
        ends = {env[name].low, env[name].high}
        corners = [_at(each, name, end) for each in corners for end in ends if end is not None]
    values = [each.get((), Fraction(0)) for each in corners]
    return min(values) <= 0 <= max(values)


def _at(form: Polynomial, name: str, value: Fraction) -> Polynomial:
    """The polynomial with a value in place of a name."""
    result: dict[Monomial, Fraction] = {}
    for names, factor in form.items():
        rest = tuple(other for other in names if other != name)
        result[rest] = result.get(rest, Fraction(0)) + (factor if rest == names else factor * value)
    return result
