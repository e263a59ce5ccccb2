"""What a batch found, for people: one workbook and one web page, made from the dataset."""

from __future__ import annotations

from pathlib import Path

from ...pipeline import Options
from .book import write_book
from .figures import Figures, read_figures
from .page import write_page

__all__ = ["Figures", "write_summary"]


def write_summary(folder: Path, options: Options) -> tuple[Figures, list[Path]]:
    """Write summary.xlsx and summary.html into a results folder: the figures, and the paths of the two.

    Of the options count the language and where rules have their titles from.
    """
    figures = read_figures(folder, options)
    book, page = folder / "summary.xlsx", folder / "summary.html"
    for path, write in ((book, write_book), (page, write_page)):
        draft = path.with_name(path.name + ".draft")
        with draft.open("wb") as stream:
            write(figures, stream)
        draft.replace(path)
    return figures, [book, page]
