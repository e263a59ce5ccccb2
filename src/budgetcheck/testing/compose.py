"""From a seed, or from a truth, a manner and a habit, to a whole report."""

from __future__ import annotations

import random

from .figures import Figures, figures
from .habits import Habit
from .habits import habit as habit_of
from .layout import lay_out
from .manners import Manner, manner, manners, table_specs
from .prose import Prose, numbered
from .report import Report
from .truth import Kind, Truth
from .truth import truth as truth_of

__all__ = ["compose", "report"]

_TABLES = "tables"
_KINDS: tuple[Kind, ...] = ("final", "final", "budget")


def report(seed: int, kind: Kind | None = None, manner_name: str | None = None) -> Report:
    """The consistent report of a seed; kind and manner are drawn where not given.

    Raises RuleError for a manner that does not exist.
    """
    draw = random.Random(f"report {seed}")
    drawn: Kind = draw.choice(_KINDS)
    drawn = kind or drawn
    chosen = manner(manner_name or draw.choice(manners(drawn)), drawn)
    return compose(truth_of(seed, drawn), chosen, habit_of(seed))


def compose(truth: Truth, chosen: Manner, habit: Habit, known: Figures | None = None) -> Report:
    """One truth written down in one manner with one habit; `known` are its figures, if they are not its own."""
    known = known or figures(truth)
    prose = Prose(truth, known, chosen, habit)
    prose.paragraph([(chosen.title, "")])
    order = [key for key in chosen.order if key[0] == "#" or key == _TABLES or _wanted(prose, key)]
    for key, number in numbered(order, chosen.words["numerals"]):
        if key[0] == "#":
            prose.paragraph([(key[1:], "")])
        elif key == _TABLES:
            lay_out(prose, table_specs(truth.kind))
        else:
            prose.section(chosen.sections[key], number)
    return Report(truth, known, chosen.name, habit, tuple(prose.blocks), tuple(prose.printings))


def _wanted(prose: Prose, key: str) -> bool:
    """Whether a section has something to say: its condition, if it has one, holds."""
    spec = prose.manner.sections[key]
    return ("if" not in spec or prose.stands(spec["if"])) and not ("unless" in spec and prose.stands(spec["unless"]))
