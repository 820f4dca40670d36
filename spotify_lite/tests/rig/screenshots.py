"""Photograph every page of the table at three widths, in both themes, and some in German, for `make screenshots`.

    .venv/bin/python -m spotify_lite.tests.rig.screenshots [NAME ...]

`var/screenshots/index.html` shows them side by side. What a page has below the first screen is in the picture that
ends in `-whole`. A page that cannot be photographed is named at the end, and the others are photographed still.
"""

import html
import os
import sys
from pathlib import Path

from playwright.sync_api import Error, Page
from tqdm import tqdm

from spotify_lite.tests.rig import browser, server, stage
from spotify_lite.tests.rig.pages import PAGES, View

VAR = Path(os.environ.get("VAR_DIR", server.ROOT / "var")).resolve()
FOLDER = VAR / "screenshots"
STATE = VAR / "showcase"
TALLEST = 4000  # pixels of a whole page
GERMAN_WIDTHS = (390, 1280)  # German is longer: what breaks breaks here


def main(names: list[str]) -> int:
    views = [view for view in PAGES if not names or view.name in names]
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed: list[str] = []
    with (
        stage.running(STATE, demo=STATE / "demo") as (full, empty, showcase),
        browser.chromium("--hide-scrollbars") as chromium,
    ):
        looking = stage.Stage(full, empty, showcase, chromium)
        for view in tqdm(views, unit="page", disable=None):
            for width, language, themes in ways(view):
                name = f"{view.name}-{width}-{language}"
                try:
                    page = looking.look(view, width=width, theme=themes[0], language=language)
                    for theme in themes:
                        stage.dress(page, width=width, theme=theme)
                        photograph(looking, page, FOLDER / f"{name}-{theme}.png")
                except (AssertionError, Error) as error:
                    failed.append(f"{name}: {str(error).strip().splitlines()[0]}")
        looking.close()
    (FOLDER / "index.html").write_text(sheet())
    for line in failed:
        print(line, file=sys.stderr)
    print(FOLDER / "index.html")
    return bool(failed)


def ways(view: View) -> list[tuple[int, str, tuple[str, ...]]]:
    """Return the widths, languages and themes that a view is photographed in."""
    widths = tuple(stage.HEIGHTS) if view.everywhere else (390, 1280)
    english = [(width, "en", ("dark", "light")) for width in widths]
    return english + [(width, "de", ("light",)) for width in GERMAN_WIDTHS]


def photograph(looking: stage.Stage, page: Page, file: Path) -> None:
    """Write the first screen, and the whole page where there is more of it."""
    page.screenshot(path=file)
    whole = file.with_name(f"{file.stem}-whole.png")
    whole.unlink(missing_ok=True)
    height = page.evaluate("document.documentElement.scrollHeight")
    size = page.viewport_size
    if size and height > size["height"] + 1 and not page.locator("dialog[open], [popover]:popover-open").count():
        page.set_viewport_size({"width": size["width"], "height": min(height, TALLEST)})
        looking.settle(page)
        page.screenshot(path=whole)


def sheet() -> str:
    """Return a page with all pictures that are there, a row for each view."""
    rows = []
    for view in PAGES:
        pictures = sorted(FOLDER.glob(f"{view.name}-[0-9]*.png"))
        cells = "".join(
            f'<figure><a href="{file.name}"><img src="{file.name}" loading="lazy" alt=""></a>'
            f"<figcaption>{html.escape(file.stem.removeprefix(view.name + '-'))}</figcaption></figure>"
            for file in pictures
        )
        rows.append(f"<h2 id='{view.name}'>{html.escape(view.name)}</h2><div>{cells}</div>")
    style = "body{font:14px system-ui;margin:16px}div{display:flex;gap:12px;overflow:auto;align-items:end}"
    style += "figure{margin:0}img{height:300px;border:1px solid #8888;object-fit:cover;object-position:top}"
    return f"<!doctype html><meta charset=utf-8><title>Screens</title><style>{style}</style>{''.join(rows)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
