"""In a real browser: no page errs, none is wider than its window, and tables scroll inside."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from limelab.report import write_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
CHROMIUM = CHROMIUM or next(filter(None, map(shutil.which, ("google-chrome", "chrome"))), "")
NEEDS = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--enable-logging=stderr", "--dump-dom"),
)
# What is wider than the window, but for what stands in a box that scrolls by itself.
PROBE = """<script>
const wide = [...document.querySelectorAll("body *")].filter(
  e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll"));
document.querySelectorAll("details").forEach(d => d.open = true);
const boxes = [...document.querySelectorAll(".scroll")];
parent.document.body.setAttribute("data-NAME", JSON.stringify({
  window: innerWidth, page: document.documentElement.scrollWidth,
  wide: wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
  boxes: Math.max(0, ...boxes.map(e => e.getBoundingClientRect().right)),
  scrolling: boxes.filter(e => e.scrollWidth > e.clientWidth + 1).length,
}));
</script>"""
NAMES, WIDTHS = ("index", "glossary", "study-plain", "study-wild"), (400, 1400)

Told = dict[str, dict[str, Any]]


def look(pages: dict[str, tuple[str, int]], folder: Path) -> tuple[Told, str]:
    """What a browser makes of pages that are so wide, and what it wrote on its console.

    Each stands in a frame: windows of Chromium are never narrower than 500 pixels.
    """
    frames = ""
    for name, (text, width) in pages.items():
        inside = text.replace("</body>", PROBE.replace("NAME", name) + "</body>")
        style = f"width: {width}px; height: 900px; border: 0"
        frames += f'<iframe style="{style}" srcdoc="{escape(inside)}"></iframe>'
    file = folder / "framed.html"
    file.write_text(f"<!DOCTYPE html><html><body>{frames}</body></html>", encoding="utf-8")
    command = [CHROMIUM, *SWITCHES, "--window-size=1500,1000", f"--user-data-dir={folder}/profile"]
    done = subprocess.run(
        [*command, file.as_uri()], capture_output=True, text=True, check=False, timeout=120
    )
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    told = {name: re.search(f'data-{name}="([^"]*)"', done.stdout) for name in pages}
    return {name: json.loads(unescape(one[1])) for name, one in told.items() if one}, console


@pytest.fixture(scope="module")
def seen(results: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, str]:
    """Every page of a report at every width."""
    folder = write_report(results).parent
    texts = {name: (folder / f"{name}.html").read_text(encoding="utf-8") for name in NAMES}
    pages = {f"{name}-{width}": (texts[name], width) for name in NAMES for width in WIDTHS}
    return look(pages, tmp_path_factory.mktemp("browser"))


@NEEDS
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_its_window(name: str, width: int, seen: tuple[Told, str]) -> None:
    told = seen[0][f"{name}-{width}"]
    assert told["window"] == width
    assert told["page"] <= width, told["wide"]
    assert told["wide"] == []
    assert told["boxes"] <= width
    assert (told["scrolling"] > 0) == name.startswith("study")


@NEEDS
def test_no_page_errs(seen: tuple[Told, str]) -> None:
    assert seen[1] == ""


@NEEDS
def test_what_is_looked_for_would_be_seen(tmp_path: Path) -> None:
    bad = '<html><body><div style="width:2000px">x</div><script>nowhere();</script></body></html>'
    told, console = look({"bad": (bad, 400)}, tmp_path)
    assert told["bad"]["page"] > 400
    assert told["bad"]["wide"]
    assert "nowhere is not defined" in console
