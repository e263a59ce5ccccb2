"""OFD (GB/T 33190): the national format of fixed pages."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

from ..report import Report
from .pages import HEIGHT, WIDTH, Page, em, pages

__all__ = ["write_ofd"]

_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_MM = 25.4 / 72


def write_ofd(report: Report, folder: Path) -> list[Path]:
    """One file."""
    path = folder / "report.ofd"
    contents = [_page(page) for page in pages(report)]
    listed = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(contents)))
    box = f"0 0 {_mm(WIDTH)} {_mm(HEIGHT)}"
    root = "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    parts = {
        "OFD.xml": f"<ofd:OFD {_SPACE}>{root}</ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}"
        f"</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    parts |= {f"Doc_0/Pages/Page_{n}/Content.xml": content for n, content in enumerate(contents)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return [path]


def _mm(points: float) -> float:
    return round(points * _MM, 3)


def _page(page: Page) -> str:
    body = "".join(_text(*text) for text in page.texts) + "".join(_line(*line) for line in page.lines)
    return f"<ofd:Page {_SPACE}><ofd:Content><ofd:Layer>{body}</ofd:Layer></ofd:Content></ofd:Page>"


def _text(x: float, y: float, size: float, text: str) -> str:
    height = _mm(size)
    steps = " ".join(str(_mm(em(char) * size)) for char in text[:-1])
    delta = f' DeltaX="{steps}"' if steps else ""
    return (
        f'<ofd:TextObject ID="1" Boundary="{_mm(x)} {_mm(y - size)} {_mm(em(text) * size)} {height}" Font="1" '
        f'Size="{height}"><ofd:TextCode X="0" Y="{height}"{delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def _line(x0: float, y0: float, x1: float, y1: float) -> str:
    width, height = _mm(x1 - x0), _mm(y1 - y0)
    return (
        f'<ofd:PathObject ID="2" Boundary="{_mm(x0)} {_mm(y0)} {width} {height}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {width} {height}</ofd:AbbreviatedData></ofd:PathObject>"
    )
