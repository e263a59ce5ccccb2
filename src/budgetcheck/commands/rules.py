"""`budgetcheck rules` and `budgetcheck explain`: what is checked, why, and whether the rules themselves are sound."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..errors import BudgetcheckError
from .common import LANGUAGE, PACKS, RULES, known_packs, read_rules, stop

__all__ = ["explain_command", "rules_command"]


@click.command("explain")
@click.argument("rule_id")
@RULES
@PACKS
@LANGUAGE
def explain_command(rule_id: str, rules: tuple[Path, ...], packs: bool, lang: str) -> None:
    """Say what a rule checks, why, on what basis, with its examples and what they give."""
    found = next((rule for rule in read_rules(rules, packs=packs) if rule.id == rule_id.upper()), None)
    if found is None:
        raise stop(f"no rule is called {rule_id}")
    from ..handbook import print_rule
    from ..wording import load_wording

    print_rule(found, load_wording(rules, known_packs(packs)), lang)


@click.command("rules")
@RULES
@PACKS
@LANGUAGE
@click.option(
    "--lint", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Say what is wrong with a folder of rules."
)
@click.option(
    "--report", "reports", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="With --lint: also what of this report no rule touches, and rules that it does not need.",
)  # fmt: skip
def rules_command(
    rules: tuple[Path, ...], packs: bool, lang: str, folder: Path | None, reports: tuple[Path, ...]
) -> None:
    """List all rules, or judge a folder of them. Exit status with --lint: 1 where something must be mended."""
    if folder is not None:
        sys.exit(_lint(folder, reports, packs=packs))
    if reports:
        raise stop("--report needs --lint DIR")
    for rule in read_rules(rules, packs=packs):
        title = rule.title if lang == "zh" else rule.english["title"]
        origin = f"  [{rule.pack}]" if rule.pack else ""
        click.echo(f"{rule.id}  {rule.severity:<7}  {rule.kind:<11}  {title}{origin}")


def _lint(folder: Path, reports: tuple[Path, ...], *, packs: bool) -> int:
    """Print all remarks; how the command ends."""
    from ..lint import lint

    try:
        remarks = lint(folder, reports, known_packs(packs))
    except BudgetcheckError as error:
        raise stop(str(error)) from None
    for remark in remarks:
        click.echo(f"{remark.place}: advice: {remark.code}: {remark.message}" if remark.advice else str(remark))
    wrong = sum(not remark.advice for remark in remarks)
    click.echo(f"budgetcheck: {wrong} to mend, {len(remarks) - wrong} pieces of advice", err=True)
    return 1 if wrong else 0
