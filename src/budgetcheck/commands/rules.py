"""`budgetcheck rules` and `budgetcheck explain`: what is checked, and why."""

from __future__ import annotations

from pathlib import Path

import click

from .common import LANGUAGE, RULES, read_rules, stop

__all__ = ["explain_command", "rules_command"]


@click.command("explain")
@click.argument("rule_id")
@RULES
def explain_command(rule_id: str, rules: tuple[Path, ...]) -> None:
    """Say what a rule checks, why, on what basis, with its examples."""
    found = next((rule for rule in read_rules(rules) if rule.id == rule_id.upper()), None)
    if found is None:
        raise stop(f"no rule is called {rule_id}")
    from ..reports.terminal import print_rule

    print_rule(found)


@click.command("rules")
@RULES
@LANGUAGE
def rules_command(rules: tuple[Path, ...], lang: str) -> None:
    """List all rules."""
    for rule in read_rules(rules):
        title = rule.title if lang == "zh" else rule.english["title"]
        click.echo(f"{rule.id}  {rule.severity:<7}  {rule.kind:<11}  {title}")
