"""A rule's relation, conditions and options in the words of a clerk."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Mapping
from typing import Any

from .expression import Relation
from .rulebook import Rule
from .wording import messages, read_toml, rules_folder

__all__ = ["Speller", "handbook_words"]

_COMPARED = {"==": "=", "<=": "≤", ">=": "≥"}
_OPERATORS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}
_MEASURES = ("actual", "budget")


@functools.cache
def handbook_words(name: str) -> Mapping[str, Any]:
    """What the handbook says in a language (zh, en), and what it needs to know of claims (claims)."""
    return read_toml(rules_folder() / "handbook" / f"{name}.toml")


class Speller:
    """Says one rule in one language; what has no words there is said as the rule writes it."""

    def __init__(self, rule: Rule, language: str) -> None:
        self.rule = rule
        self.lacks: Mapping[str, str] = messages(language)["lacks"]
        self.words: Mapping[str, Any] = handbook_words(language)

    def scope(self) -> str:
        """Where the rule looks."""
        each, relation = self.rule.each, self.rule.relation
        names = tuple(dict.fromkeys(relation.names if relation else ()))
        if each == "figures" and not names:
            return str(self.words["any_figures"])
        if each == "figures":
            return self._say("figures_scope", figures=self._all(map(self.name, names)), anchor=self.name(names[0]))
        if each == "codes" and names:
            tables = dict.fromkeys(f"《{name.partition('.')[0]}》" for name in names)
            return self._say("codes_scope", tables=self._all(tables))
        if each.startswith("row."):
            return self._say("row_scope", table=each.removeprefix("row."))
        if each.startswith("claim."):
            return self._say("claim_scope", claim=self.lacks.get(each, each))
        return self.lacks.get(each, each)

    def relation(self, relation: Relation) -> str:
        """A relation as arithmetic."""
        tree = ast.parse(relation.source, mode="eval").body
        assert isinstance(tree, ast.Compare)
        left, right = self._expression(tree.left), self._expression(tree.comparators[0])
        return f"{left} {_COMPARED[relation.operator]} {right}"

    def name(self, name: str) -> str:
        """A name of a relation."""
        if name in self.words["parts"]:
            return str(self.words["parts"][name])
        before, _, last = name.rpartition(".")
        if not before:
            return name
        if self.rule.each == "codes":
            return self._say("cell", table=before, column=last)
        if last in _MEASURES:
            return self._say("measured", name=before, measure=self.words["where"][f"measure={last}"])
        return f"{before}{last}"

    def conditions(self, where: Mapping[str, tuple[str, ...]]) -> str:
        """The words that a claim must have."""
        said = (f"{self.words['where'].get(key, key)}{self.words['colon']}{self.values(key, values)}"
                for key, values in where.items())  # fmt: skip
        return "; ".join(said)

    def values(self, key: str, values: Iterable[str]) -> str:
        """The values of a claim's word, of a document's kind, or of an option."""
        return self._all(str(self.words["where"].get(f"{key}={value}", value)) for value in values)

    def options(self) -> tuple[str, ...]:
        """Each option with its value, a line each; expressions as code."""
        names = self.words["option_names"]
        return tuple(
            f"{names.get(key, key)}{self.words['colon']}{self._value(key, value)}"
            for key, value in self.rule.options.items()
        )

    def _value(self, key: str, value: object) -> str:
        if isinstance(value, bool):
            return str(self.words["yes" if value else "no"])
        if isinstance(value, Mapping):
            names = self.words["option_names"]
            said = (f"{names.get(f'{key}.{name}', name)}{self.words['colon']}{self._value(key, each)}"
                    for name, each in value.items())  # fmt: skip
            return "; ".join(said)
        if isinstance(value, list):
            return self._all(self._value(key, each) for each in value)
        if key == "turns":
            return self.name(str(value))
        said = self.words["where"].get(f"{key}={value}")
        return str(said) if said else f"`{value}`" if isinstance(value, str) else str(value)

    def _expression(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant):
            return str(node.value)
        if isinstance(node, ast.UnaryOp):
            return f"−{self._inner(node.operand)}"
        if isinstance(node, ast.BinOp):
            plain = isinstance(node.op, ast.Add)
            left = self._expression(node.left) if isinstance(node.op, ast.Add | ast.Sub) else self._inner(node.left)
            right = self._expression(node.right) if plain else self._inner(node.right)
            return f"{left} {_OPERATORS[type(node.op)]} {right}"
        if isinstance(node, ast.Call):
            assert isinstance(node.func, ast.Name)
            return self._call(node.func.id, node.args)
        return self.name(ast.unparse(node))

    def _call(self, function: str, arguments: list[ast.expr]) -> str:
        if function == "sum":
            return self._say("sum", group=self._expression(arguments[0]))
        one, two = map(self._inner, arguments)
        if function == "share":
            return self._say("share", part=one, whole=two)
        return self._say("change", now=one, before=two)

    def _inner(self, node: ast.expr) -> str:
        """An operand, in brackets where it is a sum or more."""
        said = self._expression(node)
        return f"({said})" if isinstance(node, ast.BinOp) else said

    def _all(self, said: Iterable[str]) -> str:
        return str(self.words["all_of"]).join(said)

    def _say(self, key: str, **fields: str) -> str:
        return str(self.words[key]).format(**fields)
