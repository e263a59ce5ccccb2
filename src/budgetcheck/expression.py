"""The rule language: Python expression syntax over intervals, read with `ast`, never evaluated as Python.

Names, numbers, `+ - * /`, one comparison (`==`, `<=`, `>=`), and `sum`, `share`, `change`. A name that occurs twice is
taken at both of its ends, so that 0.82 / (9.81 + 0.82) is bounded over the box and not factor by factor.
"""

from __future__ import annotations

import ast
import itertools
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .errors import RuleError
from .intervals import Interval, exact, hull, total

__all__ = ["Relation", "parse_relation"]

Value = Interval | Sequence[Interval]
Environment = Mapping[str, Value]
Evaluator = Callable[[Environment], Interval]

_LONGEST = 600
_DEEPEST = 12
_MOST_REPEATED = 5
_OPERATORS: Mapping[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
_COMPARISONS: Mapping[type[ast.cmpop], str] = {ast.Eq: "==", ast.LtE: "<=", ast.GtE: ">="}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a relation: its evaluator, the names in it, and which of them occur twice."""

    evaluate: Evaluator
    names: tuple[str, ...]
    repeated: tuple[str, ...]

    def over(self, env: Environment) -> Interval:
        """The values this side can take."""
        natural = self.evaluate(env)
        corners = [name for name in self.repeated if isinstance(env.get(name), Interval)]
        if not natural.bounded or not corners or len(corners) > _MOST_REPEATED:
            return natural
        ends = [_ends(env[name]) for name in corners]  # type: ignore[arg-type]
        if any(not pair for pair in ends):
            return natural
        return hull(
            [self.evaluate({**env, **dict(zip(corners, point, strict=True))}) for point in itertools.product(*ends)]
        )


@dataclass(frozen=True, slots=True)
class Relation:
    """`left operator right`, as written in `source`."""

    source: str
    left: Side
    operator: str
    right: Side

    @property
    def names(self) -> tuple[str, ...]:
        """All names, left side first, each once."""
        return tuple(dict.fromkeys((*self.left.names, *self.right.names)))

    @property
    def target(self) -> str | None:
        """The name that stands alone on the left, whose value the relation gives."""
        return self.left.names[0] if self.source.split(self.operator)[0].strip() in self.left.names else None

    def holds(self, left: Interval, right: Interval) -> bool:
        """Whether some values of both sides satisfy the relation."""
        if self.operator == "==":
            return left.meets(right)
        return left.at_most(right) if self.operator == "<=" else right.at_most(left)


def _ends(value: Interval) -> tuple[Interval, ...]:
    if value.low is None or value.high is None:
        return ()
    return (
        Interval(value.low, value.low, value.open_low, value.open_low),
        Interval(value.high, value.high, value.open_high, value.open_high),
    )


def parse_relation(source: str, place: str) -> Relation:
    """A relation from its text.

    Raises RuleError, with `place` in front, where the text is not in the language.
    """
    if len(source) > _LONGEST:
        raise RuleError(f"{place}: the expression is longer than {_LONGEST} characters")
    try:
        tree = ast.parse(unicodedata.normalize("NFKC", source), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RuleError(f"{place}: not an expression: {source!r} ({error})") from None
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARISONS:
        raise RuleError(f"{place}: {source!r} must be one comparison with ==, <= or >=")
    return Relation(
        unicodedata.normalize("NFKC", source),
        _side(tree.left, place, source),
        _COMPARISONS[type(tree.ops[0])],
        _side(tree.comparators[0], place, source),
    )


def _side(tree: ast.expr, place: str, source: str) -> Side:
    names: list[str] = []
    evaluate = _compile(tree, names, place, source, 0)
    counts = Counter(names)
    return Side(evaluate, tuple(dict.fromkeys(names)), tuple(name for name, n in counts.items() if n > 1))


def _compile(node: ast.expr, names: list[str], place: str, source: str, depth: int) -> Evaluator:
    if depth > _DEEPEST:
        raise RuleError(f"{place}: {source!r} is nested too deeply")
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return _number(ast.get_source_segment(unicodedata.normalize("NFKC", source), node) or str(node.value))
    if isinstance(node, ast.Name | ast.Attribute):
        return _name(_dotted(node, place, source), names, place)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _compile(node.operand, names, place, source, depth + 1)
        return lambda env: -inner(env)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        operator = _OPERATORS[type(node.op)]
        left = _compile(node.left, names, place, source, depth + 1)
        right = _compile(node.right, names, place, source, depth + 1)
        return lambda env: operator(left(env), right(env))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node, names, place, source, depth)
    raise RuleError(f"{place}: {source!r}: {ast.unparse(node)} is not part of the rule language")


def _number(text: str) -> Evaluator:
    value = exact(Fraction(text.replace("_", "")))
    return lambda env: value


def _dotted(node: ast.expr, place: str, source: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, place, source)}.{node.attr}"
    raise RuleError(f"{place}: {source!r}: {ast.unparse(node)} is not a name")


def _name(name: str, names: list[str], place: str) -> Evaluator:
    names.append(name)

    def evaluate(env: Environment) -> Interval:
        value = env[name]
        if not isinstance(value, Interval):
            raise RuleError(f"{place}: {name} is a list of numbers; use sum({name})")
        return value

    return evaluate


def _call(node: ast.Call, names: list[str], place: str, source: str, depth: int) -> Evaluator:
    assert isinstance(node.func, ast.Name)
    function, count = node.func.id, len(node.args)
    if function == "sum" and count == 1 and isinstance(node.args[0], ast.Name):
        group = node.args[0].id
        names.append(group)
        return lambda env: total(env[group]) if not isinstance(env[group], Interval) else env[group]  # type: ignore[arg-type, return-value]
    if function == "share" and count == 2:
        part, whole = (_compile(arg, names, place, source, depth + 1) for arg in node.args)
        return lambda env: exact(100) * part(env) / whole(env)
    if function == "change" and count == 2:
        now, before = (_compile(arg, names, place, source, depth + 1) for arg in node.args)
        return lambda env: exact(100) * now(env) / before(env) - exact(100)
    raise RuleError(f"{place}: {source!r}: {ast.unparse(node)} is not part of the rule language")
