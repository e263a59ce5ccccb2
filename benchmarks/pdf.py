"""How long reading a PDF takes, with the bare characters of the same pages beside it, and how much memory.

Run `make bench`, or `python benchmarks/pdf.py REPORT.pdf ...` for reports of your own.
"Bare" opens the same bytes, loads the same pages and asks pypdfium2's own bindings for the code and the origin of
every character, nothing else; "text alone" asks for the whole page's text in one call.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from speed import ROOT, bare_loop, command_ms, median_ms

import budgetcheck
from budgetcheck.readers import layout_of
from budgetcheck.readers.pdf import read_pdf
from budgetcheck.wording import load_wording

LAYOUT = layout_of(load_wording())
CORPUS = ROOT.parent / "shared" / "corpus"


def codes_and_origins(text: Any, count: int) -> None:
    """Code and origin of each character."""
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(count):
        pdfium.FPDFText_GetUnicode(text, index)
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)


def text_alone(text: Any, count: int) -> None:
    """The text of a page in one call."""
    pdfium.FPDFText_GetText(text, 0, count, (ctypes.c_ushort * (count + 1))())


def bare(data: bytes, ask: Callable[[Any, int], None]) -> int:
    """Ask for the characters of every page; how many there are."""
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    total = 0
    for number in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, number)
        text = pdfium.FPDFText_LoadPage(page)
        total += (count := pdfium.FPDFText_CountChars(text))
        ask(text, count)
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)
    pdfium.FPDF_CloseDocument(document)
    return total


def resident(process: int) -> tuple[int, int]:
    """Bytes of memory of a process now, and of all below it; a page that two of them share counts twice."""
    home, below = Path(f"/proc/{process}"), 0
    own = int((home / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    for child in (home / "task" / str(process) / "children").read_text().split():
        # Between vfork and exec a child still is its parent, memory and command line too.
        if Path(f"/proc/{child}/cmdline").read_bytes() != (home / "cmdline").read_bytes():
            below += sum(resident(int(child)))
    return own, below


def memory(*arguments: str, runs: int = 5) -> str:
    """Peak memory of a command and of its child, from /proc every millisecond: the medians of several runs."""
    if not Path("/proc/self/statm").exists():
        return "peak memory: only where there is /proc"
    peaks = []
    for _ in range(runs):
        seen = [(0, 0)]
        child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None:
            with suppress(OSError, IndexError):  # it may end between two looks
                seen.append(resident(child.pid))
            time.sleep(0.001)
        peaks.append((*map(max, zip(*seen, strict=True)), max(map(sum, seen))))
    own, below, both = (sorted(column)[runs // 2] / 2**20 for column in zip(*peaks, strict=True))
    return f"peak {own:5.1f} MiB, its child {below:5.1f}, both at once {both:5.1f}"


def made(folder: Path, pages: int = 20) -> Path:
    """A PDF of prose and a ruled table on every page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(folder / "made.pdf"), pagesize=A4)
    for number in range(1, pages + 1):
        canvas.setFont("STSong-Light", 10)
        for row in range(12):
            canvas.drawString(60, 730 - 18 * row, f"{row + 1}.2024年度一般公共预算拨款支出决算{number}.{row:02d}万元。")
        for row in range(20):
            for column, cell in enumerate((f"20{row + 1:02d}", "行政运行", f"{number}.{row:02d}", "0.00")):
                canvas.rect(60 + 115 * column, 460 - 20 * row, 115, 20)
                canvas.drawString(65 + 115 * column, 466 - 20 * row, cell)
        canvas.showPage()
    canvas.save()
    return folder / "made.pdf"


def repeated(path: Path, pages: int, target: Path) -> bytes:
    """A PDF of so many pages: ten pages spread evenly over a PDF, over and over."""
    with pypdfium2.PdfDocument(path) as source, pypdfium2.PdfDocument.new() as longer:
        ten = [number * len(source) // 10 for number in range(10)]
        longer.import_pages(source, ten * (pages // 10))
        longer.save(target)
    return target.read_bytes()


def reading(label: str, data: bytes, runs: int) -> None:
    """One line: the reader against the bare characters, by page."""
    pages = read_pdf(data, LAYOUT)[2]
    reader = median_ms(lambda: read_pdf(data, LAYOUT), runs) / pages
    full = median_ms(lambda: bare(data, codes_and_origins), runs) / pages
    weak = median_ms(lambda: bare(data, text_alone), runs) / pages
    start = f"{label:34s} {pages:5d} {bare(data, text_alone) / pages:7.0f}"
    print(f"{start} {reader:8.2f} {full:8.2f} {reader / full:6.2f} {weak:10.2f} {reader / weak:6.2f}")


def main() -> None:
    """Print one line a figure."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(name) for name in sys.argv[1:]] or sorted(CORPUS.glob("*.pdf")) or [made(Path(folder))]
        print(f"machine: a million additions    {median_ms(bare_loop):8.1f} ms")
        print(f"machine: bare `python -c pass`  {memory('-c', 'pass')}")
        print("\nread_pdf in this process, ms       pages chars/p   reader     bare  ratio text alone  ratio")
        for path in paths:
            reading(path.stem[:34], path.read_bytes(), runs=9)
        print("\nwhole command and warm check, both with the reader in a child process; peak memory of the command")
        for path in paths:
            whole, warm = command_ms("check", str(path)), median_ms(lambda path=path: budgetcheck.check(path))
            peak = memory("-m", "budgetcheck", "check", str(path))
            print(f"{path.stem[:34]:34s} command {whole:7.1f} ms   warm {warm:7.1f} ms   {peak}")
        longest = max(paths, key=lambda path: read_pdf(path.read_bytes(), LAYOUT)[2])
        print(f"\nten pages of {longest.stem}, over and over, ms a page")
        for pages in (10, 50, 100, 500):
            reading("", repeated(longest, pages, Path(folder) / "repeated.pdf"), runs=3)


if __name__ == "__main__":
    main()
