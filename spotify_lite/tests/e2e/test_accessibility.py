"""No page breaks a rule of axe-core, its best practices among them: in no state, width, theme or language."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from spotify_lite.tests import rig
from spotify_lite.tests.rig import stage
from spotify_lite.tests.rig.pages import PAGES, View
from spotify_lite.tests.rig.stage import Stage

WIDTHS = (390, 1280)
TAGS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """async (rules) => {
    const found = await axe.run(document, { runOnly: rules, resultTypes: ["violations"], elementRef: false });
    const told = (id, { target, html, failureSummary }) =>
        [id, target.join(" "), html.slice(0, 200), failureSummary.replace(/\\s+/g, " ")].join("\\n    ");
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}"""


@pytest.fixture(scope="module")
def checked(looking: Stage, chromium: Browser) -> Iterator[Stage]:
    """Return a stage whose pages have axe in them; the content policy is left out, since it would refuse it."""
    prepared = Stage(looking.full, looking.empty, looking.showcase, chromium, rig.need_module("axe-core/axe.min.js"))
    yield prepared
    prepared.close()


@pytest.mark.parametrize("view", PAGES, ids=lambda view: view.name)
def test_page_breaks_no_rule_of_accessibility(checked: Stage, view: View) -> None:
    """On a phone and on a desk; the second theme differs in its colours alone."""
    found: list[str] = []
    page = checked.look(view, width=WIDTHS[0], theme="dark")
    for width in WIDTHS if view.everywhere else WIDTHS[:1]:
        if view.act and width != WIDTHS[0]:  # what is open may close when the width changes
            page = checked.look(view, width=width, theme="dark")
        stage.dress(page, width=width, theme="dark")
        found += broken(page, TAGS)
        if view.everywhere:
            stage.dress(page, width=width, theme="light")
            found += broken(page, COLOURS)
    assert not found, told(view, found)


@pytest.mark.parametrize("view", [view for view in PAGES if view.everywhere], ids=lambda view: view.name)
def test_german_page_breaks_no_rule_of_accessibility(checked: Stage, view: View) -> None:
    page = checked.look(view, width=390, theme="light", language="de")
    found = broken(page, TAGS)
    stage.dress(page, width=390, theme="dark")
    found += broken(page, COLOURS)
    if not view.act:
        stage.dress(page, width=1280, theme="light")
        found += broken(page, TAGS)
        stage.dress(page, width=1280, theme="dark")
        found += broken(page, COLOURS)
    assert not found, told(view, found)


def broken(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return what breaks a rule, each with its place and what would mend it."""
    size = page.viewport_size or {}
    return [f"{size.get('width')} px: {one}" for one in page.evaluate(RUN, rules)]


def told(view: View, found: list[str]) -> str:
    return f"{view.name}\n" + "\n".join(dict.fromkeys(found))
