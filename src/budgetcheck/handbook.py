"""The handbook: one page a rule, from the rule itself and from what it really gives on its examples.

`blocks` says everything in one language; `pages` writes it as Markdown, `print_rule` on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.text import Text

from .model import Review
from .pipeline import review
from .readers import layout_of, text_document
from .reports.terminal import finding_lines, open_console, print_line
from .rulebook import Example, Rule
from .spelling import Speller, handbook_words
from .wording import Wording, messages

__all__ = ["Block", "blocks", "pages", "print_rule", "stale"]

_INDEX = "README.md"
_HOME = "docs/rules"
_ALIASES = 8


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page: a heading, a line of text behind a label, a list behind a label, or text as it stands."""

    kind: Literal["heading", "line", "items", "code"]
    label: str = ""
    lines: tuple[str, ...] = ()


def blocks(rule: Rule, wording: Wording, language: str) -> list[Block]:
    """All that the handbook says of a rule in a language, without its title."""
    words = handbook_words(language)
    return [*_reasons(rule, words, language), *_relation(rule, words, language), *_needs(rule, wording, words),
            *_bad(rule, wording, words, language), *_good(rule, wording, words, language)]  # fmt: skip


def _reasons(rule: Rule, words: Mapping[str, Any], language: str) -> Iterator[Block]:
    for name in ("why", "basis"):
        text = getattr(rule, name) if language == "zh" else rule.english.get(name, "")
        if text:
            yield Block("line", words[name], (text,))


def _relation(rule: Rule, words: Mapping[str, Any], language: str) -> Iterator[Block]:
    speller = Speller(rule, language)
    yield Block("line", words["scope"], (speller.scope(),))
    if rule.relation is not None:
        yield Block("line", words["relation"], (speller.relation(rule.relation),))
    else:
        check = rule.check or ""
        yield Block("line", words["check"], (words["checks"].get(check, check),))
    if rule.where:
        yield Block("line", words["only"], (speller.conditions(rule.where),))
    if rule.when:
        yield Block("line", words["when"], (words["all_of"].join(map(speller.relation, rule.when)),))
    if rule.optional:
        label = "optional_in_table" if rule.each.startswith("row.") else "optional"
        yield Block("line", words[label], (words["all_of"].join(map(speller.name, rule.optional)),))
    if rule.documents:
        yield Block("line", words["documents"], (speller.values("document", rule.documents),))
    options = speller.options()
    if options:
        yield Block("items", words["options"], options)


def _needs(rule: Rule, wording: Wording, words: Mapping[str, Any]) -> Iterator[Block]:
    """The wording that a rule rests on: what its figures and tables are called, and sentences that are read."""
    if rule.relation is not None and rule.each == "figures":
        items = _figure_words(rule, wording, words)
    elif rule.each == "codes" or rule.each.startswith("row."):
        items = _table_words(rule, wording, words)
    elif rule.each.startswith("claim."):
        items = _claim_words(rule.each.removeprefix("claim."), wording, words)
    else:
        return
    if items:
        yield Block("items", words["needs"], (*items, words["needs_wording"]))


def _figure_words(rule: Rule, wording: Wording, words: Mapping[str, Any]) -> list[str]:
    assert rule.relation is not None
    figures = dict.fromkeys(name.rpartition(".")[2] for name in rule.relation.names)
    return [_listed(words["figure_words"].format(figure=figure), wording.data["figures"].get(figure, ()), words)
            for figure in figures]  # fmt: skip


def _table_words(rule: Rule, wording: Wording, words: Mapping[str, Any]) -> list[str]:
    named = [tuple(name.partition(".")[::2]) for name in (rule.relation.names if rule.relation else ())]
    if rule.each.startswith("row."):
        named = [(rule.each.removeprefix("row."), column) for column, _ in named]
    items = []
    for spec in wording.table("tables")["standard"]:
        columns = [column for table, column in named if table == spec["name"]]
        if columns or rule.each == f"row.{spec['name']}":
            items.append(_listed(words["title_words"].format(table=spec["name"]), spec["titles"], words))
        for column in (each for each in spec["columns"] if each["name"] in columns):
            label = words["column_words"].format(table=spec["name"], column=column["name"])
            items.append(f"{label}{words['colon']}`{column['match']}`")
    return items


def _claim_words(kind: str, wording: Wording, words: Mapping[str, Any]) -> list[str]:
    home = handbook_words("claims")
    wanted = home["shapes"].get(kind, kind)
    examples = [shape.example for shape in wording.shapes if shape.kind == wanted]
    lexicons = [word for name in home["lexicons"].get(kind, ()) for word in wording.table("lexicon")[name]]
    return [*([_listed(words["shapes"], examples, words)] if examples else []),
            *([_listed(words["lexicon"], lexicons, words)] if lexicons else [])]  # fmt: skip


def _listed(label: str, values: Sequence[str], words: Mapping[str, Any]) -> str:
    shown = words["all_of"].join(f"“{value}”" for value in values[:_ALIASES])
    more = words["and_more"].format(count=len(values)) if len(values) > _ALIASES else ""
    return f"{label}{words['colon']}{shown}{more}"


def _bad(rule: Rule, wording: Wording, words: Mapping[str, Any], language: str) -> Iterator[Block]:
    said = messages(language)
    for number, example in enumerate(rule.bad, 1):
        yield Block("heading", f"{words['bad']} {number}")
        yield from _texts(example, said)
        found = _review(example, rule, wording, language).findings
        lines = tuple(line.plain.rstrip() for finding in found for line in finding_lines(finding, said))
        yield Block("code", words["gives"].format(rule=rule.id), lines)


def _review(example: Example, rule: Rule, wording: Wording, language: str) -> Review:
    layout = layout_of(wording)
    beside = [(role, text_document(text, layout)) for role, texts in example.others.items() for text in texts]
    return review(text_document(example.text, layout), wording, (rule,), language, beside=beside)


def _texts(example: Example, said: Mapping[str, Any]) -> Iterator[Block]:
    """The report of an example, and those beside it."""
    yield Block("code", "", (example.text,))
    for role, texts in example.others.items():
        yield from (Block("code", f"{said['across']['roles'][role]}:", (text,)) for text in texts)


def _good(rule: Rule, wording: Wording, words: Mapping[str, Any], language: str) -> Iterator[Block]:
    for number, example in enumerate(rule.good, 1):
        yield Block("heading", f"{words['good']} {number}")
        yield from _texts(example, messages(language))
        outcomes = _review(example, rule, wording, language).outcomes
        yield Block("line", "", (words["passes"].format(passed=outcomes[0].passed),))


def pages(rules: Sequence[Rule], wording: Wording) -> dict[str, str]:
    """Every file of the handbook by name, as Markdown: an index by category, and a page for each rule."""
    folders: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: (_category(rule), rule.id)):
        folders.setdefault(_category(rule), []).append(rule)
    written = {_INDEX: _index(folders)}
    for listed in folders.values():
        for number, rule in enumerate(listed):
            before, after = listed[number - 1 : number] if number else [], listed[number + 1 : number + 2]
            written[f"{rule.id}.md"] = _page(rule, wording, before, after)
    return written


def stale(folder: Path, rules: Sequence[Rule], wording: Wording) -> list[str]:
    """The names of the files of a handbook that are not what they would be if written now, or are no part of it."""
    expected = pages(rules, wording)
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def _category(rule: Rule) -> str:
    return Path(rule.source).parent.name


def _title(category: str, language: str) -> str:
    found: str = handbook_words(language)["categories"].get(category, category)
    return found


def _index(folders: Mapping[str, Sequence[Rule]]) -> str:
    parts = []
    for language in ("zh", "en"):
        said, words = messages(language), handbook_words(language)
        count = sum(map(len, folders.values()))
        parts += [f"# {words['title']}", words["intro"], words["count"].format(count=count)]
        for category, rules in folders.items():
            anchor = f'<a id="{category}{"" if language == "zh" else "-en"}"></a>\n\n' if rules else ""
            rows = [f"| {' | '.join(words['columns'])} |", "|---|---|---|"]
            for rule in rules:
                title = rule.title if language == "zh" else rule.english["title"]
                rows.append(f"| [{rule.id}]({rule.id}.md) | {said[rule.severity + 's']} | {_cell(title)} |")
            parts += [f"{anchor}## {_title(category, language)}", "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(rule: Rule, wording: Wording, before: Sequence[Rule], after: Sequence[Rule]) -> str:
    parts = [f"# {rule.id} {rule.title}", _about(rule, "zh", before, after)]
    parts += [_markdown(block) for block in blocks(rule, wording, "zh")]
    parts += [f"# {rule.id} {rule.english['title']}", _about(rule, "en", before, after)]
    gives = (handbook_words("en")["gives"].format(rule=rule.id),)
    # The examples are in Chinese whatever the language: the second time only what is said of them.
    english = [block for block in blocks(rule, wording, "en") if block.kind != "code" or block.label in gives]
    parts += [_markdown(block) for block in english]
    return "\n\n".join(parts) + "\n"


def _about(rule: Rule, language: str, before: Sequence[Rule] = (), after: Sequence[Rule] = ()) -> str:
    words = handbook_words(language)
    parts = [_headline(rule, language)]
    anchor = _category(rule) if language == "zh" else f"{_category(rule)}-en"
    parts.append(f"[{_title(_category(rule), language)}]({_INDEX}#{anchor})")
    parts += [f"{words['previous']} [{each.id}]({each.id}.md)" for each in before]
    parts += [f"{words['next']} [{each.id}]({each.id}.md)" for each in after]
    return " · ".join(parts)


def _headline(rule: Rule, language: str) -> str:
    said, words = messages(language), handbook_words(language)
    about = words["about"].format(
        severity=said[rule.severity + "s"], kind=words["kinds"].get(rule.kind, rule.kind), since=rule.since
    )
    return f"{about} · {words['pack'].format(pack=rule.pack)}" if rule.pack else str(about)


def _markdown(block: Block) -> str:
    label = f"**{block.label}**" if block.label else ""
    if block.kind == "heading":
        return f"## {block.label}"
    if block.kind == "line":
        return f"{label}  \n{' '.join(block.lines)}" if label else " ".join(block.lines)
    if block.kind == "items":
        return "\n".join((label, "", *(f"- {line}" for line in block.lines)))
    body = "\n".join(block.lines)
    return f"{block.label + chr(10) * 2 if block.label else ''}```text\n{body}\n```"


def print_rule(rule: Rule, wording: Wording, language: str = "zh") -> None:
    """Print the page of a rule in one language."""
    console = open_console(None)
    words = handbook_words(language)
    console.print(Text(f"{rule.id}  {rule.title if language == 'zh' else rule.english['title']}", style="bold"))
    console.print(Text(_headline(rule, language), style="dim"))
    for block in blocks(rule, wording, language):
        label = block.label.replace("`", "")
        if block.kind == "line":
            console.print()
            print_line(console, Text.assemble((f"{label}  " if label else "  ", "bold"), " ".join(block.lines)))
            continue
        if label:
            console.print(Text(f"\n{label}", style="bold"))
        mark = "·" if block.kind == "items" else ""
        for line in block.lines:
            print_line(console, Text(f"{mark}{line.replace('`', '') if mark else line}"), 2)
    if not rule.pack:
        console.print(Text(f"\n{words['page'].format(page=f'{_HOME}/{rule.id}.md')}", style="dim"))
