"""The web page in Debian's Chromium: jumps, filters, keys, five thousand findings, both themes, print.

Screenshots are kept in `build/page/`. Without chromium and chromedriver these tests are skipped, with a warning.
"""

from __future__ import annotations

import base64
import shutil
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options as ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from budgetcheck.reports.run import Run

from .runs import MIXED, reviewed, run_of, written
from .test_page import EVIL, evil

KEPT = Path(__file__).parents[1] / "build" / "page"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# Milliseconds that a reviewer would not wait for; the slowest machine of CI needs a good part of them.
# Stands in the report and in no finding.
ONLY = "7654.32"
OPENED, FILTERED = 20_000, 3_000
CONTRAST = """
const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
const under = (box) => {
  let chain = [];
  for (let at = box; at; at = at.parentElement) chain.push(parse(getComputedStyle(at).backgroundColor));
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return chain.reverse().reduce((low, top) => low.map((c, i) => c * (1 - top[3]) + top[i] * top[3]),
    dark ? [0, 0, 0] : [255, 255, 255]);
};
const light = (colour) => colour.slice(0, 3).map((c) => c / 255)
  .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const poor = [];
for (const box of document.querySelectorAll("body *")) {
  const own = [...box.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
  if (!own || !box.checkVisibility() || box.closest("select, svg, dialog")) continue;
  const [one, two] = [light(parse(getComputedStyle(box).color)), light(under(box))];
  const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
  if (ratio < 4.5) poor.push(`${box.className} ${box.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
}
return poor;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        missing = " and ".join(name for name, found in (("chromium", binary), ("chromedriver", driver)) if not found)
        reason = f"NOT TESTED IN A BROWSER: {missing} not installed (Debian: apt-get install chromium chromium-driver)"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    options = ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}", "--window-size=1440,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield started
    finally:
        started.quit()


class Page:
    """A page that is open, by what a reader sees and does."""

    def __init__(self, browser: webdriver.Chrome, run: Run, folder: Path) -> None:
        self.browser = browser
        self.path = folder / "page.html"
        self.path.write_bytes(written(run, "html"))
        browser.get_log("browser")
        self.look()
        browser.get(self.path.as_uri())

    def look(self, width: int = 1440, height: int = 900, *, dark: bool = False) -> None:
        """Size of the window, light or dark."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        theme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", theme)

    def one(self, query: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, query)

    def seen(self, query: str) -> list[WebElement]:
        """What is not hidden, be it far down or not."""
        script = "const [box] = arguments; return !box.closest('[hidden], details:not([open]) > .card')"
        return [each for each in self.browser.find_elements(By.CSS_SELECTOR, query) if self.ask(script, each)]

    def press(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)
        self.settle()

    def click(self, box: WebElement) -> None:
        box.click()
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is laid out."""
        frames = "const done = arguments[0]; let n = 4; const f = () => n-- ? requestAnimationFrame(f) : done(); f();"
        self.browser.execute_async_script(frames)

    def ask(self, script: str, *given: Any) -> Any:
        return self.browser.execute_script(script, *given)

    def in_view(self, box: WebElement) -> bool:
        """Whether the middle of a box is what stands at that point of the window."""
        return bool(
            self.ask(
                "const r = arguments[0].getClientRects()[0];"
                "const at = document.elementFromPoint(r.x + r.width / 2, r.y + Math.min(r.height, 40) / 2);"
                "return arguments[0] === at || arguments[0].contains(at);",
                box,
            )
        )

    def shot(self, name: str) -> bytes:
        KEPT.mkdir(parents=True, exist_ok=True)
        data = base64.b64decode(self.browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
        (KEPT / f"{name}.png").write_bytes(data)
        return data

    def complaints(self) -> list[str]:
        return [str(entry["message"]) for entry in self.browser.get_log("browser")]


@pytest.fixture
def page(browser: webdriver.Chrome, tmp_path: Path) -> Iterator[Page]:
    """Two documents and one that could not be read; whatever is done with it, the console stays silent."""
    long = "".join(f"{n}、其他情况\n另有{ONLY}万元没有说明。\n" for n in "四五六七八九十")
    run = run_of(reviewed(MIXED + long), "b.pdf: the file is empty", reviewed(MIXED, "c.txt"))
    opened = Page(browser, run, tmp_path)
    yield opened
    assert opened.complaints() == []


def test_jump_to_the_place_and_back(page: Page) -> None:
    first, mark = page.one("#d0 .list > .card"), page.one("#d0 .report .wrong")
    page.click(first.find_element(By.CSS_SELECTOR, ".go"))
    assert page.browser.switch_to.active_element == mark
    assert "here" in (mark.get_attribute("class") or "")
    assert page.in_view(mark)
    assert first.get_attribute("aria-current") == "true"
    page.ask("document.querySelector('#d0 .list').scrollTop = 1e6")
    page.click(mark)
    current = page.one("#d0 .card[aria-current]")
    assert page.in_view(current.find_element(By.CSS_SELECTOR, ".msg"))
    assert "210.00万元" in current.text


def test_a_number_with_several_findings_leads_to_each_in_turn(page: Page) -> None:
    mark = page.one("#d0 .report .wrong")
    findings = (mark.get_attribute("data-f") or "").split()
    assert len(findings) > 2
    led = []
    for _ in (*findings, "again"):
        page.click(mark)
        led.append((page.one("#d0 .card[aria-current]").get_attribute("id") or "").removeprefix("d0f"))
        assert page.in_view(page.one("#d0 .card[aria-current] .msg"))
    assert led == [*findings, findings[0]]
    assert page.one("#said").get_attribute("textContent") == f"此处第 1 / {len(findings)} 个问题"


def test_filters_leave_what_they_name(page: Page) -> None:
    def shown() -> list[str]:
        return [each.get_attribute("data-s") or "" for each in page.seen("#d0 .list > .card")]

    total = len(page.browser.find_elements(By.CSS_SELECTOR, "#d0 .card"))
    assert page.one("#d0 .shown").text == f"显示 {total} / {total} 条"
    page.click(page.one("[name=s][value=error]"))
    assert set(shown()) == {"warning", "info"}
    page.click(page.one("[name=s][value=error]"))
    page.click(page.one("#fixable"))
    assert all(each.find_elements(By.CSS_SELECTOR, ".fix") for each in page.seen("#d0 .list > .card"))
    page.click(page.one("#fixable"))
    page.click(page.one("#rule option[value=BC201]"))
    assert page.seen("#d0 .card")
    for each in page.seen("#d0 .list > .card"):
        below = page.seen(f"#{each.get_attribute('id')} .symptoms > .card")
        assert "BC201" in {each.get_attribute("data-r"), *(card.get_attribute("data-r") for card in below)}
    page.click(page.one("#rule option[value='']"))
    page.one("#find").send_keys("编制")
    page.settle()
    assert shown() == ["warning"]
    page.one("#find").send_keys("没有这样的话")
    page.settle()
    assert shown() == []
    assert page.one("#d0 .none").is_displayed()


def test_a_number_whose_finding_is_filtered_away_still_leads_to_it(page: Page) -> None:
    page.one("#find").send_keys("没有这样的话")
    page.settle()
    page.click(page.one("#d0 .report .wrong"))
    assert page.one("#d0 .card[aria-current]").is_displayed()
    assert page.one("#find").get_attribute("value") == ""


def test_states_of_numbers_can_be_switched_off(page: Page) -> None:
    style = "return getComputedStyle(document.querySelector('#d0 .report .checked')).textDecorationLine"
    assert page.ask(style) == "underline"
    page.click(page.one("[name=n][value=checked]"))
    assert page.ask(style) == "none"


def test_everything_can_be_done_from_the_keyboard(page: Page) -> None:
    page.press("j")
    page.press("j")
    page.press("k")
    first = page.one("#d0 .list > .card")
    assert page.browser.switch_to.active_element == first
    page.press(Keys.ENTER)
    mark = page.browser.switch_to.active_element
    assert mark == page.one("#d0 .report .wrong")
    page.press(Keys.ENTER)
    assert "210.00万元" in page.browser.switch_to.active_element.text
    page.press("n")
    assert "here" in (page.browser.switch_to.active_element.get_attribute("class") or "")
    page.press("/")
    assert page.browser.switch_to.active_element == page.one("#find")
    page.press("jj?")
    assert page.one("#find").get_attribute("value") == "jj?"
    page.press(Keys.ESCAPE)
    page.press("?")
    assert page.one("#help").is_displayed()
    page.press(Keys.ESCAPE)
    assert not page.one("#help").is_displayed()
    page.press("]")
    assert [each.get_attribute("id") for each in page.seen(".doc")] == ["d1"]
    page.press("[")
    assert [each.get_attribute("id") for each in page.seen(".doc")] == ["d0"]


def test_a_document_is_chosen_and_one_that_cannot_be_read_is_seen(page: Page) -> None:
    assert page.one(".failed").text.endswith("b.pdf: the file is empty")
    page.click(page.one("#docs option[value='1']"))
    assert [each.text for each in page.seen("h1")] == ["c.txt"]


LOOKS = [("light", 1440, False), ("dark", 1440, True), ("middle", 1100, False), ("narrow", 420, True)]


@pytest.mark.parametrize(("name", "width", "dark"), LOOKS)
def test_legible_at_every_width_in_both_themes(page: Page, name: str, width: int, dark: bool) -> None:
    page.look(width, 860, dark=dark)
    page.click(page.one("#d0 .list > .card .go"))
    assert page.ask(CONTRAST) == []
    assert page.ask("return document.documentElement.scrollWidth") <= width
    assert page.in_view(page.one("#d0 .report .wrong"))
    assert page.shot(name).startswith(b"\x89PNG")


def test_print_has_the_findings_before_the_report(page: Page) -> None:
    printed = base64.b64decode(page.browser.print_page())
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "print.pdf").write_bytes(printed)
    import pypdfium2

    document = pypdfium2.PdfDocument(printed)
    text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    # By digits and codes: a machine without Chinese fonts prints no Chinese.
    assert 0 < text.index("BC104") < text.rindex("BC201") < text.index(ONLY)


def test_nothing_of_a_report_runs(browser: webdriver.Chrome, tmp_path: Path) -> None:
    opened = Page(browser, run_of(*(evil(text) for text in EVIL), *(f"{text}: no" for text in EVIL)), tmp_path)
    opened.settle()
    for place in range(len(EVIL)):
        opened.click(opened.one(f"#docs option[value='{place}']"))
        opened.click(opened.one(f"#d{place} .card .go"))
    assert opened.ask("return typeof window.pwned") == "undefined"
    assert opened.complaints() == []
    # The policy holds also where the escaping would not: neither a script nor a style can be added to the page.
    opened.ask("const s = document.createElement('style'); s.textContent = 'body{opacity:0}'; document.body.append(s)")
    assert opened.ask("return getComputedStyle(document.body).opacity") == "1"
    assert any("style-src" in line for line in opened.complaints())


def test_five_thousand_findings_open_and_filter_while_one_looks(browser: webdriver.Chrome, tmp_path: Path) -> None:
    review = reviewed(MIXED)
    own = len(review.findings)
    many = [
        replace(each, id=f"{n}-{each.id}", root=each.root and f"{n}-{each.root}")
        for n in range(5_000 // own + 1)
        for each in review.findings
    ]
    start = time.perf_counter()
    opened = Page(browser, run_of(replace(review, findings=tuple(many))), tmp_path)
    opened.settle()
    assert (time.perf_counter() - start) * 1000 < OPENED
    wanted = sum(finding.severity == "warning" for finding in many)
    start = time.perf_counter()
    opened.click(opened.one("[name=s][value=error]"))
    opened.click(opened.one("[name=s][value=info]"))
    assert opened.one(".shown").text == f"显示 {wanted} / {len(many)} 条"
    opened.one("#find").send_keys("编制")
    opened.settle()
    assert (time.perf_counter() - start) * 1000 < FILTERED
    opened.press(Keys.ESCAPE)
    last = opened.browser.find_elements(By.CSS_SELECTOR, ".list > .card:not([hidden])")[-1]
    opened.ask("arguments[0].querySelector('.go').click()", last)
    opened.settle()
    assert opened.in_view(opened.one(".report .here"))
    opened.click(opened.one(".report .here"))
    assert opened.in_view(opened.one(".card[aria-current] .msg"))
    assert opened.complaints() == []
