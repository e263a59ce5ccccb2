"""The whole road on one screen: path → document → facts and claims → ledger → findings → review."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .amounts import house_decimals
from .beside import acquainted, together, vouched
from .claims import implied_priors, read_claims
from .context import Context
from .coverage import cover, list_numbers
from .engine import judge
from .enumerations import read_enumerations
from .errors import BudgetcheckError, ReadError
from .facts import read_facts
from .frames import frames_document
from .identity import identify
from .ledger import Ledger
from .lists import inherited_funds, owned, read_lists
from .locate import locate
from .matching import Entities, read_entities
from .model import Document, Review
from .naming import Namer
from .outline import outline
from .packs import installed_packs
from .readers import SUFFIXES, UNNAMED, layout_of, read_document, text_document
from .recognise import read_forms
from .rulebook import Rule, load_rules, select_rules
from .statements import read_statements
from .table_facts import read_table_facts
from .tables import read_tables
from .wording import Wording, load_wording, messages

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Options", "check", "check_frames", "files_of", "judged", "knowledge", "merged", "read_beside", "read_ledger",
    "read_source", "review",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller chooses: rule ids (or their beginnings) to keep or drop, further rule folders, zh or en messages.

    `numbers` asks for the list of all numbers with the rules that each took part in (`Review.numbers`). Without `packs`
    the rule packs of other installed packages are left out. `severity` maps a rule id, or its beginning, to error,
    warning, info or off. `wording` are TOML files, or folders of them, with further words of reports.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    language: str = "zh"
    numbers: bool = False
    packs: bool = True
    severity: Mapping[str, str] = field(default_factory=dict)
    wording: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """TypeError where one text or path stands for a list: its letters would be taken for the list's entries."""
        for name in ("select", "ignore", "rules", "wording"):
            _refuse_single(f"Options.{name}", getattr(self, name))


def _refuse_single(name: str, value: object) -> None:
    if isinstance(value, (str, Path)):
        raise TypeError(f"{name} is a list: give [{str(value)!r}], not {str(value)!r}")


def knowledge(options: Options) -> tuple[Wording, tuple[Rule, ...]]:
    """The words and all rules, before any selection: shipped, of packs, of further folders, and further words.

    Raises RuleError where a file or a pack is wrong.
    """
    if not isinstance(options, Options):
        raise TypeError(f"options is a budgetcheck.Options, not {options!r}; several files of one report are a list")
    packs = installed_packs() if options.packs else ()
    return load_wording(options.rules, packs, options.wording), load_rules(options.rules, packs)


Source = str | Path | Sequence[Path] | Document


def check(
    source: Source,
    options: Options | None = None,
    *,
    previous: Source | None = None,
    budget: Source | None = None,
    units: Sequence[Source] = (),
    entities: Path | None = None,
) -> Review:
    """Check one report: a path, the text itself (a string with a line break, or that names no file), or several files.

    A folder, or a list of paths, is one report in several files (prose and a workbook of tables). It is also held
    against last year's report of the same maker, the year's budget, and the reports of the units under a department,
    where these are given in one of the same forms; one that does not fit is left out, and a note says so. `entities`
    is a TOML file of other and former names of makers.

    Raises ReadError where a file cannot be read, RuleError where a rule file is wrong, TypeError where an argument is
    of the wrong kind. What is wrong in the report is in the review, never an exception.
    """
    _refuse_single("units", units)
    options = options or Options()
    wording, rules = _chosen(options)
    given = [(role, each) for role, each in (("previous", previous), ("budget", budget)) if each is not None]
    given += [("units", unit) for unit in units]
    beside = [(role, _document(each, wording)) for role, each in given]
    makers = read_entities(entities) if entities else None
    document = _document(source, wording)
    return review(document, wording, rules, options.language, numbers=options.numbers, beside=beside, entities=makers)


def read_source(source: Source, options: Options | None = None) -> Document:
    """A report as it is read, for `check`; ReadError where a file cannot be read."""
    return _document(source, knowledge(options or Options())[0])


def _chosen(options: Options) -> tuple[Wording, tuple[Rule, ...]]:
    """The words and rules of a run."""
    wording, known = knowledge(options)
    return wording, select_rules(known, options.select, options.ignore, options.severity)


def check_frames(
    frames: Mapping[str, pd.DataFrame], narrative: str = "", unit: str | None = None, options: Options | None = None
) -> Review:
    """Check tables from a database, by Chinese table name, against each other and against a narrative.

    Frames are as `budgetcheck.schemas` describes them, numbers or strings, two panels side by side as published;
    `unit` (万元, 元, 亿元) is the unit of all amounts, by default 万元 for 决算 and 元 for 预算.

    Raises BudgetcheckError for an unknown table name.
    """
    options = options or Options()
    wording, rules = _chosen(options)
    document = frames_document(frames, narrative, unit, wording)
    return review(document, wording, rules, options.language, numbers=options.numbers)


def review(
    document: Document,
    wording: Wording,
    rules: Sequence[Rule],
    language: str = "zh",
    *,
    numbers: bool = False,
    beside: Sequence[tuple[str, Document]] = (),
    entities: Entities | None = None,
) -> Review:
    """Check a document already read, by itself and against those beside it, each given with its role.

    `numbers` also lists what became of each number.
    """
    words = messages(language)
    ledger, notes = read_beside(document, beside, wording, words, entities)
    return judged(ledger, rules, language, notes, numbers=numbers)


def judged(
    ledger: Ledger, rules: Sequence[Rule], language: str = "zh", notes: Sequence[str] = (), *, numbers: bool = False
) -> Review:
    """What the rules say of a ledger; `notes` are added to those of its document."""
    document, words = ledger.document, messages(language)
    ledger, strange = acquainted(ledger, rules, words["across"])
    judgement = judge(ledger, rules, language)
    findings = locate(vouched(judgement, ledger, rules), words, ledger.house)
    coverage = cover(ledger, judgement.judged_by)
    return Review(
        replace(document, notes=(*document.notes, *notes, *strange)),
        ledger.kind,
        ledger.year,
        ledger.entity,
        judgement.outcomes,
        findings,
        coverage,
        ledger.facts,
        tuple(list_numbers(ledger, judgement.judged_by)) if numbers else (),
        claims=ledger.claims,
        judged_by=judgement.judged_by if numbers else {},
    )


def read_beside(
    document: Document,
    beside: Sequence[tuple[str, Document]],
    wording: Wording,
    words: Mapping[str, Any],
    entities: Entities | None = None,
) -> tuple[Ledger, tuple[str, ...]]:
    """The ledger of a document with those of the documents beside it, and a line for each of these that does not fit.

    Their blocks are numbered behind those of the document, and each of their numbers remembers its file.
    """
    ledger = read_ledger(document, wording)
    first = len(document.blocks)
    given = []
    for role, other in beside:
        given.append((role, read_ledger(_apart(other, role, first, words), wording)))
        first += len(other.blocks)
    return together(ledger, given, words["across"], entities)


def _apart(other: Document, role: str, first: int, words: Mapping[str, Any]) -> Document:
    """A document beside another one: its blocks say whose they are."""
    name = words["across"]["roles"][role] if other.name == UNNAMED else other.name
    blocks = tuple(replace(block, source=block.source or name) for block in other.blocks)
    return replace(other, name=name, blocks=blocks, first=first)


def read_ledger(document: Document, wording: Wording) -> Ledger:
    """Everything a document says."""
    passages = outline(document, wording)
    who = identify(passages, wording)
    namer = Namer(wording, who.year, who.names, who.kind)
    forms = read_forms(passages, wording, namer)
    tables = read_tables([p for p in passages if p.index not in forms.blocks], wording, who.kind)
    statements = read_statements(passages, wording, skip=forms.blocks)
    printed = {t.quantity.point for s in statements for t in s.tokens if t.code == "M" and t.quantity is not None}
    rows = read_table_facts(tables, wording, namer, who.kind, printed)
    levels = read_facts(statements, namer)
    levels = owned(levels, read_lists(statements, levels, namer, least=1), namer)
    levels = inherited_funds(levels, read_lists(statements, levels, namer), namer)
    lists = read_lists(statements, levels, namer)
    cells = [fact for row in rows for fact in row.cells.values()]
    context = Context(statements, levels, lists, namer, cells)
    claims = (*read_claims(context, lists), *read_enumerations(context, wording), *forms.claims)
    facts = (*(level.fact for level in levels), *forms.facts, *implied_priors(claims), *cells)
    tokens = (t.quantity for s in statements for t in s.tokens if t.quantity is not None)
    return Ledger(
        document, who.kind, who.year, who.entity, passages, statements, facts, claims,
        house=house_decimals(tokens), names=who.names, funded=frozenset(wording.table("funded")["figures"]),
        rows=rows, tables=tables,
        combined={name: tuple(parts) for name, parts in wording.table("combined").items()},
        of_fund=wording.table("of_fund"),
    )  # fmt: skip


def _document(source: Source, wording: Wording) -> Document:
    if isinstance(source, Document):
        return source
    layout = layout_of(wording)
    if not isinstance(source, str | Path):
        return merged([_document(path, wording) for path in source])
    if isinstance(source, Path) and source.is_dir():
        return _document(files_of(source), wording)
    if isinstance(source, Path) or _names_file(source):
        try:
            return read_document(Path(source), layout)
        except ReadError as error:
            raise ReadError(f"{source}: {error}") from None
    return text_document(source, layout)


def files_of(folder: Path) -> list[Path]:
    """The files of a folder that can be read, by name; ReadError where there is none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise ReadError(f"{folder}: no file in it can be read")
    return found


def merged(documents: Sequence[Document]) -> Document:
    """Several files as one document; every block remembers its file."""
    blocks = [replace(block, source=d.name) for d in documents for block in d.blocks]
    digest = hashlib.sha256("".join(d.sha256 for d in documents).encode()).hexdigest()
    notes = tuple(f"{Path(d.name).name}: {note}" for d in documents for note in d.notes)
    pages = sum(d.pages or 0 for d in documents) or None
    return Document(" + ".join(d.name for d in documents), digest, tuple(blocks), pages, notes)


def _names_file(source: str) -> bool:
    if "\n" in source or len(source) > 1000:
        return False
    try:
        return Path(source).exists() or Path(source).suffix.lower() in SUFFIXES
    except (OSError, ValueError) as error:
        raise BudgetcheckError(f"{source!r}: {error}") from None
